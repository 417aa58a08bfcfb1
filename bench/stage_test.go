package bench_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// A stage is an empty, migrated database with the rooms that are measured, and a handle for seeding behind their back.
type stage struct {
	store  *store.Store
	engine *engine.Engine
	db     *sql.DB
	sqlite bool
}

// openStage opens a stage on the database at url; options are for the store.
func openStage(tb testing.TB, url string, options store.Options) *stage {
	tb.Helper()
	s, err := store.Open(tb.Context(), url, options)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := s.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	driver, source := "pgx", url
	path, sqlite := strings.CutPrefix(url, "sqlite://")
	if sqlite {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		tb.Fatal(err)
	}
	e := engine.New(s, engine.Options{Rules: models.DefaultRules()})
	tb.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			tb.Error(err)
		}
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &stage{store: s, engine: e, db: db, sqlite: sqlite}
}

func sqliteURL(tb testing.TB) string {
	tb.Helper()
	return "sqlite://" + filepath.Join(tb.TempDir(), "bench.db")
}

// onDurable runs a benchmark on both databases, each waiting for its disk before it answers a commit.
func onDurable(b *testing.B, run func(b *testing.B, s *stage)) {
	b.Run("sqlite", func(b *testing.B) {
		run(b, openStage(b, sqliteURL(b), store.Options{}))
	})
	b.Run("postgres", func(b *testing.B) {
		run(b, openStage(b, testkit.StartPostgres(b, testkit.Durable()).URL("postgres"), store.Options{}))
	})
}

func agent(tenant uuid.UUID) models.Viewer {
	return models.Viewer{
		TenantID: tenant, Principal: models.Principal{Kind: models.KindAgent, ID: "bench-agent"},
		Scopes: []models.Scope{models.ScopeRead, models.ScopeTask},
	}
}

func worker(tenant uuid.UUID) models.Viewer {
	return models.Viewer{
		TenantID: tenant, Principal: models.Principal{Kind: models.KindWorker, ID: "bench-worker"},
		Scopes: []models.Scope{models.ScopeLease},
	}
}

// newTask is what a caller sends: a payload of some hundred bytes, and a requirement that each claim must check.
func newTask() engine.CreateTask {
	return engine.CreateTask{
		Type: "bench", Capabilities: []string{"writing"},
		Payload: `{"language":"en","sections":["summary","outlook"],"title":"Quarterly report of the northern region"}`,
	}
}

func mustCreate(b *testing.B, s *stage, v models.Viewer, n int) {
	b.Helper()
	for n > 0 {
		inputs := make([]engine.CreateTask, min(n, models.MaxBatchSize))
		for i := range inputs {
			inputs[i] = newTask()
		}
		if _, err := s.engine.CreateTasks(b.Context(), v, inputs); err != nil {
			b.Fatal(err)
		}
		n -= len(inputs)
	}
}

// concurrently does an operation b.N times, by so many callers of one tenant, each of which waits for its answer before it
// calls again. It reports the rate under the given name, and the SQL statements for each operation.
func concurrently(b *testing.B, callers int, rate string, do func(ctx context.Context) error) {
	b.Helper()
	var statements store.Counter
	ctx := store.WithCounter(b.Context(), &statements)
	var left atomic.Int64
	left.Store(int64(b.N))
	var wait sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for range callers {
		wait.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(ctx); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), rate)
	b.ReportMetric(float64(statements.Load())/float64(b.N), "statements/op")
}
