package store_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// mustReadPartition returns the script with which operators partition a database.
func mustReadPartition(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("..", "deploy", "postgres", "partition.sql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// TestPostgresPartitioned: on tables that are partitioned by tenant everything is as on whole ones.
func TestPostgresPartitioned(t *testing.T) {
	t.Parallel()
	script := mustReadPartition(t)
	storetest.Run(t, func(t *testing.T) *store.Store {
		url := testkit.Postgres(t)
		s := open(t, url, store.Options{})
		mustExecAt(t, url, script)
		return s
	})
}

// TestPartition: what was there is there, and is guarded as before.
func TestPartition(t *testing.T) {
	t.Parallel()
	script := mustReadPartition(t)
	url := testkit.Postgres(t)
	s := open(t, url, store.Options{})
	var writers []*storetest.Writer
	for range 5 {
		w := storetest.NewWriter(t, s)
		w.Lives(storetest.Planner, "t", 3)
		writers = append(writers, w)
	}
	indexes := mustReadIndexes(t, url)
	mustExecAt(t, url, script)

	if after := mustReadIndexes(t, url); !maps.Equal(after, indexes) {
		t.Errorf("the indexes are\n%v, they were\n%v", after, indexes)
	}
	if parts := mustCount(t, url, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'receipts'::regclass"); parts != 16 {
		t.Errorf("receipts have %d parts", parts)
	}
	for _, w := range writers {
		w.Lives(storetest.Planner, "t", 3)
		tenant := w.ID
		checked, err := s.Verify(t.Context(), &tenant, func(v store.Violation) { t.Errorf("%+v", v) })
		if err != nil || checked.Receipts != 30 {
			t.Errorf("verified %+v, %v", checked, err)
		}
	}
	for _, statement := range []string{
		"UPDATE receipts SET type = 'x'", "DELETE FROM receipts", "TRUNCATE receipts", "TRUNCATE receipts_0, receipts_1, receipts_2, receipts_3",
	} {
		if err := s.Exec(t.Context(), statement); err == nil {
			t.Errorf("the database allows %s", statement)
		}
	}
}

// mustReadIndexes returns the definitions of the indexes of whole tables, partitioned or not, by their names.
func mustReadIndexes(t *testing.T, url string) map[string]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `SELECT c.relname, replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('i', 'I') AND NOT c.relispartition`)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	var name, definition string
	if _, err := pgx.ForEachRow(rows, []any{&name, &definition}, func() error {
		found[name] = definition
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

func mustCount(t *testing.T, url, query string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
