package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// candidates returns what a claim would take, and how many statements it takes to know.
func candidates(t *testing.T, s *store.Store, w *Writer, claim store.Claim) ([]*models.Task, int64) {
	t.Helper()
	needs := &store.Needs{}
	needs.Claim(claim)
	var found []*models.Task
	var counter store.Counter
	err := s.Batch(store.WithCounter(t.Context(), &counter), w.ID, needs, func(rows *store.Rows) *store.Writes {
		found = rows.Candidates[0]
		return &store.Writes{}
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, counter.Load()
}

// Whatever there is, a claim finds the best of what it may take, in order.
func testCandidates(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	random := rand.New(rand.NewPCG(1, 2)) // the same tasks each time
	skills := []string{"a", "b", `it's "c"`}
	some := func(of []string) []string { // in any order, some twice
		list := []string{}
		for range random.IntN(4) {
			list = append(list, of[random.IntN(len(of))])
		}
		return list
	}
	var all []*models.Task
	for i := range 120 {
		change := []func(*models.Task){func(t *models.Task) {
			t.Priority, t.Requirements.Capabilities = random.IntN(3)-1, some(skills)
		}}
		delay := []time.Duration{-time.Hour, time.Hour, 0, 0, 0}[random.IntN(5)]
		if delay != 0 {
			change = append(change, delayed(t, s, delay))
		}
		task := w.Create(Planner, fmt.Sprint("type ", random.IntN(4)), change...)
		switch {
		case i%7 == 0:
			w.Claim(task.ID, Worker)
		case i%11 == 0:
			w.Claim(task.ID, Worker)
			w.Release(task.ID)
			task.NextEligibleAt = nil
			all = append(all, task)
		case delay <= 0:
			all = append(all, task)
		}
	}
	slices.SortFunc(all, func(a, b *models.Task) int {
		return cmp.Or(b.Priority-a.Priority, a.CreatedAt.Compare(b.CreatedAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	for range 60 {
		claim := store.Claim{Capabilities: some(skills), AtMost: 1 + random.IntN(40)}
		for range random.IntN(3) {
			claim.Types = append(claim.Types, fmt.Sprint("type ", random.IntN(5)))
		}
		var want []*models.Task
		for _, task := range all {
			lacks := slices.ContainsFunc(task.Requirements.Capabilities, func(c string) bool { return !slices.Contains(claim.Capabilities, c) })
			if !lacks && (len(claim.Types) == 0 || slices.Contains(claim.Types, task.Type)) {
				want = append(want, task)
			}
		}
		got, _ := candidates(t, s, w, claim)
		wantEqual(t, fmt.Sprintf("%+v", claim), taskIDs(got), taskIDs(want[:min(len(want), claim.AtMost)]))
		if free := must(w.Tenant.Claimable(t.Context(), claim))(t); free != (len(want) > 0) {
			t.Errorf("%+v: claimable is %t", claim, free)
		}
	}
	w.verify(s)
}

// What has become due is put into its lane once, however much it is, and nothing else of it changes.
func testBecomingDue(t *testing.T, s *store.Store) {
	const many = 2_100
	w := NewWriter(t, s)
	_, usual := candidates(t, s, w, store.Claim{AtMost: 1})
	due := w.CreateMany(many, "due", delayed(t, s, -time.Hour))
	w.CreateMany(3, "late", delayed(t, s, time.Hour))
	head := must(w.Tenant.Head(t.Context()))(t)

	// Nothing is claimed, and what was put into lanes stays there all the same.
	found, first := candidates(t, s, w, store.Claim{AtMost: 2})
	wantEqual(t, "the first", taskIDs(found), taskIDs(due[:2]))
	found, second := candidates(t, s, w, store.Claim{AtMost: many + 9})
	wantEqual(t, "all", taskIDs(found), taskIDs(due))
	if first <= usual || second != usual {
		t.Errorf("the claims took %d and %d statements, and %d when nothing was due", first, second, usual)
	}
	if now := must(w.Tenant.Head(t.Context()))(t); now != head {
		t.Errorf("the ledger grew from %d to %d", head, now)
	}
	for _, task := range found {
		if !task.UpdatedAt.Equal(task.CreatedAt) || task.NextEligibleAt == nil || !task.NextEligibleAt.Equal(*due[0].NextEligibleAt) {
			t.Fatalf("a task has become %+v", task)
		}
	}
	listed, _, err := w.Tenant.Delayed(t.Context(), models.Place{At: due[0].NextEligibleAt.Add(-time.Second)}, many+9)
	if err != nil || len(listed) != many+3 {
		t.Errorf("%d were or are delayed, %v", len(listed), err)
	}
	w.verify(s)
}

// CreateMany creates n tasks in one batch.
func (w *Writer) CreateMany(n int, kind string, change ...func(*models.Task)) []*models.Task {
	w.tb.Helper()
	tasks := make([]*models.Task, n)
	w.batch(&store.Needs{}, func(rows *store.Rows) *store.Writes {
		writes := &store.Writes{NewTasks: tasks, Counts: map[store.Count]int{{Type: kind, Status: models.StatusQueued}: n}}
		for i := range tasks {
			tasks[i] = w.newTask(Planner, kind, change...)
			writes.Receipts = append(writes.Receipts, w.assign(rows, tasks[i]))
		}
		return writes
	})
	return tasks
}

func (w *Writer) verify(s *store.Store) {
	w.tb.Helper()
	tenant := w.ID
	_, err := s.Verify(w.tb.Context(), &tenant, func(v store.Violation) { w.tb.Errorf("%+v", v) })
	if err != nil {
		w.tb.Error(err)
	}
}
