package store

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

func (postgres) forEach(q *bun.SelectQuery, _ paged, ids []uuid.UUID, page *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("e.id AS of_id").ModelTableExpr("unnest(ARRAY[?]::uuid[]) AS e (id)", bun.List(ids)).
		Join("CROSS JOIN LATERAL (?) AS ?TableAlias", page.ColumnExpr("x.*"))
}

// children keeps the search for the parent apart from order and limit: the planner knows nothing of how many children there
// are, and would read the whole ledger in its order to spare itself a sort. OFFSET 0 is the fence.
func (postgres) children(page *bun.SelectQuery, tenant uuid.UUID) (*bun.SelectQuery, string) {
	return page.TableExpr("(SELECT c.* FROM receipts AS c WHERE c.tenant_id = ? AND c.parents @> jsonb_build_array(e.id) OFFSET 0) AS x", tenant), "x.type"
}

func (postgres) heldLeases(q *bun.SelectQuery, tenant uuid.UUID) *bun.SelectQuery {
	return q.ModelTableExpr("(SELECT h.* FROM leases AS h WHERE h.tenant_id = ? AND h.ended_at IS NULL OFFSET 0) AS l", tenant)
}

func (postgres) greatest() bun.Safe { return "greatest" }

func (postgres) queuedTasks(q *bun.SelectQuery) *bun.SelectQuery { return q.TableExpr("tasks AS t") }

func (postgres) delayedTasks(q *bun.SelectQuery) *bun.SelectQuery { return q.TableExpr("tasks AS t") }

func (postgres) snapshot(ctx context.Context, s *Store) (bun.Tx, error) {
	return s.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

func (postgres) edgeFaults() map[ViolationKind]string { return nil }
