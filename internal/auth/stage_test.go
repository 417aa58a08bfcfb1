package auth_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// stage is Keys on a database, with a clock that the test moves.
type stage struct {
	*auth.Keys
	store *watchedStore
	clock *testkit.Clock
}

// onBoth runs a test on both databases, migrated and empty.
func onBoth(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newStage(t, url(t), auth.Options{}))
		})
	}
}

func newStage(t testing.TB, url string, opt auth.Options) *stage {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	s := &stage{store: &watchedStore{Store: db}, clock: testkit.NewClock(time.Now())}
	opt.Store = s.store
	if opt.Now == nil {
		opt.Now = s.clock.Now
	}
	s.Keys = auth.NewKeys(opt)
	t.Cleanup(s.Settle)
	return s
}

// create makes a key as change wants it, and returns it with its secret.
func (s *stage) create(t testing.TB, change func(*models.APIKey)) (models.APIKey, string) {
	t.Helper()
	secret, hash := auth.NewSecret()
	key := models.APIKey{
		ID: uuid.New(), TenantID: uuid.New(), Principal: models.Principal{Kind: models.KindWorker, ID: "builder"},
		Scopes: []models.Scope{models.ScopeLease}, CreatedAt: s.clock.Now(),
	}
	if change != nil {
		change(&key)
	}
	if err := s.store.CreateKey(context.Background(), key, hash); err != nil {
		t.Fatal(err)
	}
	return key, secret
}

func (s *stage) revoke(t *testing.T, key models.APIKey) {
	t.Helper()
	if _, err := s.store.RevokeKey(t.Context(), key.ID, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
}

func withKey(secret string) auth.Credentials {
	return auth.Credentials{Authorization: "Bearer " + secret}
}

// expect authenticates and fails unless that ends with the code, "" for success.
func (s *stage) expect(t *testing.T, c auth.Credentials, code models.Code) models.Viewer {
	t.Helper()
	v, err := s.Authenticate(t.Context(), c)
	if models.CodeOf(err) != code {
		t.Fatalf("got %v, want %q", err, code)
	}
	return v
}

// watchedStore is a store whose statements about keys are counted, held up and made to fail.
type watchedStore struct {
	*store.Store

	mu sync.Mutex
	// lookups, reads and writes are how many keys each statement was about.
	lookups, reads, writes []int
	// hold, if not nil, holds lookups up; entered is sent to before.
	hold    chan struct{}
	entered chan struct{}
	fail    error
}

func (w *watchedStore) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// note counts a statement and returns the failure that it must be.
func (w *watchedStore) note(kind *[]int, keys int) (hold, entered chan struct{}, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*kind = append(*kind, keys)
	return w.hold, w.entered, w.fail
}

func (w *watchedStore) counts() (lookups, reads, writes []int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]int(nil), w.lookups...), append([]int(nil), w.reads...), append([]int(nil), w.writes...)
}

func (w *watchedStore) KeysByHash(ctx context.Context, hashes [][32]byte) (map[[32]byte]models.APIKey, error) {
	hold, entered, err := w.note(&w.lookups, len(hashes))
	if hold != nil {
		entered <- struct{}{}
		<-hold
	}
	if err != nil {
		return nil, err
	}
	return w.Store.KeysByHash(ctx, hashes)
}

func (w *watchedStore) KeysByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]models.APIKey, error) {
	if _, _, err := w.note(&w.reads, len(ids)); err != nil {
		return nil, err
	}
	return w.Store.KeysByID(ctx, ids)
}

func (w *watchedStore) KeysUsed(ctx context.Context, used map[uuid.UUID]time.Time) error {
	if _, _, err := w.note(&w.writes, len(used)); err != nil {
		return err
	}
	return w.Store.KeysUsed(ctx, used)
}
