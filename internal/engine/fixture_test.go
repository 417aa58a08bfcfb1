package engine_test

import (
	"context"
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) {
	// Fewer random histories than rapid's hundred: with the race detector they take their time. A flag of the command line,
	// -rapid.checks, still has the last word.
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	os.Exit(testkit.Run(m))
}

func newClock() *testkit.Clock {
	return testkit.NewClock(time.Date(2030, 1, 2, 3, 4, 5, 678_901_000, time.UTC))
}

// faults decides, statement by statement, what the database refuses; a test may change it at any time.
type faults struct {
	mu     sync.Mutex
	refuse func(n int) bool
}

func (f *faults) ask(n int) bool {
	f.mu.Lock()
	refuse := f.refuse
	f.mu.Unlock()
	return refuse != nil && refuse(n)
}

func (f *faults) set(refuse func(n int) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = refuse
}

// world is an engine on a database of its own, one tenant, and who acts in it.
type world struct {
	t   testing.TB
	url string
	// db is a connection behind the store's back.
	db     *sql.DB
	store  *store.Store
	engine *engine.Engine
	rules  models.Rules
	clock  *testkit.Clock
	faults *faults
	bell   *bell

	tenant                                uuid.UUID
	agent, stranger, worker, other, admin models.Viewer
}

// onBoth runs a test on both databases, each migrated and empty.
func onBoth(t *testing.T, test func(t *testing.T, w *world), changes ...func(*engine.Options)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, "sqlite://"+filepath.Join(t.TempDir(), "test.db"), newClock(), changes...))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, testkit.Postgres(t), newClock(), changes...))
	})
}

// newWorld opens the database at url; with a nil clock times are the database's own.
func newWorld(t testing.TB, url string, c *testkit.Clock, changes ...func(*engine.Options)) *world {
	t.Helper()
	w := &world{t: t, url: url, clock: c, faults: &faults{}, bell: &bell{waiting: map[chan struct{}]struct{}{}}}
	options := store.Options{FailStatement: w.faults.ask}
	if c != nil {
		options.Clock = c.Now
	}
	s, err := store.Open(t.Context(), url, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
		driver, source = "sqlite", path
	}
	if w.db, err = sql.Open(driver, source); err != nil {
		t.Fatal(err)
	}
	w.db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = w.db.Close() })
	o := engine.Options{Rules: models.DefaultRules(), Bell: w.bell, Jitter: func(time.Duration) time.Duration { return 0 }}
	for _, change := range changes {
		change(&o)
	}
	w.store, w.engine, w.rules = s, engine.New(s, o), o.Rules
	t.Cleanup(func() {
		w.faults.set(nil)
		if err := w.engine.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	w.tenant = uuid.New()
	w.agent = w.as(models.KindAgent, "planner")
	w.stranger = w.as(models.KindAgent, "stranger")
	w.worker = w.as(models.KindWorker, "w1")
	w.other = w.as(models.KindWorker, "w2")
	w.admin = w.as(models.KindHuman, "root")
	w.admin.Scopes = []models.Scope{models.ScopeAdmin}
	return w
}

// replica returns the same world seen from another server on the same database.
func (w *world) replica(changes ...func(*engine.Options)) *world {
	w.t.Helper()
	r := newWorld(w.t, w.url, w.clock, changes...)
	r.tenant, r.agent, r.stranger, r.worker, r.other, r.admin = w.tenant, w.agent, w.stranger, w.worker, w.other, w.admin
	return r
}

func (w *world) as(kind models.PrincipalKind, id string) models.Viewer {
	return models.Viewer{TenantID: w.tenant, Principal: models.Principal{Kind: kind, ID: id}}
}

// elsewhere returns the same principal of another tenant.
func elsewhere(v models.Viewer) models.Viewer {
	v.TenantID = uuid.New()
	return v
}

func ptr[T any](v T) *T { return &v }

func (w *world) ctx() context.Context { return w.t.Context() }

// create makes a task of the agent, of type "build" unless c says otherwise.
func (w *world) create(c engine.CreateTask) *models.Task {
	w.t.Helper()
	if c.Type == "" {
		c.Type = "build"
	}
	created, err := w.engine.CreateTask(w.ctx(), w.agent, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return created.Task
}

// claim leases one task to the worker, or ends the test.
func (w *world) claim() *models.Lease {
	w.t.Helper()
	leases, err := w.engine.ClaimTasks(w.ctx(), w.worker, engine.ClaimTasks{MaxTasks: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(leases) != 1 {
		w.t.Fatalf("claimed %d tasks, want one", len(leases))
	}
	return leases[0]
}

// leased makes a task that the worker holds.
func (w *world) leased(c engine.CreateTask) (*models.Task, *models.Lease) {
	w.t.Helper()
	t := w.create(c)
	l := w.claim()
	if l.TaskID != t.ID {
		w.t.Fatalf("claimed %s instead of %s", l.TaskID, t.ID)
	}
	return w.task(t.ID), l
}

// succeeded makes a task that is done, and returns it with its lease.
func (w *world) succeeded(c engine.CreateTask) (*models.Task, *models.Lease) {
	w.t.Helper()
	_, l := w.leased(c)
	done, err := w.engine.CompleteTask(w.ctx(), w.worker, engine.CompleteTask{LeaseID: l.ID, Result: `{"ok":true}`})
	if err != nil {
		w.t.Fatal(err)
	}
	return done.Task, l
}

// canceled makes a task that was canceled.
func (w *world) canceled(c engine.CreateTask) *models.Task {
	w.t.Helper()
	done, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: w.create(c).ID})
	if err != nil {
		w.t.Fatal(err)
	}
	return done.Task
}

// expire lets the time of every lease run out, and sweeps.
func (w *world) expire() int {
	w.t.Helper()
	w.clock.Move(w.rules.MaxLeaseTTL)
	return w.sweep()
}

func (w *world) sweep() int {
	w.t.Helper()
	n, err := w.engine.Sweep(w.ctx())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// sweepPast is sweep where one lease can't be ended, which the error must say.
func (w *world) sweepPast() int {
	w.t.Helper()
	n, err := w.engine.Sweep(w.ctx())
	if err == nil || !strings.Contains(err.Error(), "can't be ended, one of 1: ") {
		w.t.Errorf("the sweep says %v", err)
	}
	return n
}
