package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// TestMigrationGivesWay: one that can't have its lock holds nobody back for long, and is done once whoever had it has ended.
func TestMigrationGivesWay(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	s := open(t, url, store.Options{})
	mustExecAt(t, url, "DELETE FROM bun_migrations WHERE name LIKE '20261125220001%'") // to be applied anew
	w := storetest.NewWriter(t, s)
	reader := mustConnect(t, url)
	tx, err := reader.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT count(*) FROM receipts, tasks, leases, obligations"); err != nil {
		t.Fatal(err)
	}
	migrated := make(chan error, 1)
	go func() {
		_, err := s.Migrate(t.Context())
		migrated <- err
	}()
	observer := mustConnect(t, url)
	waiting := func() (n int) {
		if err := observer.QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	eventually(t, "the migration waits for its lock", func() bool { return waiting() > 0 })
	began := time.Now()
	w.Create(storetest.Planner, "t")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the migration held a writer back for %s", took)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-migrated; err != nil {
		t.Error(err)
	}
}

func mustConnect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
