package archive_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/archive"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// onBoth runs a test with an empty database of each kind, whose clock stands until it is moved.
func onBoth(t *testing.T, test func(t *testing.T, s *store.Store, clock *testkit.Clock)) {
	t.Helper()
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": func() string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := testkit.NewClock(time.Date(2030, 1, 2, 3, 4, 5, 678_901_000, time.UTC))
			test(t, open(t, url(), clock), clock)
		})
	}
}

func open(t *testing.T, url string, clock *testkit.Clock) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// A world is a tenant and the archive of it.
type world struct {
	*storetest.Writer

	t     *testing.T
	store *store.Store
	dir   string
}

func newWorld(t *testing.T, s *store.Store) *world {
	return &world{Writer: storetest.NewWriter(t, s), t: t, store: s, dir: filepath.Join(t.TempDir(), "archive")}
}

// on moves the world to another database of its tenant.
func (w *world) on(s *store.Store) { w.store, w.Writer = s, w.On(s) }

// run archives the tenant.
func (w *world) run(before time.Time, change ...func(*archive.Options)) (archive.Summary, error) {
	w.t.Helper()
	o := archive.Options{Before: before, Dir: w.dir, Tenant: &w.ID}
	for _, c := range change {
		c(&o)
	}
	return archive.Run(w.t.Context(), w.store, o)
}

func (w *world) mustRun(before time.Time, change ...func(*archive.Options)) archive.Summary {
	w.t.Helper()
	sum, err := w.run(before, change...)
	if err != nil {
		w.t.Fatal(err)
	}
	return sum
}

// small makes files of two or three chains.
func small(o *archive.Options) { o.FileBytes = 1500 }

// at has something done before a step of a kind, the nth from 1 on; an error ends the run there.
func at(kind string, n int, do func() error) func(*archive.Options) {
	return func(o *archive.Options) {
		o.At(func(step string) error {
			if step == kind {
				n--
			}
			if step != kind || n != 0 {
				return nil
			}
			return do()
		})
	}
}

var errDeath = errors.New("death")

// die ends a run as a death would, with nothing tidied up.
func die() error { return errDeath }

// violations returns the kinds of those that the ledger and the archive have.
func (w *world) violations(dirs ...string) (kinds []store.ViolationKind, details string, counts archive.Counts) {
	w.t.Helper()
	report := func(v store.Violation) {
		if !slices.Contains(kinds, v.Kind) {
			kinds = append(kinds, v.Kind)
		}
		details += string(v.Kind) + " of " + v.ID.String() + ": " + v.Detail + "\n"
	}
	_, err := w.store.Verify(w.t.Context(), &w.ID, report)
	if err == nil {
		counts, err = archive.Check(w.t.Context(), w.store, append(dirs, w.dir), &w.ID, report)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(kinds)
	return kinds, details, counts
}

func (w *world) wantProven(dirs ...string) archive.Counts {
	w.t.Helper()
	kinds, details, counts := w.violations(dirs...)
	if len(kinds) > 0 {
		w.t.Errorf("violations:\n%s", details)
	}
	return counts
}

// ledger reads all receipts.
func (w *world) ledger() []*models.Receipt {
	w.t.Helper()
	all, err := w.Tenant.Follow(w.t.Context(), store.ReceiptFilter{}, 0, 1<<40, 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// archived returns the seqs of the receipts that the ledger says are archived.
func (w *world) archived() (all []int64) {
	w.t.Helper()
	for _, r := range w.ledger() {
		if r.Archived {
			all = append(all, r.Seq)
		}
	}
	return all
}

// texts returns what users would find, by the id of the receipt or task: in the database, or else in the files. They are read
// here by plain means.
func (w *world) texts(tasks ...*models.Task) map[uuid.UUID]string {
	w.t.Helper()
	found := map[uuid.UUID]string{}
	err := filepath.WalkDir(w.dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".jsonl") {
			return err
		}
		text, err := os.ReadFile(path)
		for line := range strings.Lines(string(text)) {
			var l struct {
				ID                      uuid.UUID
				Body, Payload, Progress json.RawMessage
				Outcome                 struct{ Result json.RawMessage }
			}
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				return err
			}
			if _, twice := found[l.ID]; twice {
				w.t.Errorf("%s is in the files twice", l.ID)
			}
			found[l.ID] = string(l.Body) + string(l.Payload) + string(l.Outcome.Result) + string(l.Progress)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.t.Fatal(err)
	}
	for _, r := range w.ledger() {
		if !r.Archived {
			found[r.ID] = string(r.Body)
		}
	}
	var ids []uuid.UUID
	for _, task := range tasks {
		ids = append(ids, task.ID)
	}
	now, err := w.Tenant.TasksByID(w.t.Context(), ids)
	if err != nil {
		w.t.Fatal(err)
	}
	for id, task := range now {
		if !task.Archived {
			found[id] = string(orNull(task.Payload) + orNull(resultOf(task)) + orNull(progressOf(task)))
		}
	}
	return found
}

func orNull(j models.JSON) models.JSON {
	if j == "" {
		return models.Null
	}
	return j
}

func resultOf(t *models.Task) models.JSON {
	if t.Outcome == nil {
		return ""
	}
	return t.Outcome.Result
}

func progressOf(t *models.Task) models.JSON {
	if t.Progress == nil {
		return ""
	}
	return t.Progress.Data
}

func withPayload(payload models.JSON) func(*models.Task) {
	return func(t *models.Task) { t.Payload = payload }
}
