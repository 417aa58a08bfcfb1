package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// first asks for a page of n rows behind a cursor.
func first(n int, after ...string) store.PageArgs {
	args := store.PageArgs{First: &n}
	if len(after) > 0 {
		args.After = &after[0]
	}
	return args
}

// wantFlags fails unless the page says whether others follow and precede it.
func wantFlags[T any](t *testing.T, what string, s *store.Slice[T], next, previous bool) {
	t.Helper()
	if s.HasNextPage != next || s.HasPreviousPage != previous {
		t.Errorf("%s: has next %t, previous %t; want %t, %t", what, s.HasNextPage, s.HasPreviousPage, next, previous)
	}
}

func testPageArgs(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	for range models.DefaultPageSize + 1 {
		w.Create(Planner, "t")
	}
	for _, n := range []int{0, -1} {
		_, err := w.Tenant.Tasks(t.Context(), store.TaskFilter{}, first(n))
		wantCode(t, "first", err, models.CodeBadUserInput)
		_, err = w.Tenant.Receipts(t.Context(), store.ReceiptFilter{}, store.LedgerPageArgs{Last: &n})
		wantCode(t, "last", err, models.CodeBadUserInput)
	}
	one := 1
	_, err := w.Tenant.Receipts(t.Context(), store.ReceiptFilter{}, store.LedgerPageArgs{First: &one, Last: &one})
	wantCode(t, "first and last", err, models.CodeBadUserInput)

	after := models.LedgerCursor(w.ID, 1)
	last, err := w.Tenant.Receipts(t.Context(), store.ReceiptFilter{}, store.LedgerPageArgs{Last: &one, After: &after})
	wantFlags(t, "last behind a cursor", must(last, err)(t), false, true)
	many := models.MaxPageSize
	last, err = w.Tenant.Receipts(t.Context(), store.ReceiptFilter{}, store.LedgerPageArgs{Last: &many, After: &after})
	wantFlags(t, "all behind a cursor", must(last, err)(t), false, true)

	page, err := w.Tenant.Tasks(t.Context(), store.TaskFilter{}, store.PageArgs{})
	if got := len(must(page, err)(t).Nodes); got != models.DefaultPageSize || !page.HasNextPage {
		t.Errorf("a page of no size has %d tasks, next %t", got, page.HasNextPage)
	}
	page, err = w.Tenant.Tasks(t.Context(), store.TaskFilter{}, first(models.MaxPageSize+1))
	if got := len(must(page, err)(t).Nodes); got != models.DefaultPageSize+1 || page.HasNextPage {
		t.Errorf("a page of the largest size has %d tasks, next %t", got, page.HasNextPage)
	}
}

