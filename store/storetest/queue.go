package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// delayed makes a task eligible after d, by the database's time.
func delayed(t *testing.T, s *store.Store, d time.Duration) func(*models.Task) {
	t.Helper()
	at := must(s.Time(t.Context()))(t).Add(d).Truncate(time.Microsecond)
	return func(task *models.Task) { task.NextEligibleAt = &at }
}

func queuedIDs(tasks []*store.QueuedTask) []uuid.UUID {
	ids := make([]uuid.UUID, len(tasks))
	for i, task := range tasks {
		ids[i] = task.ID
	}
	return ids
}

func testQueued(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	able := w.Create(Planner, "a", func(t *models.Task) { t.Requirements.Capabilities = []string{"gpu", "it's"} })
	late := w.Create(Planner, "b", delayed(t, s, time.Hour))
	claimed := w.Create(Planner, "a")
	w.Claim(claimed.ID, Worker)
	foreign := NewWriter(t, s).Create(Planner, "a")
	found := must(w.Tenant.Queued(t.Context(), []uuid.UUID{able.ID, late.ID, claimed.ID, foreign.ID, uuid.New()}))(t)
	slices.SortFunc(found, func(a, b *store.QueuedTask) int { return len(b.Capabilities) - len(a.Capabilities) })
	wantEqual(t, "queued", queuedIDs(found), []uuid.UUID{able.ID, late.ID})
	wantEqual(t, "capabilities", found[0].Capabilities, able.Requirements.Capabilities)
	if found[0].Type != "a" || found[0].EligibleAt != nil || found[1].Type != "b" || !found[1].EligibleAt.Equal(*late.NextEligibleAt) {
		t.Errorf("found %+v, %+v", found[0], found[1])
	}
	wantEqual(t, "none", queuedIDs(must(w.Tenant.Queued(t.Context(), nil))(t)), nil)
}

func testDelayed(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	before := must(s.Time(t.Context()))(t)
	w.Create(Planner, "t")
	second := w.Create(Planner, "t", delayed(t, s, 2*time.Hour))
	past := w.Create(Planner, "t", delayed(t, s, -time.Hour))
	first := w.Create(Planner, "t", delayed(t, s, time.Hour))
	claimed := w.Create(Planner, "t", delayed(t, s, -time.Hour))
	w.Claim(claimed.ID, Worker)
	NewWriter(t, s).Create(Planner, "t", delayed(t, s, time.Minute))
	read := func(after models.Place, limit int) []*store.QueuedTask {
		t.Helper()
		tasks, now, err := w.Tenant.Delayed(t.Context(), after, limit)
		if err != nil {
			t.Fatal(err)
		}
		if now.Before(before) || now.After(before.Add(10*time.Minute)) {
			t.Errorf("the time is %s, and was %s before", now, before)
		}
		return tasks
	}
	place := func(t *models.Task) models.Place { return models.Place{At: *t.NextEligibleAt, ID: t.ID} }
	wantEqual(t, "from now on", queuedIDs(read(models.Place{}, 9)), taskIDs([]*models.Task{first, second}))
	wantEqual(t, "from the past on", queuedIDs(read(models.Place{At: before.Add(-2 * time.Hour)}, 9)), taskIDs([]*models.Task{past, first, second}))
	wantEqual(t, "a page", queuedIDs(read(place(past), 1)), taskIDs([]*models.Task{first}))
	wantEqual(t, "behind the last", queuedIDs(read(place(second), 9)), nil)
	if got := read(place(past), 1)[0].Place(); !got.At.Equal(*first.NextEligibleAt) || got.ID != first.ID {
		t.Errorf("its place is %v", got)
	}
}

func testClaimable(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	want := func(what string, claim store.Claim, want bool) {
		t.Helper()
		if got := must(w.Tenant.Claimable(t.Context(), claim))(t); got != want {
			t.Errorf("%s: %t", what, got)
		}
	}
	gone := w.Create(Planner, "a")
	w.Claim(gone.ID, Worker)
	w.Create(Planner, "a", delayed(t, s, time.Hour))
	NewWriter(t, s).Create(Planner, "a")
	want("claimed, delayed and another tenant's", store.Claim{}, false)
	w.Create(Planner, "a", func(t *models.Task) { t.Requirements.Capabilities = []string{"gpu"} })
	want("unable", store.Claim{Capabilities: []string{"net"}}, false)
	want("able", store.Claim{Capabilities: []string{"net", "gpu"}}, true)
	want("another type", store.Claim{Types: []string{"b"}, Capabilities: []string{"gpu"}}, false)
	want("one of the types", store.Claim{Types: []string{"b", "a"}, Capabilities: []string{"gpu"}}, true)
	w.Create(Planner, "b", delayed(t, s, -time.Second))
	want("due", store.Claim{}, true)
}

func testHeads(t *testing.T, s *store.Store) {
	one, two, none := NewWriter(t, s), NewWriter(t, s), uuid.New()
	one.Lives(Planner, "t", 2)
	two.Create(Planner, "t")
	ids := []uuid.UUID{one.ID, two.ID, none}
	heads := must(s.Heads(t.Context(), ids))(t)
	for _, w := range []*Writer{one, two} {
		if head := must(w.Tenant.Head(t.Context()))(t); head == 0 || heads[w.ID] != head {
			t.Errorf("the head is %d, and among others %d", head, heads[w.ID])
		}
	}
	if len(heads) != 2 {
		t.Errorf("%d heads of two tenants with receipts", len(heads))
	}
	if heads := must(s.Heads(t.Context(), nil))(t); len(heads) != 0 {
		t.Errorf("heads of nobody: %v", heads)
	}
}

func testDueLeases(t *testing.T, s *store.Store) {
	now := must(s.Time(t.Context()))(t)
	var leases []*models.Lease
	for _, d := range []time.Duration{-time.Minute, time.Hour, -time.Hour, -time.Hour} {
		w := NewWriter(t, s)
		leases = append(leases, w.Claim(w.Create(Planner, "t").ID, Worker, func(l *models.Lease) {
			l.AcquiredAt, l.ExpiresAt = now.Add(d-time.Minute), now.Add(d)
		}))
	}
	var all []uuid.UUID
	for _, limit := range []int{1, 3, 1000} {
		var found []uuid.UUID
		var last *store.DueLease
		for {
			due := must(s.DueLeases(t.Context(), last, limit))(t)
			for _, d := range due {
				if slices.ContainsFunc(leases, func(l *models.Lease) bool { return l.ID == d.Lease && l.TenantID == d.Tenant }) {
					found = append(found, d.Lease)
				}
			}
			if len(due) < limit {
				break
			}
			last = &due[limit-1]
		}
		if len(found) != 3 || found[2] != leases[0].ID {
			t.Errorf("in pages of %d: %v", limit, found)
		}
		if all != nil {
			wantEqual(t, "another size of pages", found, all)
		}
		all = found
	}
}
