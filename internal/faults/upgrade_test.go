package faults_test

import (
	"database/sql"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // PostgreSQL

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/migrations"
)

// What the next versions do to the schema: expand it by a column, which servers of this version fill by a trigger without
// knowing it, and contract it once none of them is left.
const (
	expansion   = "99990101000000_note"
	contraction = "99990102000000_note_is_there_beside_99990101000000"
)

var expand = map[string]string{
	"postgres": `ALTER TABLE tasks ADD COLUMN note text;
--bun:split
CREATE FUNCTION fill_note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note = coalesce(NEW.note, NEW.type); RETURN NEW; END';
--bun:split
CREATE TRIGGER fill_note BEFORE INSERT OR UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION fill_note();
--bun:split
CREATE TABLE notes (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id));`,
	"sqlite": `ALTER TABLE tasks ADD COLUMN note TEXT;
--bun:split
CREATE TRIGGER fill_note AFTER INSERT ON tasks BEGIN UPDATE tasks SET note = type WHERE tenant_id = NEW.tenant_id AND id = NEW.id; END;`,
}

// TestUpgrade goes from this version to the next one, and back as long as that is possible.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	next := testkit.Newer(t, expansion+"_beside_"+newest(t), expand)
	t.Run("UnderLoad", func(t *testing.T) {
		t.Parallel()
		testUpgradeUnderLoad(t, next)
	})
	for name, urls := range databases {
		t.Run("AndBackOn"+name, func(t *testing.T) {
			t.Parallel()
			testUpgradeAndBack(t, next, urls(t)[:1])
		})
	}
}

// newest is the time of the newest migration that servers of this version know, whatever their database.
func newest(t *testing.T) string {
	t.Helper()
	at := func(files fs.FS, folder string) string {
		all, err := fs.Glob(files, folder+"/*.up.sql")
		if err != nil {
			t.Fatal(err)
		}
		stamp, _, _ := strings.Cut(strings.TrimPrefix(all[len(all)-1], folder+"/"), "_")
		return stamp
	}
	return min(at(migrations.Postgres, "postgres"), at(migrations.SQLite, "sqlite"))
}

// Servers of the next version start beside older ones, migrate under their load, and serve with them: nobody hears an error,
// and both find the ledger as it must be.
func testUpgradeUnderLoad(t *testing.T, next *testkit.Program) {
	t.Helper()
	database := testkit.Postgres(t)
	settings := []string{"ASYNCGATE_DATABASE_URL=" + database, "ASYNCGATE_ADDR=127.0.0.1:0"}
	older := serve(t, []string{database, database}, quick...)
	l := newLoad(t, newChance(t), newTenant(t), older.addresses())
	l.add(2, 2, older.addresses())
	l.grow(100)

	// Expand: the first of the newer servers migrates.
	younger := serveVersion(t, next, []string{database, database}, quick...)
	l.add(2, 2, younger.addresses())
	l.grow(100)
	for _, s := range append(older, younger...) {
		mustBeReady(t, s)
	}

	// Migrate: rows from before get what the new ones have, a few at a time.
	for mustExec(t, database, "UPDATE tasks SET note = type WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM tasks WHERE note IS NULL LIMIT 50)") > 0 {
	}
	l.grow(100)
	told := l.end()
	if n := l.me.lost.Load(); n > 0 {
		t.Errorf("%d calls were not answered", n)
	}
	t.Logf("%s; %s", told, older.mustVerify(t, database))
	for _, s := range older {
		s.stop()
	}

	// Contract: no server is left that would miss what goes. One that comes back by mistake is refused.
	mustExec(t, database, "ALTER TABLE tasks ALTER COLUMN note SET NOT NULL")
	mustExec(t, database, "INSERT INTO bun_migrations (name, group_id, migrated_at) VALUES ('"+contraction+"', 1, now())")
	mustBeReady(t, younger[0])
	if r := program.Run(t, settings, "serve"); r.Code != 1 || !strings.Contains(r.Stderr, contraction) {
		t.Errorf("an older server starts after the contraction: %+v", r)
	}
	if r := next.Run(t, settings, "verify"); r.Code != 0 {
		t.Errorf("verify: %+v", r)
	}
	for _, s := range younger {
		s.stop()
	}
}

// Until the schema is contracted the older version may come back, and the newer again: on SQLite too, which has one server.
func testUpgradeAndBack(t *testing.T, next *testkit.Program, database []string) {
	t.Helper()
	for _, version := range []*testkit.Program{program, next, program, next} {
		all := serveVersion(t, version, database, quick...)
		l := newLoad(t, newChance(t), newTenant(t), all.addresses())
		l.add(1, 1, all.addresses())
		l.grow(30)
		l.end()
		if n := l.me.lost.Load(); n > 0 {
			t.Errorf("%d calls were not answered", n)
		}
		all.mustVerify(t, database[0])
		all[0].stop()
	}
}

// mustBeReady waits until a server says that it can work; one that has just been started may not have swept yet.
func mustBeReady(t *testing.T, s *server) {
	t.Helper()
	client := newHTTP(t)
	eventually(t, "a server is ready", func() bool {
		response, err := client.Get(s.address() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// mustExec runs SQL as an operator would, and returns how many rows it changed.
func mustExec(t *testing.T, url, statement string) int64 {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	result, err := db.ExecContext(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := result.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
