package feed_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// patience is how long a test waits for what must happen: long, because it is only waited for by tests that fail.
const patience = 20 * time.Second

var (
	agent  = models.Principal{Kind: models.KindAgent, ID: "planner"}
	other  = models.Principal{Kind: models.KindAgent, ID: "other"}
	worker = models.Principal{Kind: models.KindWorker, ID: "w1"}
)

// bundle is a tenant of a real database with a hub that follows it.
type bundle struct {
	store  *store.Store
	hub    *feed.Hub
	tap    *tap
	tenant uuid.UUID

	order sync.Mutex // of commits and their bells, as the engine's committer keeps it
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, options feed.Options, test func(t *testing.T, b *bundle)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, setup(t, "sqlite://"+filepath.Join(t.TempDir(), "test.db"), options))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, setup(t, testkit.Postgres(t), options))
	})
}

func setup(t *testing.T, url string, options feed.Options) *bundle {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := &bundle{store: s, tenant: uuid.New(), tap: &tap{}}
	b.hub = b.newHub(t, options)
	return b
}

// newHub makes another hub on the same store, as another replica has.
func (b *bundle) newHub(t *testing.T, options feed.Options) *feed.Hub {
	t.Helper()
	hub := feed.New(b.store, options)
	hub.Tap(func(l feed.Ledger) feed.Ledger { return &tapped{Ledger: l, tap: b.tap} })
	hub.TapHeads(func(ctx context.Context) error { return b.tap.read(ctx, "Heads") })
	t.Cleanup(hub.Close)
	return hub
}

// counter makes the receipts of these tests differ.
var counter atomic.Int64

// receipt returns one that is not written yet.
func (b *bundle) receipt(kind models.ReceiptType, to models.Principal) *models.Receipt {
	body := models.JSON(fmt.Sprintf(`{"n":%d}`, counter.Add(1)))
	r := &models.Receipt{
		ID: uuid.New(), TenantID: b.tenant, Type: kind, From: models.ServerPrincipal, To: to, TaskID: uuid.New(),
		Parents: []uuid.UUID{}, Body: body, BodyHash: models.BodyHash(body),
	}
	r.Hash = models.Hash(r.Envelope())
	return r
}

func (b *bundle) result(to models.Principal) *models.Receipt {
	return b.receipt(models.TaskResultReady, to)
}

// write commits, and rings no bell: as another replica does. It tries again as clients do: reads that a test cancels
// break connections of the pool that it shares.
func (b *bundle) write(t *testing.T, w *store.Writes) []*models.Receipt {
	t.Helper()
	var err error = models.Errorf(models.CodeUnavailable, "not tried")
	for try := 0; try < 10 && models.CodeOf(err) == models.CodeUnavailable; try++ {
		err = b.batch(context.WithoutCancel(t.Context()), w)
	}
	if err != nil {
		t.Error(err)
	}
	return w.Receipts
}

func (b *bundle) batch(ctx context.Context, w *store.Writes) error {
	return b.store.Batch(ctx, b.tenant, &store.Needs{}, func(rows *store.Rows) *store.Writes {
		for _, r := range w.Receipts {
			r.CreatedAt = rows.Now
		}
		return w
	})
}

func (b *bundle) commitElsewhere(t *testing.T, receipts ...*models.Receipt) []*models.Receipt {
	t.Helper()
	return b.write(t, &store.Writes{Receipts: receipts})
}

// commit commits and rings the bell.
func (b *bundle) commit(t *testing.T, receipts ...*models.Receipt) []*models.Receipt {
	t.Helper()
	return b.commitWrites(t, &store.Writes{Receipts: receipts})
}

func (b *bundle) commitWrites(t *testing.T, w *store.Writes) []*models.Receipt {
	t.Helper()
	b.order.Lock()
	defer b.order.Unlock()
	b.write(t, w)
	b.hub.Committed(b.tenant, w.Receipts)
	return w.Receipts
}

func (b *bundle) cursor(seq int64) *string {
	c := models.LedgerCursor(b.tenant, seq)
	return &c
}

func (b *bundle) results(t *testing.T, q feed.ResultReady) *listener[feed.Event] {
	t.Helper()
	if q.Principal == (models.Principal{}) {
		q.Principal = agent
	}
	s, err := listenToResults(t.Context(), b.hub, b.tenant, q)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bundle) receipts(t *testing.T, filter store.ReceiptFilter, after *string) *listener[feed.Event] {
	t.Helper()
	s, err := listenToReceipts(t.Context(), b.hub, b.tenant, filter, after)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// next returns the next event.
func next[E any](t *testing.T, s *listener[E]) E {
	t.Helper()
	e, err := s.take()
	if err != nil {
		t.Fatalf("the stream ended: %v", err)
	}
	return e
}

// end returns why a stream has ended; events before the end are an error.
func end[E any](t *testing.T, s *listener[E]) error {
	t.Helper()
	e, err := s.take()
	if err == nil {
		t.Fatalf("an event came instead of the end: %v", e)
	}
	return err
}

// want takes as many events as there are receipts and compares them.
func want(t *testing.T, s *listener[feed.Event], receipts ...*models.Receipt) {
	t.Helper()
	for i, r := range receipts {
		e := next(t, s)
		if e.Receipt.ID != r.ID || e.Receipt.Seq != r.Seq || e.Cursor != models.LedgerCursor(r.TenantID, r.Seq) {
			t.Fatalf("event %d is receipt %d, want %d", i, e.Receipt.Seq, r.Seq)
		}
	}
}

func wantCode(t *testing.T, err error, code models.Code) {
	t.Helper()
	if models.CodeOf(err) != code {
		t.Fatalf("error: %v, want %s", err, code)
	}
}

// eventually waits until something holds that nothing tells of.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}
