package store_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// What a timeout of PostgreSQL cuts off may be tried again, and callers are told so.
func TestATimeoutOfPostgresIsTransient(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	s := open(t, url, store.Options{})
	w := storetest.NewWriter(t, s)
	task := w.Create(storetest.Planner, "before")
	observer := connect(t, url)

	t.Run("lock_timeout", func(t *testing.T) {
		hasty := open(t, url+"&lock_timeout=10ms", store.Options{})
		while(t, s, w.ID, &store.Needs{}, func() {
			if _, err := observer.Exec(t.Context(), "BEGIN; LOCK TABLE receipts IN ACCESS EXCLUSIVE MODE"); err != nil {
				t.Fatal(err)
			}
			_, err := w.On(hasty).TryCreate(storetest.Planner, "after")
			wantUnavailable(t, err)
		})
		if _, err := observer.Exec(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("idle_in_transaction_session_timeout", func(t *testing.T) {
		hasty := open(t, url+"&idle_in_transaction_session_timeout=10ms&application_name=hasty", store.Options{})
		err := hasty.Batch(t.Context(), w.ID, &store.Needs{Tasks: []uuid.UUID{task.ID}}, func(rows *store.Rows) *store.Writes {
			for left := 1; left > 0; {
				err := observer.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hasty' AND xact_start IS NOT NULL").Scan(&left)
				if err != nil {
					t.Error(err)
					break
				}
			}
			return &store.Writes{ChangedTasks: []*models.Task{rows.Tasks[task.ID]}}
		})
		wantUnavailable(t, err)
	})
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	if code := models.CodeOf(err); code != models.CodeUnavailable {
		t.Errorf("told is %s: %v", code, err)
	}
}
