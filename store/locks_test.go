package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
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

// However much another server holds of what comes first, a claim finds what is free.
func TestAClaimFindsWhatIsFreeBehindAllThatIsHeld(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Postgres(t), store.Options{})
	w := storetest.NewWriter(t, s)
	for range 60 {
		w.Create(storetest.Planner, "a")
		w.Create(storetest.Planner, "b")
	}
	find := func(n int) int {
		return len(look(t, s, w.ID, &store.Needs{Claims: []store.Claim{{AtMost: n}}}).Candidates[0])
	}
	while(t, s, w.ID, &store.Needs{Claims: []store.Claim{{AtMost: 100}}}, func() {
		for _, n := range []int{1, 9, 20, 99} {
			if got := find(n); got != min(n, 20) {
				t.Errorf("%d of at most %d are found", got, n)
			}
		}
	})
	if got := find(1000); got != 120 {
		t.Errorf("%d are found when none is held", got)
	}
}

// What has become due is passed over where another server holds it, and found as soon as it doesn't.
func TestBecomingDuePassesOverWhatIsHeld(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Postgres(t), store.Options{})
	w := storetest.NewWriter(t, s)
	var due []uuid.UUID
	for range 3 {
		due = append(due, w.Create(storetest.Planner, "t", func(t *models.Task) {
			at := time.Now().Add(-time.Hour)
			t.NextEligibleAt = &at
		}).ID)
	}
	find := func() []uuid.UUID {
		var found []uuid.UUID
		for _, task := range look(t, s, w.ID, &store.Needs{Claims: []store.Claim{{AtMost: 9}}}).Candidates[0] {
			found = append(found, task.ID)
		}
		return found
	}
	while(t, s, w.ID, &store.Needs{Tasks: due[:1]}, func() {
		if got := find(); !slices.Equal(got, due[1:]) {
			t.Errorf("found %v of %v", got, due)
		}
		free, err := s.Tenant(w.ID).Claimable(t.Context(), store.Claim{})
		if err != nil || !free {
			t.Errorf("claimable is %t, %v", free, err)
		}
	})
	if got := find(); !slices.Equal(got, due) {
		t.Errorf("found %v of %v", got, due)
	}
}

// Servers that find the same tasks due at once put each into its lane, and none of them fails.
func TestBecomingDueOnManyServersAtOnce(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	s := open(t, url, store.Options{})
	w := storetest.NewWriter(t, s)
	for range 200 {
		w.Create(storetest.Planner, "t")
	}
	servers := []*store.Store{s, open(t, url, store.Options{})}
	var group sync.WaitGroup
	for range 5 {
		mustExec(t, s, "UPDATE tasks SET lane = NULL")
		for _, other := range servers {
			for range 3 {
				group.Go(func() { look(t, other, w.ID, &store.Needs{Claims: []store.Claim{{AtMost: 5}}}) })
			}
		}
		group.Wait()
		if got := len(look(t, s, w.ID, &store.Needs{Claims: []store.Claim{{AtMost: 999}}}).Candidates[0]); got != 200 {
			t.Errorf("%d are found", got)
		}
	}
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
