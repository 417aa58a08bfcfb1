package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// OpenObligations returns a page of what the principal is owed, oldest first: every obligation addressed to it that no
// receipt terminates. It is one statement whose cost grows with the page. BAD_USER_INPUT: see PageArgs, a malformed
// principal, and a cursor beyond the head.
func (t *Tenant) OpenObligations(ctx context.Context, p models.Principal, args PageArgs) (*Slice[models.Receipt], error) {
	page, err := newSeqPage(args, t.id)
	if err == nil {
		err = p.Check()
	}
	if err != nil {
		return nil, err
	}
	open := t.s.read.NewSelect().TableExpr("obligations AS o").Where("o.closed_by IS NULL")
	receipts, err := t.pending(ctx, p, open, func(q *bun.SelectQuery) *bun.SelectQuery { return page.of(q, "o.seq") })
	if err == nil {
		err = page.check(ctx, t, len(receipts) > 0)
	}
	if err != nil {
		return nil, err
	}
	return page.slice(receipts), nil
}

// Unacknowledged returns, oldest first, the task.result_ready receipts addressed to the principal, behind after, up to and
// with upTo, that nobody has acknowledged; at most limit of them. BAD_USER_INPUT when the principal is malformed.
func (t *Tenant) Unacknowledged(ctx context.Context, p models.Principal, after, upTo int64, limit int) ([]*models.Receipt, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	open := t.s.read.NewSelect().TableExpr("acknowledgements AS o").Where("o.acknowledged_by IS NULL")
	return t.pending(ctx, p, open, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.seq > ? AND o.seq <= ?", after, upTo).OrderExpr("o.seq").Limit(int64(limit))
	})
}

// pending reads the receipts that a projection, called o, lists for the principal. The limit is set within, so that the
// receipts are looked up one by one whatever the planner believes of the tables; to SQLite, CROSS JOIN says the same.
func (t *Tenant) pending(ctx context.Context, p models.Principal, projection *bun.SelectQuery, limit func(*bun.SelectQuery) *bun.SelectQuery) ([]*models.Receipt, error) {
	listed := limit(isPrincipal(projection.ColumnExpr("o.seq").Where("o.tenant_id = ?", t.id), "o.to", p))
	return find[models.Receipt, *receiptRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ColumnExpr("?TableColumns").ModelTableExpr("(?) AS o", listed).
			Join("CROSS JOIN receipts AS r").Where("r.seq = o.seq").OrderExpr("r.seq")
	})
}

// Closers returns, for those of the receipts that are obligations, the id of the receipt that closed it; uuid.Nil while it
// is open.
func (t *Tenant) Closers(ctx context.Context, receiptIDs []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	closers := make(map[uuid.UUID]uuid.UUID, len(receiptIDs))
	if len(receiptIDs) == 0 {
		return closers, nil
	}
	var rows []obligationRow
	err := t.s.read.NewSelect().Model(&rows).Column("receipt_id", "closed_by").
		Where("o.tenant_id = ?", t.id).Where("o.receipt_id IN (?)", bun.List(receiptIDs)).Scan(ctx)
	for _, r := range rows {
		closers[r.ReceiptID] = r.ClosedBy.UUID
	}
	return closers, t.s.fault(err)
}

// Terminators returns, by obligation, the receipts that terminated these; open obligations, and receipts that are none, are
// absent.
func (t *Tenant) Terminators(ctx context.Context, receiptIDs []uuid.UUID) (map[uuid.UUID]*models.Receipt, error) {
	return t.answers(ctx, receiptIDs, "obligations AS o", "r.id = o.closed_by")
}

// Acknowledgements returns, by receipt, the receipt.acknowledged that counts for these; those that nobody has acknowledged
// are absent.
func (t *Tenant) Acknowledgements(ctx context.Context, receiptIDs []uuid.UUID) (map[uuid.UUID]*models.Receipt, error) {
	return t.answers(ctx, receiptIDs, "acknowledgements AS o", "r.id = o.acknowledged_by")
}

// answers reads the receipts that a projection, called o, names as the answers to these.
func (t *Tenant) answers(ctx context.Context, receiptIDs []uuid.UUID, projection, on string) (map[uuid.UUID]*models.Receipt, error) {
	if len(receiptIDs) == 0 {
		return map[uuid.UUID]*models.Receipt{}, nil
	}
	return findOne[models.Receipt, *receiptFor](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ColumnExpr("o.receipt_id AS of_id").ModelTableExpr(projection).Join("CROSS JOIN receipts AS r").Where(on).
			Where("o.tenant_id = ?", t.id).Where("o.receipt_id IN (?)", bun.List(receiptIDs))
	})
}
