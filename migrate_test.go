package main_test

import (
	"context"
	"database/sql"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // PostgreSQL
	_ "modernc.org/sqlite"             // SQLite
)

// mustExec runs SQL by hand, as an operator would. A SQLite file is made if there is none.
func mustExec(t *testing.T, url, text string) {
	t.Helper()
	driver, dsn := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
		driver, dsn = "sqlite", path
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), text); err != nil {
		t.Fatal(err)
	}
}

// makeEmpty makes the file of a SQLite database; those of PostgreSQL are there.
func makeEmpty(t *testing.T, url string) {
	t.Helper()
	if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		makeEmpty(t, url)
		settings := []string{"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_ADDR=127.0.0.1:0"}

		// An empty database: everything is still to come, and who needs it says so.
		r := program.Run(t, settings, "migrate", "status")
		for line := range strings.Lines(r.Stdout) {
			if !strings.HasSuffix(line, "  pending\n") {
				t.Errorf("migrate status says %q", line)
			}
		}
		steps := strings.Count(r.Stdout, "\n")
		if r.Code != 0 || r.Stderr != "" || steps == 0 {
			t.Fatalf("migrate status: %+v", r)
		}
		expectRefusal(t, program.Run(t, settings, "serve", "--no-migrate"), 1, "run `asyncgate migrate up`")
		expectRefusal(t, program.Run(t, settings, "verify"), 1, "run `asyncgate migrate up`")
		expectRefusal(t, program.Run(t, settings, "keys", "list"), 1, "run `asyncgate migrate up`")

		// The flag wins over the variable.
		r = program.Run(t, []string{"ASYNCGATE_DATABASE_URL=sqlite:///no/such/folder/x"}, "migrate", "up", "--database-url", url)
		if r.Code != 0 || r.Stderr != "" || strings.Count(r.Stdout, "applied 2") != steps {
			t.Errorf("migrate up: %+v", r)
		}
		r = program.Run(t, settings, "migrate", "up")
		if r.Code != 0 || !strings.HasPrefix(oneLine(r.Stdout), "nothing to do") {
			t.Errorf("migrate up again: %+v", r)
		}
		r = program.Run(t, settings, "migrate", "status")
		if r.Code != 0 || strings.Count(r.Stdout, "  applied 2") != steps || strings.Count(r.Stdout, "\n") != steps {
			t.Errorf("migrate status: %+v", r)
		}
		expectNoViolations(t, url)

		server := program.Serve(t, settings, "--no-migrate")
		newClient(t, server.URL).mustCreate(t, "t")
		server.Stop()
	})
}

// TestMigrateSQL: what `migrate sql` prints can be applied by hand.
func TestMigrateSQL(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		makeEmpty(t, url)
		r := program.Run(t, nil, "migrate", "sql", "--database-url", url)
		if r.Code != 0 || r.Stderr != "" || !strings.Contains(r.Stdout, "CREATE TABLE receipts") {
			t.Fatalf("migrate sql: code %d, %s", r.Code, r.Stderr)
		}
		mustExec(t, url, r.Stdout)
		mustExec(t, url, "SELECT seq, hash, body FROM receipts")
	})
}

// TestNewerDatabase: a database that a newer version has migrated is refused by all but those who only look.
func TestNewerDatabase(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		settings := []string{"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_ADDR=127.0.0.1:0"}
		if r := program.Run(t, settings, "migrate", "up"); r.Code != 0 {
			t.Fatal(r)
		}
		mustExec(t, url, "INSERT INTO bun_migrations (name, group_id, migrated_at) VALUES ('99990101000000_future', 2, '2099-01-01T00:00:00Z')")
		create := "keys create --tenant 00000000-0000-0000-0000-000000000000 --principal agent:a --scope read"
		for _, args := range []string{"serve", "serve --no-migrate", "migrate up", "verify", create, "keys list"} {
			expectRefusal(t, program.Run(t, settings, strings.Fields(args)...), 1, "99990101000000_future")
		}
		r := program.Run(t, settings, "migrate", "status")
		if r.Code != 0 || r.Stderr != "" || !strings.Contains(r.Stdout, "99990101000000_future  applied by a newer version\n") {
			t.Errorf("migrate status: %+v", r)
		}
	})
}

// TestBesideNewerDatabase: what a newer version has added may say which versions go on beside it.
func TestBesideNewerDatabase(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		settings := []string{"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_ADDR=127.0.0.1:0"}
		if r := program.Run(t, settings, "migrate", "up"); r.Code != 0 {
			t.Fatal(r)
		}
		add := func(name string) {
			mustExec(t, url, "INSERT INTO bun_migrations (name, group_id, migrated_at) VALUES ('"+name+"', 2, '2099-01-01T00:00:00Z')")
		}
		running := program.Serve(t, settings)
		add("99990101000000_more_beside_20261124000000")
		awaitReady(t, running.URL, http.StatusOK)
		running.Stop()
		for _, args := range []string{"migrate up", "verify", "keys list"} {
			if r := program.Run(t, settings, strings.Fields(args)...); r.Code != 0 {
				t.Errorf("%s: %+v", args, r)
			}
		}
		for _, flags := range [][]string{nil, {"--no-migrate"}} {
			server := program.Serve(t, settings, flags...)
			server.AwaitLog("serving beside a migration of a newer version")
			newClient(t, server.URL).mustCreate(t, "t")
			server.Stop()
		}

		// This one speaks of versions that know more than this one.
		running = program.Serve(t, settings)
		add("99990102000000_less_beside_99990101000000")
		awaitReady(t, running.URL, http.StatusServiceUnavailable)
		running.Stop()
		expectRefusal(t, program.Run(t, settings, "serve", "--no-migrate"), 1, "99990102000000_less")
	})
}

// awaitReady waits for an answer of /readyz: a server that has just been started may not have swept yet.
func awaitReady(t *testing.T, url string, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for c := newClient(t, url); ; {
		status, text := c.mustGet(t, url+"/readyz")
		if status == want {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("/readyz answers %d, not %d: %s", status, want, text)
		}
	}
}
