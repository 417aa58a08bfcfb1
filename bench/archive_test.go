package bench_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/archive"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// BenchmarkArchive measures what archiving saves, in bytes of the database for each task that was created, claimed and completed,
// with a payload and a result of a size: before, and after; what as many new tasks add, which take the room that became free; and
// what is left of an archived one when that room is given back to the disk. Beside is how long calls take meanwhile. The tables in
// docs/retention.md are from here.
func BenchmarkArchive(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		for _, size := range []int{100, 2_000, 20_000} {
			b.Run(fmt.Sprintf("%s/%d", kind, size), func(b *testing.B) {
				for range b.N {
					measureArchive(b, archiveURL(b, kind), size)
				}
			})
		}
		b.Run(kind+"/beside", func(b *testing.B) {
			for range b.N {
				measureBeside(b, archiveURL(b, kind))
			}
		})
	}
}

func archiveURL(b *testing.B, kind string) string {
	b.Helper()
	if kind == "postgres" {
		return testkit.Postgres(b)
	}
	return sqliteURL(b)
}

func openEngine(b *testing.B, s *stage) *engine.Engine {
	b.Helper()
	e := engine.New(s.store, engine.Options{Rules: models.DefaultRules()})
	b.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	return e
}

func measureArchive(b *testing.B, url string, size int) {
	s := openStage(b, url, store.Options{})
	e, tenant := openEngine(b, s), uuid.New()
	tasks := 9_000_000/(2_000+3*size)/atOnce*atOnce + 2*atOnce
	pack := map[bool]string{true: "VACUUM", false: "VACUUM FULL"}[s.sqlite]
	empty := s.size(b)
	live(b, e, tenant, tasks, size)
	s.exec(b, pack)
	before := (s.size(b) - empty) / float64(tasks)
	b.ReportMetric(before, "B/task-before")
	dir := filepath.Join(b.TempDir(), "archive")
	sum, err := archive.Run(b.Context(), s.store, archive.Options{Before: time.Now().Add(time.Hour), Dir: dir})
	if err != nil || sum.Tasks != tasks {
		b.Fatal(sum, err)
	}
	after := s.size(b)
	b.ReportMetric((after-empty)/float64(tasks), "B/task-after")
	b.ReportMetric(float64(folderSize(b, dir))/float64(tasks), "B/task-files")
	if !s.sqlite {
		s.exec(b, "VACUUM")
	}
	live(b, e, tenant, tasks, size)
	b.ReportMetric((s.size(b)-after)/float64(tasks), "B/task-new")
	s.exec(b, pack)
	b.ReportMetric((s.size(b)-empty)/float64(tasks)-before, "B/task-packed")
}

// measureBeside measures how long the creation of a task takes while nothing, and while an archiver, is beside it.
func measureBeside(b *testing.B, url string) {
	s, beside := openStage(b, url, store.Options{}), openStage(b, url, store.Options{})
	e, tenant := openEngine(b, s), uuid.New()
	const tasks, size = 2_000, 2_000
	live(b, e, tenant, tasks, size)
	alone := createUntil(b, e, tenant, func(n int) bool { return n == 200 })
	ended := make(chan error, 1)
	began := time.Now()
	var took time.Duration
	go func() {
		_, err := archive.Run(b.Context(), beside.store, archive.Options{Before: began, Dir: filepath.Join(b.TempDir(), "archive")})
		took = time.Since(began)
		ended <- err
	}()
	crowded := createUntil(b, e, tenant, func(int) bool { return len(ended) > 0 })
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	for name, waited := range map[string][]time.Duration{"alone": alone, "beside": crowded} {
		slices.Sort(waited)
		b.ReportMetric(float64(waited[len(waited)/2].Microseconds())/1e3, "ms-p50-"+name)
		b.ReportMetric(float64(waited[len(waited)*99/100].Microseconds())/1e3, "ms-p99-"+name)
	}
	b.ReportMetric(tasks/took.Seconds(), "tasks/s")
}

// live lets n tasks live, whose payload and result have this size.
func live(b *testing.B, e *engine.Engine, tenant uuid.UUID, n, size int) {
	b.Helper()
	worker := models.Viewer{TenantID: tenant, Principal: models.Principal{Kind: models.KindWorker, ID: "bench"}, Scopes: []models.Scope{models.ScopeLease}}
	for range n / atOnce {
		inputs := make([]engine.CreateTask, atOnce)
		for i := range inputs {
			inputs[i] = engine.CreateTask{Type: "report", Payload: words(size)}
		}
		_, err := e.CreateTasks(b.Context(), agent(tenant), inputs)
		if err != nil {
			b.Fatal(err)
		}
		leases, err := e.ClaimTasks(b.Context(), worker, engine.ClaimTasks{MaxTasks: atOnce})
		if err != nil || len(leases) != atOnce {
			b.Fatal(len(leases), err)
		}
		done := make([]engine.CompleteTask, atOnce)
		for i, l := range leases {
			done[i] = engine.CompleteTask{LeaseID: l.ID, Result: words(size)}
		}
		if _, err := e.CompleteTasks(b.Context(), worker, done); err != nil {
			b.Fatal(err)
		}
	}
}

// words is a JSON string of such a size, of which PostgreSQL can compress a third.
func words(size int) models.JSON {
	var text strings.Builder
	for text.Len() < size {
		text.WriteString(uuid.NewString() + " of the report, ")
	}
	return models.String(text.String()[:size])
}

// createUntil creates tasks one after the other until n are enough, and returns how long each took.
func createUntil(b *testing.B, e *engine.Engine, tenant uuid.UUID, enough func(n int) bool) (waited []time.Duration) {
	b.Helper()
	for !enough(len(waited)) {
		began := time.Now()
		if _, err := e.CreateTask(b.Context(), agent(tenant), engine.CreateTask{Type: "other"}); err != nil {
			b.Fatal(err)
		}
		waited = append(waited, time.Since(began))
	}
	return waited
}

// size is that of the database in bytes, its log apart.
func (s *stage) size(b *testing.B) (bytes float64) {
	b.Helper()
	query := "SELECT pg_database_size(current_database())"
	if s.sqlite {
		query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	}
	if err := s.db.QueryRowContext(b.Context(), query).Scan(&bytes); err != nil && !errors.Is(err, sql.ErrNoRows) {
		b.Fatal(err)
	}
	return bytes
}

func folderSize(b *testing.B, dir string) (bytes int64) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			b.Fatal(err)
		}
		bytes += info.Size()
	}
	return bytes
}
