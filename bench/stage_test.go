package bench_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// A stage is a migrated database with the room that reads it, and a handle for writing behind its back.
type stage struct {
	store  *store.Store
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
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &stage{store: s, db: openDB(tb, url), sqlite: isSQLite(url)}
}

func isSQLite(url string) bool { return strings.HasPrefix(url, "sqlite://") }

// openDB opens a database without any of our rooms, on one connection, until the test ends. SQLite waits for its disk.
func openDB(tb testing.TB, url string) *sql.DB {
	tb.Helper()
	driver, source := "pgx", url
	if path, sqlite := strings.CutPrefix(url, "sqlite://"); sqlite {
		driver, source = "sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=cache_size(-32768)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func sqliteURL(tb testing.TB) string {
	tb.Helper()
	return "sqlite://" + filepath.Join(tb.TempDir(), "bench.db")
}

func agent(tenant uuid.UUID) models.Viewer {
	return models.Viewer{
		TenantID: tenant, Principal: models.Principal{Kind: models.KindAgent, ID: "bench-agent"},
		Scopes: []models.Scope{models.ScopeRead, models.ScopeTask},
	}
}
