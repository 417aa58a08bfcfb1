package store_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// TestADatabaseThatCannotWrite: callers are told to come back, and the log why, in the database's own words, until it can.
func TestADatabaseThatCannotWrite(t *testing.T) {
	t.Parallel()
	sqlite := func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "test.db") }
	postgres := func(t *testing.T) string { return testkit.Postgres(t) }
	full, room := testkit.RefuseReceipts("53100", "could not extend file: No space left on device")
	broken, mended := testkit.RefuseReceipts("58030", "could not fsync file: Input/output error")
	for name, c := range map[string]struct {
		database        func(t *testing.T) string
		hinder, relieve string
		says            string
	}{
		"SQLite with a full disk":       {sqlite, "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000", "database or disk is full"},
		"SQLite that is read-only":      {sqlite, "PRAGMA query_only = 1", "PRAGMA query_only = 0", "attempt to write a readonly database"},
		"PostgreSQL with a full disk":   {postgres, full, room, "No space left on device (SQLSTATE 53100)"},
		"PostgreSQL with a broken disk": {postgres, broken, mended, "Input/output error (SQLSTATE 58030)"},
		"PostgreSQL that is read-only": {postgres, "SET default_transaction_read_only = on", "SET default_transaction_read_only = off",
			"in a read-only transaction (SQLSTATE 25006)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := testkit.NewOutput()
			s := open(t, c.database(t), store.Options{Logger: slog.New(slog.NewTextHandler(log, nil)), MaxConnections: 1})
			w := storetest.NewWriter(t, s)
			w.Create(storetest.Planner, "before")
			mustExec(t, s, c.hinder)
			err := fill(t, w)
			if code, says := models.CodeOf(err), models.MessageOf(err); code != models.CodeUnavailable || says !=
				"the database can't write: its disk may be full, or it is read-only; try again later" {
				t.Errorf("callers hear %s: %s", code, says)
			}
			if err := s.Ping(t.Context()); err != nil {
				t.Errorf("it does not answer: %v", err)
			}
			wantLog(t, log, `level=WARN msg="commits fail" database=`, c.says, "failed=1\n")
			writeNothing(t, s)
			if strings.Contains(log.String(), "work again") {
				t.Errorf("a batch without anything to write tells that all is well:\n%s", log)
			}
			mustExec(t, s, c.relieve)
			w.Create(storetest.Planner, "after")
			wantLog(t, log, `level=INFO msg="commits work again" database=`, " after=")
			if strings.Contains(log.String(), "answer") {
				t.Errorf("a database that answers is told to be away:\n%s", log)
			}
		})
	}
}

// writeNothing commits a batch that writes nothing, as a claim that finds nothing. SQLite that is read-only refuses that too.
func writeNothing(t *testing.T, s *store.Store) {
	t.Helper()
	_ = s.Batch(t.Context(), uuid.New(), &store.Needs{}, nothing)
}

// fill creates tasks until that fails, and returns why.
func fill(t *testing.T, w *storetest.Writer) error {
	t.Helper()
	for range 1000 {
		if _, err := w.TryCreate(storetest.Planner, "t"); err != nil {
			return err
		}
	}
	t.Fatal("it has written all")
	return nil
}

func wantLog(t *testing.T, log *testkit.Output, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log lacks %q:\n%s", part, log)
		}
	}
}

// TestADatabaseThatIsAwayIsToldOnce: by whoever notices first, and that it is back.
func TestADatabaseThatIsAwayIsToldOnce(t *testing.T) {
	t.Parallel()
	database := testkit.StartPostgres(t)
	log := testkit.NewOutput()
	s := open(t, database.URL("postgres"), store.Options{Logger: slog.New(slog.NewTextHandler(log, nil))})
	tenant := s.Tenant(uuid.New())
	ask := func(ctx context.Context) []error {
		_, head := tenant.Head(ctx)
		_, totals := s.Totals(ctx)
		_, due := s.DueLeases(ctx, nil, 1)
		return []error{head, totals, due, s.CheckSchema(ctx)}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range ask(gone) {
		wantUnavailable(t, err)
	}
	if log.String() != "" {
		t.Errorf("a caller that has gone is told of:\n%s", log)
	}

	database.Stop("immediate")
	for _, err := range ask(t.Context()) {
		wantUnavailable(t, err)
	}
	wantLog(t, log, `level=WARN msg="the database doesn't answer" database=127.0.0.1:`, "/postgres error=")
	database.Start()
	eventually(t, "it answers again", func() bool {
		_, err := tenant.Head(t.Context())
		return err == nil
	})
	wantLog(t, log, `level=INFO msg="the database is back" database=127.0.0.1:`, " after=")
	if lines := strings.Count(log.String(), "\n"); lines != 2 {
		t.Errorf("%d lines:\n%s", lines, log)
	}
}
