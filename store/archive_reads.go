package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// Tenants returns all that have a ledger, in the order of their ids.
func (s *Store) Tenants(ctx context.Context) ([]uuid.UUID, error) {
	var all []uuid.UUID
	err := s.read.NewSelect().Table("ledger_heads").Column("tenant_id").OrderExpr("tenant_id").Scan(ctx, &all)
	return all, s.fault(err)
}

// Envelopes returns, oldest first, the receipts behind the seq after without their bodies, at most limit of them.
func (t *Tenant) Envelopes(ctx context.Context, after int64, limit int) ([]*models.Receipt, error) {
	return find[models.Receipt, *receiptRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ExcludeColumn("body").Where("r.seq > ?", after).OrderExpr("r.seq").Limit(int64(limit))
	})
}

// EnvelopesByID returns the receipts with these ids without their bodies; ids that the tenant doesn't have are absent.
func (t *Tenant) EnvelopesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Receipt, error) {
	found := make(map[uuid.UUID]*models.Receipt, len(ids))
	for some := range slices.Chunk(distinct(ids), chainPiece) {
		receipts, err := t.envelopes(ctx, "r.id", some)
		if err != nil {
			return nil, err
		}
		for _, r := range receipts {
			found[r.ID] = r
		}
	}
	return found, nil
}

func (t *Tenant) envelopes(ctx context.Context, column bun.Safe, ids []uuid.UUID) ([]*models.Receipt, error) {
	return find[models.Receipt, *receiptRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ExcludeColumn("body").Where("? IN (?)", column, bun.List(ids))
	})
}

// chainPiece bounds the ids of a statement.
const chainPiece = 500

// Chains returns, by task, its chain: the task's receipts and their acknowledgements, and the acknowledgements of those, oldest
// first and without bodies. Ids that the tenant doesn't have are absent.
func (t *Tenant) Chains(ctx context.Context, taskIDs []uuid.UUID) (map[uuid.UUID][]*models.Receipt, error) {
	chains := map[uuid.UUID][]*models.Receipt{}
	of := map[uuid.UUID]uuid.UUID{} // from receipt to task
	var grown []uuid.UUID
	for some := range slices.Chunk(distinct(taskIDs), chainPiece) {
		receipts, err := t.envelopes(ctx, "r.task_id", some)
		if err != nil {
			return nil, err
		}
		for _, r := range receipts {
			chains[r.TaskID] = append(chains[r.TaskID], r)
			of[r.ID] = r.TaskID
			grown = append(grown, r.ID)
		}
	}
	for len(grown) > 0 {
		answered, err := t.acknowledgers(ctx, grown)
		if err != nil {
			return nil, err
		}
		grown = nil
		for answer := range answered {
			grown = append(grown, answer)
		}
		receipts, err := t.EnvelopesByID(ctx, grown)
		if err != nil {
			return nil, err
		}
		for id, r := range receipts {
			of[id] = of[answered[id]]
			chains[of[id]] = append(chains[of[id]], r)
		}
	}
	for _, chain := range chains {
		slices.SortFunc(chain, func(a, b *models.Receipt) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	return chains, nil
}

// acknowledgers returns, by the id of the acknowledgement, which of the receipts it answers.
func (t *Tenant) acknowledgers(ctx context.Context, receiptIDs []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	answered := map[uuid.UUID]uuid.UUID{}
	for some := range slices.Chunk(receiptIDs, chainPiece) {
		var rows []acknowledgementRow
		err := t.s.read.NewSelect().Model(&rows).Column("receipt_id", "acknowledged_by").Where("a.tenant_id = ?", t.id).
			Where("a.receipt_id IN (?)", bun.List(some)).Where("a.acknowledged_by IS NOT NULL").Scan(ctx)
		if err = t.s.fault(err); err != nil {
			return nil, err
		}
		for _, r := range rows {
			answered[r.AcknowledgedBy.UUID] = r.ReceiptID
		}
	}
	return answered, nil
}

// TaskBodies returns what of the tasks may move to an archive file; tasks that are archived, or that the tenant doesn't have,
// are absent.
func (t *Tenant) TaskBodies(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*TaskBody, error) {
	bodies, _, err := t.taskBodies(ctx, t.s.read, ids)
	return bodies, t.s.fault(err)
}

func (t *Tenant) taskBodies(ctx context.Context, db bun.IDB, ids []uuid.UUID) (bodies map[uuid.UUID]*TaskBody, archived map[uuid.UUID]bool, err error) {
	bodies, archived = map[uuid.UUID]*TaskBody{}, map[uuid.UUID]bool{}
	if len(ids) == 0 {
		return bodies, archived, nil
	}
	var rows []*taskRow
	err = db.NewSelect().Model(&rows).Column("id", "payload", "outcome", "progress", "progress_at", "archived").
		Where("t.tenant_id = ?", t.id).Where("t.id IN (?)", bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		if r.Archived {
			archived[r.ID] = true
			continue
		}
		bodies[r.ID] = &TaskBody{
			TaskID: r.ID, Payload: jsonValue(r.Payload), Outcome: jsonValue(r.Outcome), Progress: jsonValue(r.Progress), ProgressAt: timePtr(r.ProgressAt),
		}
	}
	return bodies, archived, err
}

// TaskEnvelopes returns the tasks with these ids without payload, outcome and progress; ids that the tenant doesn't have are
// absent.
func (t *Tenant) TaskEnvelopes(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Task, error) {
	found := make(map[uuid.UUID]*models.Task, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	tasks, err := find[models.Task, *taskRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ExcludeColumn("payload", "outcome", "progress", "progress_at").Where("t.id IN (?)", bun.List(ids))
	})
	for _, task := range tasks {
		found[task.ID] = task
	}
	return found, err
}
