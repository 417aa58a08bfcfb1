package storetest

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func testByID(t *testing.T, s *store.Store) {
	w, other := NewWriter(t, s), NewWriter(t, s)
	task := w.Create(Planner, "t", func(t *models.Task) {
		pointer, key := "s3://x", "key"
		t.Payload, t.PayloadPointer, t.IdempotencyKey, t.Fingerprint = `{"n":1.0,"u":"\u0000"}`, &pointer, &key, "f"
		t.Requirements = models.Requirements{Capabilities: []string{"a", "b"}, Tags: []string{"c"}}
	})
	lease := w.Claim(task.ID, Worker)
	foreign := other.Create(Planner, "t")

	wantStatements(t, "tasks by id", 1, func(ctx context.Context) error {
		tasks, err := w.Tenant.TasksByID(ctx, []uuid.UUID{task.ID, task.ID, foreign.ID, uuid.New()})
		got := tasks[task.ID]
		if len(tasks) != 1 || got.Payload != task.Payload || *got.PayloadPointer != *task.PayloadPointer || !got.CreatedAt.Equal(task.CreatedAt) ||
			got.Status != models.StatusLeased || len(got.Requirements.Capabilities) != 2 || got.ObligationID != task.ObligationID {
			t.Errorf("tasks are %+v", got)
		}
		return err
	})
	wantStatements(t, "leases by id", 1, func(ctx context.Context) error {
		leases, err := w.Tenant.LeasesByID(ctx, []uuid.UUID{lease.ID, task.ID})
		if got := leases[lease.ID]; len(leases) != 1 || got.TaskID != task.ID || got.Worker != Worker || !got.ExpiresAt.Equal(lease.ExpiresAt) {
			t.Errorf("leases are %+v", got)
		}
		return err
	})
	wantStatements(t, "receipts by id", 1, func(ctx context.Context) error {
		receipts, err := w.Tenant.ReceiptsByID(ctx, []uuid.UUID{task.ObligationID, foreign.ObligationID})
		if got := receipts[task.ObligationID]; len(receipts) != 1 || got.Seq != 1 || got.TaskID != task.ID || got.Hash != models.Hash(got.Envelope()) {
			t.Errorf("receipts are %+v", got)
		}
		return err
	})
	wantStatements(t, "nothing", 0, func(ctx context.Context) error {
		_, err := w.Tenant.TasksByID(ctx, nil)
		return err
	})
}

func testActiveLeases(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	free, held := w.Create(Planner, "t"), w.Create(Planner, "t")
	w.Claim(held.ID, Worker)
	w.Release(held.ID)
	lease := w.Claim(held.ID, Worker)
	wantStatements(t, "active leases", 1, func(ctx context.Context) error {
		leases, err := w.Tenant.ActiveLeases(ctx, []uuid.UUID{free.ID, held.ID, uuid.New()})
		if len(leases) != 1 || leases[held.ID].ID != lease.ID {
			t.Errorf("active leases are %v", leases)
		}
		return err
	})
}

func testLeasesOfTasks(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	many, one, none := w.Create(Planner, "t"), w.Create(Planner, "t"), w.Create(Planner, "t")
	var leases []uuid.UUID
	for range 3 {
		leases = append(leases, w.Claim(many.ID, Worker).ID)
		w.Release(many.ID)
	}
	single := w.Claim(one.ID, Worker)
	newest := reversed(leases)
	tasks := []uuid.UUID{many.ID, one.ID, none.ID, many.ID}
	var pages map[uuid.UUID]*store.Slice[models.Lease]
	wantStatements(t, "leases of tasks", 1, func(ctx context.Context) (err error) {
		pages, err = w.Tenant.LeasesOfTasks(ctx, tasks, first(2))
		return err
	})
	wantEqual(t, "task of three", leaseIDs(pages[many.ID].Nodes), newest[:2])
	wantFlags(t, "task of three", pages[many.ID], true, false)
	wantEqual(t, "task of one", leaseIDs(pages[one.ID].Nodes), []uuid.UUID{single.ID})
	wantFlags(t, "task of one", pages[one.ID], false, false)
	wantEqual(t, "task of none", leaseIDs(pages[none.ID].Nodes), nil)

	pages = must(w.Tenant.LeasesOfTasks(t.Context(), tasks[:1], first(2, models.LeaseCursor(pages[many.ID].Nodes[1]))))(t)
	wantEqual(t, "second page", leaseIDs(pages[many.ID].Nodes), newest[2:])
	wantFlags(t, "second page", pages[many.ID], false, true)
}

func testReceiptsOfTasks(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	a := w.Create(Planner, "t") // seq 1
	b := w.Create(Planner, "t") // 2
	w.Claim(a.ID, Worker)       // 3
	w.Claim(b.ID, Worker)       // 4
	w.Complete(a.ID)            // 5, 6
	tasks := []uuid.UUID{a.ID, b.ID, uuid.New()}
	var pages map[uuid.UUID]*store.Slice[models.Receipt]
	wantStatements(t, "receipts of tasks", 1, func(ctx context.Context) (err error) {
		pages, err = w.Tenant.ReceiptsOfTasks(ctx, tasks, nil, first(3))
		return err
	})
	wantEqual(t, "task a", seqs(pages[a.ID].Nodes), []int64{1, 3, 5})
	wantFlags(t, "task a", pages[a.ID], true, false)
	wantEqual(t, "task b", seqs(pages[b.ID].Nodes), []int64{2, 4})
	wantFlags(t, "task b", pages[b.ID], false, false)
	wantEqual(t, "no task", seqs(pages[tasks[2]].Nodes), nil)

	pages = must(w.Tenant.ReceiptsOfTasks(t.Context(), tasks, nil, first(3, models.LedgerCursor(w.ID, 3))))(t)
	wantEqual(t, "task a after 3", seqs(pages[a.ID].Nodes), []int64{5, 6})
	wantEqual(t, "task b after 3", seqs(pages[b.ID].Nodes), []int64{4})
	wantFlags(t, "task b after 3", pages[b.ID], false, true)

	pages = must(w.Tenant.ReceiptsOfTasks(t.Context(), tasks, []models.ReceiptType{models.TaskAccepted, models.TaskResultReady}, first(3)))(t)
	wantEqual(t, "task a by types", seqs(pages[a.ID].Nodes), []int64{3, 6})
	wantEqual(t, "task b by types", seqs(pages[b.ID].Nodes), []int64{4})
	pages = must(w.Tenant.ReceiptsOfTasks(t.Context(), tasks, []models.ReceiptType{"\x00"}, first(3)))(t)
	wantEqual(t, "task a by no type", seqs(pages[a.ID].Nodes), nil)
}