func testCursors(t *testing.T, s *store.Store) {
	w, other := NewWriter(t, s), NewWriter(t, s)
	task := w.Create(Planner, "t")
	lease := w.Claim(task.ID, Worker)
	taskCursor, leaseCursor, ledgerCursor := models.TaskCursor(task), models.LeaseCursor(lease), models.LedgerCursor(w.ID, 1)
	foreign := *task
	foreign.TenantID = other.ID

	reads := map[string]struct {
		read func(cursor string) error
		good []string
		bad  []string
	}{
		"tasks": {
			func(c string) error {
				_, err := w.Tenant.Tasks(t.Context(), store.TaskFilter{}, first(1, c))
				return err
			},
			[]string{taskCursor},
			[]string{"", "0", "nonsense", leaseCursor, ledgerCursor, models.TaskCursor(&foreign)},
		},
		"leases": {
			func(c string) error {
				_, err := w.Tenant.Leases(t.Context(), store.LeaseFilter{Worker: Worker}, first(1, c))
				return err
			},
			[]string{leaseCursor},
			[]string{"", "0", "nonsense", taskCursor, ledgerCursor},
		},
		"leases of tasks": {
			func(c string) error {
				_, err := w.Tenant.LeasesOfTasks(t.Context(), []uuid.UUID{task.ID}, first(1, c))
				return err
			},
			[]string{leaseCursor},
			[]string{"", "nonsense", taskCursor},
		},
	}
	// Two receipts are in the ledger, so 2 is its head.
	ledger := []string{"0", ledgerCursor, models.LedgerCursor(w.ID, 2)}
	notLedger := []string{"", "1", "nonsense", taskCursor, leaseCursor, models.LedgerCursor(other.ID, 1), models.LedgerCursor(w.ID, 3)}
	for name, read := range map[string]func(c string) error{
		"receipts": func(c string) error {
			_, err := w.Tenant.Receipts(t.Context(), store.ReceiptFilter{}, store.LedgerPageArgs{After: &c})
			return err
		},
		"receipts before": func(c string) error {
			_, err := w.Tenant.Receipts(t.Context(), store.ReceiptFilter{}, store.LedgerPageArgs{Before: &c})
			return err
		},
		"obligations": func(c string) error {
			_, err := w.Tenant.OpenObligations(t.Context(), Planner, first(1, c))
			return err
		},
		"children": func(c string) error {
			_, err := w.Tenant.Children(t.Context(), []uuid.UUID{task.ObligationID}, nil, first(1, c))
			return err
		},
		"receipts of tasks": func(c string) error {
			_, err := w.Tenant.ReceiptsOfTasks(t.Context(), []uuid.UUID{task.ID}, nil, first(1, c))
			return err
		},
	} {
		reads[name] = struct {
			read func(cursor string) error
			good []string
			bad  []string
		}{read, ledger, notLedger}
	}
	for name, r := range reads {
		for _, c := range r.good {
			if err := r.read(c); err != nil {
				t.Errorf("%s, cursor %q: %v", name, c, err)
			}
		}
		for _, c := range r.bad {
			wantCode(t, name+", cursor "+c, r.read(c), models.CodeBadUserInput)
		}
	}
}

func testReceipts(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	w.Lives(Planner, "t", 2) // ten receipts
	at := func(seq int64) *string {
		c := models.LedgerCursor(w.ID, seq)
		return &c
	}
	n := func(n int) *int { return &n }
	tests := []struct {
		name           string
		args           store.LedgerPageArgs
		want           []int64
		next, previous bool
	}{
		{"All", store.LedgerPageArgs{}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, false, false},
		{"First", store.LedgerPageArgs{First: n(3)}, []int64{1, 2, 3}, true, false},
		{"FirstAfter", store.LedgerPageArgs{First: n(3), After: at(3)}, []int64{4, 5, 6}, true, true},
		{"FirstAfterStart", store.LedgerPageArgs{First: n(3), After: at(0)}, []int64{1, 2, 3}, true, true},
		{"FirstAfterNearEnd", store.LedgerPageArgs{First: n(3), After: at(7)}, []int64{8, 9, 10}, false, true},
		{"FirstAfterEnd", store.LedgerPageArgs{First: n(3), After: at(10)}, nil, false, true},
		{"FirstBetween", store.LedgerPageArgs{First: n(9), After: at(3), Before: at(6)}, []int64{4, 5}, false, true},
		{"Last", store.LedgerPageArgs{Last: n(3)}, []int64{8, 9, 10}, false, true},
		{"LastBefore", store.LedgerPageArgs{Last: n(3), Before: at(8)}, []int64{5, 6, 7}, true, true},
		{"LastBeforeNearStart", store.LedgerPageArgs{Last: n(3), Before: at(3)}, []int64{1, 2}, true, false},
		{"LastBetween", store.LedgerPageArgs{Last: n(2), After: at(2), Before: at(6)}, []int64{4, 5}, true, true},
		{"LastOfAll", store.LedgerPageArgs{Last: n(20)}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, false, false},
		{"BeforeStart", store.LedgerPageArgs{Before: at(0)}, nil, false, false},
	}
	for _, test := range tests {
		page, err := w.Tenant.Receipts(t.Context(), store.ReceiptFilter{}, test.args)
		wantEqual(t, test.name, seqs(must(page, err)(t).Nodes), test.want)
		wantFlags(t, test.name, page, test.next, test.previous)
	}
}
