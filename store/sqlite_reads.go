package store

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// forEach has no LATERAL: the keys of a page are a subquery of the row of e, and each row is looked up by its key.
func (sqlite) forEach(q *bun.SelectQuery, of paged, ids []uuid.UUID, page *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("e.id AS of_id").ModelTableExpr("(SELECT value AS id FROM json_each(?)) AS e", idsText(ids)).
		Join("CROSS JOIN ? AS ?TableAlias ON ?TableAlias.? IN (?)", of.table, of.key, page.ColumnExpr("x.?", of.key))
}

func (sqlite) children(page *bun.SelectQuery, tenant uuid.UUID) (*bun.SelectQuery, string) {
	return page.TableExpr("receipt_parents AS x").Where("x.tenant_id = ?", tenant).Where("x.parent_id = e.id"),
		"(SELECT c.type FROM receipts AS c WHERE c.tenant_id = x.tenant_id AND c.seq = x.seq)"
}

func (sqlite) heldLeases(q *bun.SelectQuery, _ uuid.UUID) *bun.SelectQuery {
	return q.ModelTableExpr("leases AS l INDEXED BY idx_leases_active").Where("l.ended_at IS NULL")
}

func (sqlite) greatest() bun.Safe { return "max" }

// queuedTasks names the index: without statistics the planner takes any that begins with the tenant.
func (sqlite) queuedTasks(q *bun.SelectQuery) *bun.SelectQuery {
	return q.TableExpr("tasks AS t INDEXED BY idx_tasks_status").Where("t.status <> 'succeeded'") // the index demands it in these words
}

func (sqlite) delayedTasks(q *bun.SelectQuery) *bun.SelectQuery {
	return q.TableExpr("tasks AS t INDEXED BY idx_tasks_delayed")
}

// snapshot is a deferred transaction: it reads the database as it is at its first statement.
func (sqlite) snapshot(ctx context.Context, s *Store) (bun.Tx, error) {
	return s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
}

func (sqlite) edgeFaults() map[ViolationKind]string {
	return map[ViolationKind]string{
		EdgeMissing: `SELECT p.value AS parent_id, r.seq FROM receipts AS r, json_each(r.parents) AS p WHERE r.tenant_id = ?0
			AND NOT EXISTS (SELECT 1 FROM receipt_parents AS e WHERE e.tenant_id = ?0 AND e.parent_id = p.value AND e.seq = r.seq)`,
		EdgeExtra: `SELECT e.parent_id, e.seq FROM receipt_parents AS e WHERE e.tenant_id = ?0
			AND NOT EXISTS (SELECT 1 FROM receipts AS r, json_each(r.parents) AS p
				WHERE r.tenant_id = ?0 AND r.seq = e.seq AND p.value = e.parent_id)`,
	}
}
