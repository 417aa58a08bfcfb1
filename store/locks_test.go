package store_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// while runs a batch in which other, which sees what a second server sees meanwhile, is called between its locks and its end.
func while(t *testing.T, s *store.Store, tenant uuid.UUID, holds *store.Needs, other func()) {
	t.Helper()
	err := s.Batch(t.Context(), tenant, holds, func(*store.Rows) *store.Writes {
		other()
		return &store.Writes{}
	})
	if err != nil {
		t.Error(err)
	}
}

// look returns what a batch finds.
func look(t *testing.T, s *store.Store, tenant uuid.UUID, needs *store.Needs) *store.Rows {
	t.Helper()
	var found *store.Rows
	err := s.Batch(t.Context(), tenant, needs, func(rows *store.Rows) *store.Writes {
		found = rows
		return &store.Writes{}
	})
	if err != nil {
		t.Error(err)
	}
	return found
}

// SQLite has one writer: nobody sees a batch in its middle.
func TestABatchHidesNoMoreThanItMayTake(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Postgres(t), store.Options{})
	w := storetest.NewWriter(t, s)
	for _, kind := range []string{"a", "a", "a", "a", "b"} {
		w.Create(storetest.Planner, kind)
	}
	free := func() int {
		return len(look(t, s, w.ID, &store.Needs{Claims: []store.Claim{{Types: []string{"a"}, AtMost: 9}}}).Candidates[0])
	}
	holds := &store.Needs{}
	holds.Claim(store.Claim{Types: []string{"a"}, AtMost: 1})
	holds.Claim(store.Claim{Types: []string{"b"}, AtMost: 5})
	holds.Claim(store.Claim{Types: []string{"a"}, AtMost: 1})
	while(t, s, w.ID, holds, func() {
		if n := free(); n != 2 {
			t.Errorf("%d tasks are free, want 2", n)
		}
	})
}

func TestDueLeasesThatAreHeldArePassedOver(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Postgres(t), store.Options{})
	w := storetest.NewWriter(t, s)
	held, free := w.Create(storetest.Planner, "t"), w.Create(storetest.Planner, "t")
	leases := []uuid.UUID{w.Claim(held.ID, storetest.Worker).ID, w.Claim(free.ID, storetest.Worker).ID}
	while(t, s, w.ID, &store.Needs{Tasks: []uuid.UUID{held.ID}}, func() {
		rows := look(t, s, w.ID, &store.Needs{Due: leases})
		if rows.Tasks[held.ID] != nil || rows.Leases[leases[0]] != nil || rows.Tasks[free.ID] == nil || rows.Leases[leases[1]] == nil {
			t.Errorf("found the tasks %v, the leases %v", rows.Tasks, rows.Leases)
		}
	})
	rows := look(t, s, w.ID, &store.Needs{Due: leases})
	if len(rows.Tasks) != 2 || len(rows.Leases) != 2 || len(rows.Held) != 2 {
		t.Errorf("found %d tasks, %d leases", len(rows.Tasks), len(rows.Leases))
	}
}
