package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// Receipts returns a page of the ledger, oldest first; its cursors are models.LedgerCursor. BAD_USER_INPUT: see
// LedgerPageArgs, a malformed principal, and a cursor beyond the head.
func (t *Tenant) Receipts(ctx context.Context, f ReceiptFilter, args LedgerPageArgs) (*Slice[models.Receipt], error) {
	page, err := newLedgerPage(args, t.id)
	if err == nil {
		err = f.Check()
	}
	if err != nil {
		return nil, err
	}
	receipts, err := find[models.Receipt, *receiptRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.ofSeveralTypes() {
			q = t.addressed(q, f, page)
		} else {
			q = f.apply(q, t.id)
		}
		return page.of(q, "r.seq")
	})
	if err == nil {
		err = page.check(ctx, t, len(receipts) > 0)
	}
	if err != nil {
		return nil, err
	}
	return page.slice(receipts), nil
}

// ReceiptsByID returns the receipts with these ids; ids that the tenant doesn't have are absent.
func (t *Tenant) ReceiptsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Receipt, error) {
	return findByID[models.Receipt, *receiptRow](ctx, t, ids, func(r *models.Receipt) uuid.UUID { return r.ID })
}

// Follow returns, oldest first, the receipts behind after, up to and with upTo, that match; at most limit of them.
// BAD_USER_INPUT when a principal of the filter is malformed.
func (t *Tenant) Follow(ctx context.Context, f ReceiptFilter, after, upTo int64, limit int) ([]*models.Receipt, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	return find[models.Receipt, *receiptRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		// The plus keeps SQLite from going through the whole ledger between the two instead of what is addressed to somebody.
		return f.apply(q, t.id).Where("r.seq > ? AND +r.seq <= ?", after, upTo).OrderExpr("r.seq").Limit(int64(limit))
	})
}

// LeaseReceipt returns the newest receipt of one of the types (any, if none is named) that speaks of the lease; NOT_FOUND
// when there is none.
func (t *Tenant) LeaseReceipt(ctx context.Context, taskID, leaseID uuid.UUID, types ...models.ReceiptType) (*models.Receipt, error) {
	receipts, err := find[models.Receipt, *receiptRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("r.task_id = ?", taskID).Where("r.lease_id = ?", leaseID)
		return anyOf(q, "r.type", types).OrderExpr("r.seq DESC").Limit(1)
	})
	if err != nil {
		return nil, err
	}
	if len(receipts) == 0 {
		return nil, models.Errorf(models.CodeNotFound, "the lease has no such receipt")
	}
	return receipts[0], nil
}

// receiptFor is a receipt read for a task or for another receipt.
type receiptFor struct {
	receiptRow `bun:",extend"`

	Of uuid.UUID `bun:"of_id,scanonly"`
}

func (r *receiptFor) of() uuid.UUID { return r.Of }

var pagedReceipts = paged{table: "receipts", key: "seq"}

// ReceiptsOfTasks returns a page of each task's receipts of the types (all, if none is named), oldest first, in one
// statement; there is an entry for every id. BAD_USER_INPUT: see PageArgs, and a cursor beyond the head.
func (t *Tenant) ReceiptsOfTasks(ctx context.Context, taskIDs []uuid.UUID, types []models.ReceiptType, args PageArgs) (map[uuid.UUID]*Slice[models.Receipt], error) {
	one := t.s.read.NewSelect().TableExpr("receipts AS x").Where("x.tenant_id = ?", t.id).Where("x.task_id = e.id")
	return t.receiptsFor(ctx, taskIDs, anyOf(one, "x.type", types), args)
}

// Children returns a page of the receipts that answer each receipt, of the types (all, if none is named), oldest first, in
// one statement; there is an entry for every id. BAD_USER_INPUT: see PageArgs, and a cursor beyond the head.
func (t *Tenant) Children(ctx context.Context, receiptIDs []uuid.UUID, types []models.ReceiptType, args PageArgs) (map[uuid.UUID]*Slice[models.Receipt], error) {
	one, kind := t.s.dialect.children(t.s.read.NewSelect(), t.id)
	return t.receiptsFor(ctx, receiptIDs, anyOf(one, kind, types), args)
}

// receiptsFor reads a page for each id of what one selects for e.id.
func (t *Tenant) receiptsFor(ctx context.Context, ids []uuid.UUID, one *bun.SelectQuery, args PageArgs) (map[uuid.UUID]*Slice[models.Receipt], error) {
	page, err := newSeqPage(args, t.id)
	if err != nil || len(ids) == 0 {
		return map[uuid.UUID]*Slice[models.Receipt]{}, err
	}
	ids = distinct(ids)
	found, err := findFor[models.Receipt, *receiptFor](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return t.s.dialect.forEach(q, pagedReceipts, ids, page.of(one, "x.seq")).OrderExpr("r.seq")
	})
	if err == nil {
		err = page.check(ctx, t, len(found) > 0)
	}
	if err != nil {
		return nil, err
	}
	pages := make(map[uuid.UUID]*Slice[models.Receipt], len(ids))
	for _, id := range ids {
		pages[id] = page.slice(found[id])
	}
	return pages, nil
}
