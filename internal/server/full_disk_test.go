package server

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// disk is where a test's database is, which it fills and makes room on.
type disk struct {
	url         string
	fill, empty func(t *testing.T, o *opened)
	says        string // when it is full
}

// writers are the connections of SQLite that write, by their names: what bounds a database is a setting of its
// connection.
type writers struct{ conns sync.Map }

var sqliteWriters writers

func (w *writers) register() {
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, dsn string) error {
		if strings.Contains(dsn, "_txlock=immediate") {
			w.conns.Store(dsn, conn)
		}
		return nil
	})
}

// bound returns what lets the database at path have so many pages at most, or no more than it has. Nobody else may write meanwhile.
func (w *writers) bound(path string, pages int) func(t *testing.T, o *opened) {
	return func(t *testing.T, _ *opened) {
		t.Helper()
		bounded := false
		w.conns.Range(func(dsn, conn any) bool {
			if name, ok := dsn.(string); !ok || !strings.Contains(name, path) {
				return true
			}
			if c, ok := conn.(sqlite.ExecQuerierContext); ok {
				_, err := c.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages), []driver.NamedValue{})
				bounded = err == nil
			}
			return false
		})
		if !bounded {
			t.Fatalf("%s can't be bounded", path)
		}
	}
}

func sqliteDisk(t *testing.T) disk {
	t.Helper()
	path := filepath.Join(t.TempDir(), "asyncgate.db")
	return disk{"sqlite://" + path, sqliteWriters.bound(path, 1), sqliteWriters.bound(path, 1<<30), "database or disk is full (13)"}
}

func postgresDisk(t *testing.T) disk {
	t.Helper()
	says := "could not extend file: No space left on device"
	run := func(statement string) func(t *testing.T, o *opened) {
		return func(t *testing.T, o *opened) { t.Helper(); mustExec(t, o.sql(t), statement) }
	}
	full, room := testkit.RefuseReceipts("53100", says)
	return disk{testkit.Postgres(t), run(full), run(room), says}
}

// create makes a task of some 100 KB, and returns the status and the body of the answer.
func (o *opened) create(t *testing.T) (int, string) {
	t.Helper()
	return o.post(t, `mutation($p: JSON) { createTask(input: {type: "t", payload: $p}) { created } }`,
		map[string]any{"p": map[string]string{"filler": strings.Repeat("x", 100_000)}})
}

func (o *opened) post(t *testing.T, document string, variables map[string]any) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return o.ask(t, http.MethodPost, "/graphql", string(body))
}

// TestAFullDisk: callers hear what hinders them and that it is worth another try, the log has the database's words once, and
// whoever only reads is served.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	for name, newDisk := range map[string]func(*testing.T) disk{"SQLite": sqliteDisk, "PostgreSQL": postgresDisk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDisk(t)
			o := openOn(t, d.url)
			if status, answer := o.create(t); status != http.StatusOK {
				t.Fatalf("%d %s", status, answer)
			}
			d.fill(t, o)
			status, answer := o.create(t)
			const says = "the database can't write: its disk may be full, or it is read-only; try again later"
			if status != http.StatusServiceUnavailable || !strings.Contains(answer, says) ||
				!strings.Contains(answer, `"code":"UNAVAILABLE"`) || !strings.Contains(answer, `"retryable":true`) {
				t.Errorf("the caller hears %d %s", status, answer)
			}
			for range 5 {
				o.create(t)
			}
			o.expectLog(t, `level=WARN msg="commits fail" database=`, 1)
			o.expectLog(t, d.says, 1)
			if status, answer := o.post(t, "{ tasks(first: 1) { edges { node { type } } } }", nil); status != http.StatusOK || !strings.Contains(answer, `"t"`) {
				t.Errorf("whoever reads hears %d %s", status, answer)
			}
			o.awaitReadyz(t, http.StatusOK, "ready")

			d.empty(t, o)
			if status, answer := o.create(t); status != http.StatusOK {
				t.Errorf("when there is room again: %d %s", status, answer)
			}
			o.expectLog(t, `level=INFO msg="commits work again" database=`, 1)
			o.expectLog(t, "database doesn't answer", 0)
		})
	}
}

// expectLog counts the lines of the log that have the text.
func (o *opened) expectLog(t *testing.T, text string, lines int) {
	t.Helper()
	if log := o.logs.String(); strings.Count(log, text) != lines {
		t.Errorf("%d times %q in the log, want %d:\n%s", strings.Count(log, text), text, lines, log)
	}
}