func testChildren(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	a := w.Create(Planner, "t")   // seq 1
	b := w.Create(Planner, "t")   // 2
	w.Claim(a.ID, Worker)         // 3
	w.Claim(b.ID, Worker)         // 4
	completed := w.Complete(a.ID) // 5, 6: the result answers both 1 and 5
	w.Acknowledge(completed[1])   // 7
	w.Create(Planner, "t")        // 8: nobody's child
	parents := []uuid.UUID{a.ObligationID, b.ObligationID, completed[0].ID, completed[1].ID, uuid.New()}
	var pages map[uuid.UUID]*store.Slice[models.Receipt]
	wantStatements(t, "children", 1, func(ctx context.Context) (err error) {
		pages, err = w.Tenant.Children(ctx, parents, nil, first(2))
		return err
	})
	wantEqual(t, "children of a", seqs(pages[parents[0]].Nodes), []int64{3, 5})
	wantFlags(t, "children of a", pages[parents[0]], true, false)
	wantEqual(t, "children of b", seqs(pages[parents[1]].Nodes), []int64{4})
	wantFlags(t, "children of b", pages[parents[1]], false, false)
	wantEqual(t, "children of the completion", seqs(pages[parents[2]].Nodes), []int64{6})
	wantEqual(t, "children of the result", seqs(pages[parents[3]].Nodes), []int64{7})
	wantEqual(t, "children of nobody", seqs(pages[parents[4]].Nodes), nil)

	pages = must(w.Tenant.Children(t.Context(), parents, nil, first(2, models.LedgerCursor(w.ID, 5))))(t)
	wantEqual(t, "children of a after 5", seqs(pages[parents[0]].Nodes), []int64{6})
	wantFlags(t, "children of a after 5", pages[parents[0]], false, true)
	types := []models.ReceiptType{models.TaskAccepted, models.TaskResultReady}
	wantStatements(t, "children by types", 1, func(ctx context.Context) (err error) {
		pages, err = w.Tenant.Children(ctx, parents, types, first(2))
		return err
	})
	wantEqual(t, "children of a by types", seqs(pages[parents[0]].Nodes), []int64{3, 6})
	wantEqual(t, "children of the completion by types", seqs(pages[parents[2]].Nodes), []int64{6})
}

func testTenantsAreApart(t *testing.T, s *store.Store) {
	w, other := NewWriter(t, s), NewWriter(t, s)
	task := w.Create(Planner, "t")
	w.Claim(task.ID, Worker)
	done := w.Complete(task.ID)
	w.Acknowledge(done[1])
	stranger, ctx := other.Tenant, t.Context()
	tasks, receipts := []uuid.UUID{task.ID}, []uuid.UUID{task.ObligationID, done[0].ID, done[1].ID}
	wantNone := func(what string, n int, err error) {
		t.Helper()
		if n != 0 || err != nil {
			t.Errorf("another tenant reads %d %s, error %v", n, what, err)
		}
	}
	found, err := stranger.TasksByID(ctx, tasks)
	wantNone("tasks", len(found), err)
	held, err := stranger.ActiveLeases(ctx, tasks)
	wantNone("leases", len(held), err)
	byID, err := stranger.ReceiptsByID(ctx, receipts)
	wantNone("receipts", len(byID), err)
	closers, err := stranger.Closers(ctx, receipts)
	wantNone("closers", len(closers), err)
	terminators, err := stranger.Terminators(ctx, receipts)
	wantNone("terminators", len(terminators), err)
	acks, err := stranger.Acknowledgements(ctx, receipts)
	wantNone("acknowledgements", len(acks), err)
	children, err := stranger.Children(ctx, receipts, nil, store.PageArgs{})
	wantNone("children", len(children[task.ObligationID].Nodes), err)
	told, err := stranger.ReceiptsOfTasks(ctx, tasks, nil, store.PageArgs{})
	wantNone("receipts of tasks", len(told[task.ID].Nodes), err)
	leases, err := stranger.LeasesOfTasks(ctx, tasks, store.PageArgs{})
	wantNone("leases of tasks", len(leases[task.ID].Nodes), err)
	page, err := stranger.Tasks(ctx, store.TaskFilter{}, store.PageArgs{})
	wantNone("listed tasks", len(page.Nodes), err)
	ledger, err := stranger.Receipts(ctx, store.ReceiptFilter{}, store.LedgerPageArgs{})
	wantNone("listed receipts", len(ledger.Nodes), err)
	stats, err := stranger.QueueStats(ctx)
	wantNone("stats", len(stats), err)
}
