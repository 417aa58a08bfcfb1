package store_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// beforeLanes makes of a database one of the version that had no lanes.
var beforeLanes = []string{
	"DROP INDEX idx_tasks_claim",
	"DROP INDEX idx_tasks_due",
	"ALTER TABLE tasks DROP COLUMN lane",
	"CREATE INDEX idx_tasks_claim ON tasks (tenant_id, priority DESC, created_at, id) WHERE status = 'queued'",
	"DELETE FROM bun_migrations WHERE name LIKE '%_lanes'",
}

// What was queued, delayed and held before there were lanes is claimed as if it had always had one.
func TestAnOldDatabaseIsClaimedRightly(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"sqlite": "sqlite://" + filepath.Join(t.TempDir(), "old.db"), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := open(t, url, store.Options{})
			w := storetest.NewWriter(t, old)
			eligible := func(d time.Duration) func(*models.Task) {
				return func(task *models.Task) {
					at := time.Now().Add(d)
					task.Requirements.Capabilities, task.NextEligibleAt = []string{"b", "a"}, &at
				}
			}
			queued := w.Create(storetest.Planner, "t")
			urgent := w.Create(storetest.Planner, "t", func(task *models.Task) {
				task.Priority, task.Requirements.Capabilities = 1, []string{"a", "b"}
			})
			due := w.Create(storetest.Planner, "t", eligible(-time.Hour))
			w.Create(storetest.Planner, "t", eligible(time.Hour))
			held := w.Create(storetest.Planner, "t")
			w.Claim(held.ID, storetest.Worker)
			w.Claim(w.Create(storetest.Planner, "t").ID, storetest.Worker)
			for _, text := range beforeLanes {
				mustExec(t, old, text)
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}

			s := open(t, url, store.Options{})
			find := func(capabilities ...string) (ids []uuid.UUID) {
				rows := look(t, s, w.ID, &store.Needs{Claims: []store.Claim{{Capabilities: capabilities, AtMost: 9}}})
				for _, task := range rows.Candidates[0] {
					ids = append(ids, task.ID)
				}
				return ids
			}
			free, err := s.Tenant(w.ID).Claimable(t.Context(), store.Claim{Capabilities: []string{"a", "b"}})
			if err != nil || !free {
				t.Errorf("claimable is %t, %v", free, err)
			}
			if got, want := find("a", "b"), []uuid.UUID{urgent.ID, queued.ID, due.ID}; !slices.Equal(got, want) {
				t.Errorf("found %v, want %v", got, want)
			}
			now := w.On(s)
			now.Release(held.ID)
			now.Claim(queued.ID, storetest.Worker)
			if got, want := find("a"), []uuid.UUID{held.ID}; !slices.Equal(got, want) {
				t.Errorf("found %v, want %v", got, want)
			}
			wantViolations(t, s, w.ID)
		})
	}
}
