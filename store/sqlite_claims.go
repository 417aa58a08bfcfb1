package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// sqliteHeads is a subquery of the rowids n of the first task of each lane in the ranges of the JSON array ?1, of the tenant ?0:
// a loose scan of the index of claims, which reads one entry a lane.
const sqliteHeads = "WITH RECURSIVE heads (n, high) AS (" +
	"SELECT (SELECT t.rowid FROM tasks AS t INDEXED BY idx_tasks_claim WHERE t.tenant_id = ?0 AND t.status = 'queued' " +
	"AND t.lane >= r.value ->> 0 AND t.lane <= r.value ->> 1 ORDER BY t.lane, t.priority DESC, t.created_at, t.id LIMIT 1), r.value ->> 1 " +
	"FROM json_each(?1) AS r UNION ALL " +
	"SELECT (SELECT t.rowid FROM tasks AS t INDEXED BY idx_tasks_claim WHERE t.tenant_id = ?0 AND t.status = 'queued' " +
	"AND t.lane > p.lane AND t.lane <= heads.high ORDER BY t.lane, t.priority DESC, t.created_at, t.id LIMIT 1), heads.high " +
	"FROM heads CROSS JOIN tasks AS p ON p.rowid = heads.n)"

func sqliteRanges(types []string) string {
	ranges := laneRanges(types)
	pairs := make([]models.JSON, len(ranges))
	for i, r := range ranges {
		pairs[i] = models.Strings([]string{r.low.String(), r.high.String()})
	}
	return string(models.Array(pairs))
}

// readClaims reads what each claim may take, once all that is due is in its lane.
func (b *sqliteBatch) readClaims(ctx context.Context, n *Needs) error {
	if len(n.Claims) == 0 {
		return nil
	}
	if err := b.moveDue(ctx); err != nil || b.more {
		return err
	}
	for _, claim := range n.Claims {
		var rows []*taskRow
		tasks, err := selectRows[models.Task](ctx, b, &rows, func(q *bun.SelectQuery) *bun.SelectQuery {
			return sqliteCandidates(q, b.tenant, claim, n.candidates(claim))
		})
		if err != nil {
			return err
		}
		b.rows.addCandidates(tasks)
	}
	return nil
}

// sqliteCandidates makes q read the best of the lanes that the claim may take. Of n lanes' first tasks only those of the n best
// can be among the n best tasks.
func sqliteCandidates(q *bun.SelectQuery, tenant uuid.UUID, claim Claim, limit int) *bun.SelectQuery {
	const order = " ORDER BY t.priority DESC, t.created_at, t.id LIMIT ?3"
	able := sqlite{}.capable("?2")
	args := []any{tenant, sqliteRanges(claim.Types), string(models.Strings(claim.Capabilities)), limit}
	if len(claim.Types) > 0 {
		able += " AND t.type IN (?4)"
		args = append(args, bun.List(claim.Types))
	}
	best := "SELECT t.lane FROM heads CROSS JOIN tasks AS t ON t.rowid = heads.n WHERE " + able + order
	inLane := "SELECT t.rowid FROM tasks AS t INDEXED BY idx_tasks_claim WHERE t.tenant_id = ?0 AND t.status = 'queued' AND t.lane = best.lane" + order
	return q.Where("t.rowid IN ("+sqliteHeads+", best AS ("+best+") "+
		"SELECT t.rowid FROM best CROSS JOIN tasks AS t ON t.rowid IN ("+inLane+")"+order+")", args...).
		OrderExpr("t.priority DESC, t.created_at, t.id")
}

// moveDue puts what has become due into its lanes, and says if there may be more.
func (b *sqliteBatch) moveDue(ctx context.Context) error {
	if err := b.statement(ctx); err != nil {
		return err
	}
	var due []laneRow
	err := b.tx.NewSelect().ColumnExpr("t.id, t.type, t.capabilities").TableExpr("tasks AS t INDEXED BY idx_tasks_due").
		Where("t.tenant_id = ?", b.tenant).Where("t.status = 'queued'").Where("t.lane IS NULL").
		Where(dueAt+" <= ?", instant(b.rows.Now)).OrderExpr(dueAt+", t.id").Limit(moveAtOnce).Scan(ctx, &due)
	if err != nil {
		return err
	}
	count(ctx, 1)
	b.more = len(due) == moveAtOnce
	lanes, err := lanesOfDue(due)
	if err != nil {
		return err
	}
	for lane, ids := range lanes {
		if err := b.move(ctx, lane, ids); err != nil {
			return err
		}
	}
	return nil
}

func (b *sqliteBatch) move(ctx context.Context, lane uuid.UUID, ids []uuid.UUID) error {
	if err := b.statement(ctx); err != nil {
		return err
	}
	count(ctx, 1)
	_, err := b.tx.NewRaw("UPDATE tasks AS t SET lane = ? WHERE t.tenant_id = ? AND t.id IN (SELECT value FROM json_each(?))",
		lane, b.tenant, idsText(ids)).Exec(ctx)
	return err
}

// claimable reads from the first of each lane, and from what is due and not in its lane yet.
func (sqlite) claimable(s *Store, tenant uuid.UUID, types []string) *bun.RawQuery {
	return s.read.NewRaw(sqliteHeads+" SELECT t.type, t.capabilities FROM heads CROSS JOIN tasks AS t ON t.rowid = heads.n UNION ALL "+
		"SELECT t.type, t.capabilities FROM tasks AS t INDEXED BY idx_tasks_due WHERE t.tenant_id = ?0 AND t.status = 'queued' AND t.lane IS NULL "+
		"AND "+dueAt+" <= ?2", tenant, sqliteRanges(types), sqlite{}.currentTime(s))
}
