package store_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// What a timeout of PostgreSQL's cuts off may be tried again, and callers are told so.
func TestALockTimeoutIsTransient(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	w := storetest.NewWriter(t, open(t, url, store.Options{}))
	if _, err := connect(t, url).Exec(t.Context(), "BEGIN; LOCK TABLE receipts IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	_, err := w.On(mustOpen(t, url+"&lock_timeout=1")).TryCreate(storetest.Planner, "t")
	wantUnavailable(t, err)
}

func TestAnIdleTransactionTimeoutIsTransient(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	w := storetest.NewWriter(t, open(t, url, store.Options{}))
	task := w.Create(storetest.Planner, "t")
	observer := connect(t, url)
	hasty := mustOpen(t, url+"&idle_in_transaction_session_timeout=1&application_name=hasty")
	err := hasty.Batch(t.Context(), w.ID, &store.Needs{Tasks: []uuid.UUID{task.ID}}, func(rows *store.Rows) *store.Writes {
		eventually(t, "its transaction has been ended", func() bool {
			var left int
			err := observer.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hasty' AND xact_start IS NOT NULL").Scan(&left)
			return err == nil && left == 0
		})
		return &store.Writes{ChangedTasks: []*models.Task{rows.Tasks[task.ID]}}
	})
	wantUnavailable(t, err)
}

// mustOpen opens a database that has its schema.
func mustOpen(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	if code := models.CodeOf(err); code != models.CodeUnavailable {
		t.Errorf("told is %s: %v", code, err)
	}
}
