package store_test

import (
	"maps"
	"testing"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// The figures are those of all tenants, and the open obligations those of the ledger.
func TestTotals(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{}, func(t *testing.T, s *store.Store) {
		empty, err := s.Totals(t.Context())
		if err != nil || len(empty.Tasks) != 0 || empty.OpenObligations != 0 {
			t.Errorf("an empty database has %+v, %v", empty, err)
		}
		for range 2 { // tenants
			w := storetest.NewWriter(t, s)
			w.Create(storetest.Planner, "queued")
			for _, end := range []func(*models.Task){
				func(*models.Task) {},
				func(task *models.Task) { w.Start(task.ID) },
				func(task *models.Task) { w.Complete(task.ID) },
				func(task *models.Task) { w.Fail(task.ID) },
				func(task *models.Task) { w.Cancel(task.ID) },
				func(task *models.Task) { w.Retry(task.ID, 0) },
				func(task *models.Task) { w.Release(task.ID) },
				func(task *models.Task) { w.Expire(task.ID) },
				func(task *models.Task) { w.ExpireForGood(task.ID) },
			} {
				task := w.Create(storetest.Planner, "claimed")
				w.Claim(task.ID, storetest.Worker)
				end(task)
			}
		}
		got, err := s.Totals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := map[models.TaskStatus]int64{
			models.StatusQueued: 8, models.StatusLeased: 2, models.StatusRunning: 2,
			models.StatusSucceeded: 2, models.StatusFailed: 4, models.StatusCanceled: 2,
		}
		if !maps.Equal(got.Tasks, want) {
			t.Errorf("tasks: %v, want %v", got.Tasks, want)
		}
		open, err := s.CountOpenObligations(t.Context())
		if err != nil || got.OpenObligations != open || open == 0 {
			t.Errorf("%d open obligations, the ledger has %d, %v", got.OpenObligations, open, err)
		}
	})
}

func TestPools(t *testing.T) {
	t.Parallel()
	onBoth(t, store.Options{MaxConnections: 3}, func(t *testing.T, s *store.Store) {
		want := map[string]int{"all": 3}
		if s.Embedded() {
			want = map[string]int{"readers": 3, "writer": 1}
		}
		got := map[string]int{}
		for name, pool := range s.Pools() {
			got[name] = pool.Max
		}
		if !maps.Equal(got, want) {
			t.Errorf("the pools are %v, want %v", got, want)
		}
	})
}
