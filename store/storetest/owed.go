package storetest

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func testOpenObligations(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	w.Lives(Planner, "t", 40)
	other := models.Principal{Kind: models.KindHuman, ID: Planner.ID}
	var open []*models.Task
	for range 3 {
		open = append(open, w.Create(Planner, "t"))
		w.Create(other, "t")
	}
	// Whatever else answers an obligation leaves it open.
	w.Claim(open[0].ID, Worker)
	w.Start(open[0].ID)
	w.Progress(open[0].ID, 2)
	w.Expire(open[0].ID)
	w.Claim(open[0].ID, Worker)
	w.Retry(open[0].ID, 0)
	w.Acknowledge(must(w.Tenant.ReceiptsByID(t.Context(), obligationIDs(open[:1])))(t)[open[0].ObligationID])
	want := obligationIDs(open)

	read := func(args store.PageArgs) *store.Slice[models.Receipt] {
		page, err := w.Tenant.OpenObligations(t.Context(), Planner, args)
		return must(page, err)(t)
	}
	page := read(first(3))
	wantEqual(t, "three behind forty closed ones", receiptIDs(page.Nodes), want)
	wantFlags(t, "three behind forty closed ones", page, false, false)
	page = read(first(2))
	wantEqual(t, "first page", receiptIDs(page.Nodes), want[:2])
	wantFlags(t, "first page", page, true, false)
	page = read(first(2, models.LedgerCursor(w.ID, page.Nodes[1].Seq)))
	wantEqual(t, "second page", receiptIDs(page.Nodes), want[2:])
	wantFlags(t, "second page", page, false, true)
	page = read(first(2, models.LedgerCursor(w.ID, page.Nodes[0].Seq)))
	wantEqual(t, "page behind the last", receiptIDs(page.Nodes), nil)
	wantFlags(t, "page behind the last", page, false, true)
	wantStatements(t, "a page", 1, func(ctx context.Context) error {
		_, err := w.Tenant.OpenObligations(ctx, Planner, first(2, models.LedgerStart))
		return err
	})

	w.Cancel(open[1].ID)
	wantEqual(t, "after a cancellation", receiptIDs(read(first(9)).Nodes), []uuid.UUID{want[0], want[2]})
	for _, p := range malformed {
		_, err := w.Tenant.OpenObligations(t.Context(), p, store.PageArgs{})
		wantCode(t, "a malformed principal", err, models.CodeBadUserInput)
	}
}

func testUnacknowledged(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	other := models.Principal{Kind: models.KindHuman, ID: Planner.ID}
	w.Lives(Planner, "t", 4)
	w.Lives(other, "t", 1)
	results := must(w.Tenant.Follow(t.Context(), store.ReceiptFilter{To: &Planner, Types: []models.ReceiptType{models.TaskResultReady}}, 0, 99, 99))(t)
	w.Acknowledge(results[1])
	want := seqs([]*models.Receipt{results[0], results[2], results[3]})

	read := func(after, upTo int64, limit int) []int64 {
		return seqs(must(w.Tenant.Unacknowledged(t.Context(), Planner, after, upTo, limit))(t))
	}
	wantEqual(t, "all", read(0, 99, 99), want)
	wantEqual(t, "limited", read(0, 99, 2), want[:2])
	wantEqual(t, "behind the first", read(want[0], 99, 99), want[1:])
	wantEqual(t, "up to the second", read(0, want[1], 99), want[:2])
	wantStatements(t, "unacknowledged results", 1, func(ctx context.Context) error {
		_, err := w.Tenant.Unacknowledged(ctx, Planner, 0, 99, 99)
		return err
	})
	_, err := w.Tenant.Unacknowledged(t.Context(), malformed[0], 0, 99, 99)
	wantCode(t, "a malformed principal", err, models.CodeBadUserInput)
}

func testAnswers(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	done, open := w.Create(Planner, "t"), w.Create(Planner, "t")
	w.Claim(done.ID, Worker)
	completed := w.Complete(done.ID)
	acknowledged := w.Acknowledge(completed[1])
	alsoAcknowledged := w.Acknowledge(completed[0])
	ids := []uuid.UUID{done.ObligationID, open.ObligationID, completed[0].ID, completed[1].ID, uuid.New()}

	wantStatements(t, "closers", 1, func(ctx context.Context) error {
		closers, err := w.Tenant.Closers(ctx, ids)
		if by, ok := closers[open.ObligationID]; len(closers) != 2 || closers[done.ObligationID] != completed[0].ID || !ok || by != uuid.Nil {
			t.Errorf("closers are %v", closers)
		}
		return err
	})
	wantStatements(t, "terminators", 1, func(ctx context.Context) error {
		terminators, err := w.Tenant.Terminators(ctx, ids)
		if r := terminators[done.ObligationID]; len(terminators) != 1 || r == nil || r.ID != completed[0].ID || r.Seq != completed[0].Seq {
			t.Errorf("terminators are %v", terminators)
		}
		return err
	})
	wantStatements(t, "acknowledgements", 1, func(ctx context.Context) error {
		acks, err := w.Tenant.Acknowledgements(ctx, ids)
		if len(acks) != 2 || acks[completed[1].ID].ID != acknowledged.ID || acks[completed[0].ID].ID != alsoAcknowledged.ID {
			t.Errorf("acknowledgements are %v", acks)
		}
		return err
	})
	wantStatements(t, "nothing", 0, func(ctx context.Context) error {
		if _, err := w.Tenant.Closers(ctx, nil); err != nil {
			return err
		}
		if _, err := w.Tenant.Terminators(ctx, nil); err != nil {
			return err
		}
		_, err := w.Tenant.Acknowledgements(ctx, nil)
		return err
	})
}
