package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// program is what users run; the tests of this package see nothing else.
var program *testkit.Program

func TestMain(m *testing.M) { os.Exit(testkit.RunWithProgram(m, &program)) }

// databases are those that every test of a whole server runs on.
var databases = map[string]func(*testing.T) string{
	"SQLite":     func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db") },
	"PostgreSQL": func(t *testing.T) string { return testkit.Postgres(t) },
}

// onEach runs a test on each database, an empty one, given by its URL.
func onEach(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for name, make := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, make(t))
		})
	}
}
