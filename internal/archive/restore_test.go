package archive_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/archive"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// What docs/retention.md says of backups: an older copy of the database beside a newer folder loses nothing.
func TestAnOlderCopyOfTheDatabase(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(t.TempDir(), "test") },
		"postgres": func() string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			olderCopy(t, url())
		})
	}
}

func olderCopy(t *testing.T, url string) {
	clock := testkit.NewClock(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	w := newWorld(t, open(t, url, clock))
	tasks := w.Lives(storetest.Planner, "t", 3, withPayload("[1]"))
	texts := w.texts(tasks...)
	clock.Move(time.Hour)
	older := w.copied(url, clock)
	w.mustRun(clock.Now())

	// The copy has all receipts of the files, and all bodies too.
	older.wantTexts(texts, tasks)
	if counts := older.wantProven(); counts.Full != 15 {
		t.Errorf("checked is %+v", counts)
	}
	older.remove(manifest)
	older.mustRun(clock.Now())
	older.wantTexts(texts, tasks)
	if counts := older.wantProven(); counts.Full != 0 || len(older.archived()) != 15 {
		t.Errorf("checked is %+v", counts)
	}

	// A copy that lacks receipts of the files can't go on with the folder, with a manifest or without, and goes on with another.
	oldest := older.copied(second(t, url), clock)
	older.Lives(storetest.Planner, "t", 1)
	clock.Move(time.Hour)
	older.mustRun(clock.Now())
	for _, without := range []bool{false, true} {
		oldest.Lives(storetest.Planner, "t", 1)
		if without {
			oldest.remove(manifest)
		}
		if _, err := oldest.run(clock.Now().Add(time.Hour)); err == nil || len(oldest.archived()) != 15 {
			t.Errorf("the folder of a ledger that went on: %v, archived are %v", err, oldest.archived())
		}
	}
	first := oldest.dir
	oldest.dir += "-2"
	if sum := oldest.mustRun(clock.Now().Add(time.Hour)); sum.Tasks != 2 {
		t.Errorf("archived is %+v", sum)
	}
	if kinds, details, _ := oldest.violations(first); !slices.Equal(kinds, []store.ViolationKind{archive.Surplus}) {
		t.Errorf("violations of a folder that has more than the ledger:\n%s", details)
	}
}

// copied returns the world as it is now, with a database of its own.
func (w *world) copied(url string, clock *testkit.Clock) *world {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	copyDatabase(w.t, url)
	copied := *w
	w.on(open(w.t, url, clock))
	copied.on(open(w.t, second(w.t, url), clock))
	return &copied
}

// second is where the copy of a database is.
func second(t *testing.T, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.Path += "_2"
	return u.String()
}

// copyDatabase copies a database that nobody is connected to.
func copyDatabase(t *testing.T, database string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme == "sqlite" {
		text, err := os.ReadFile(u.Path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(u.Path+"_2", text, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	name := u.Path[1:]
	u.Path = "/postgres"
	admin, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(t.Context()) }()
	if _, err := admin.Exec(t.Context(), fmt.Sprintf("CREATE DATABASE %q TEMPLATE %q", name+"_2", name)); err != nil {
		t.Fatal(err)
	}
}
