package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// reader is the part of a dialect that reads need.
type reader interface {
	// forEach makes q read, for each of ids, called e.id in page, the rows that page selects. page has no columns yet and
	// calls its table x; q calls the rows r.
	forEach(q *bun.SelectQuery, of paged, ids []uuid.UUID, page *bun.SelectQuery) *bun.SelectQuery
	// children gives page the receipts that have e.id among their parents, as x, and returns the expression of their type.
	children(page *bun.SelectQuery, tenant uuid.UUID) (*bun.SelectQuery, string)
	// greatest is the function that returns the greater of its arguments.
	greatest() bun.Safe
	// heldLeases makes q read leases that have not ended, at the cost of what the tenant's workers hold now: newest first
	// through all that the worker ever held would find the last one too, but not before the end.
	heldLeases(q *bun.SelectQuery, tenant uuid.UUID) *bun.SelectQuery
	// queuedTasks makes a read of queued tasks cost what is queued, not what ever was.
	queuedTasks(q *bun.SelectQuery) *bun.SelectQuery
	// claimable reads type and capabilities of claimable tasks, one for all that differ in neither; of types, if any, at least.
	claimable(s *Store, tenant uuid.UUID, types []string) *bun.RawQuery
	// delayedTasks makes a read of queued tasks in the order in which they become due cost what it returns.
	delayedTasks(q *bun.SelectQuery) *bun.SelectQuery
	// snapshot begins a transaction that only reads, and sees the database as it is at its first statement.
	snapshot(ctx context.Context, s *Store) (bun.Tx, error)
	// edgeFaults are queries for the edges, parent_id and seq, that a tenant lacks or has too many of; none where an index
	// over parents serves.
	edgeFaults() map[ViolationKind]string
}

// paged is a table that forEach reads in pages, and the column that is a key of it within a tenant.
type paged struct{ table, key bun.Ident }

// find reads rows of the tenant: build adds what they must match.
func find[M any, R row[M]](ctx context.Context, t *Tenant, build func(*bun.SelectQuery) *bun.SelectQuery) ([]*M, error) {
	var rows []R
	q := t.s.read.NewSelect().Model(&rows).Where("?TableAlias.tenant_id = ?", t.id)
	if err := t.s.fault(build(q).Scan(ctx)); err != nil {
		return nil, err
	}
	return modelsOf[M](rows)
}

// findByID reads the rows with these ids; the ids of other tenants and of none have no entry.
func findByID[M any, R row[M]](ctx context.Context, t *Tenant, ids []uuid.UUID, id func(*M) uuid.UUID) (map[uuid.UUID]*M, error) {
	found := make(map[uuid.UUID]*M, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	nouns, err := find[M, R](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("?TableAlias.id IN (?)", bun.List(ids))
	})
	for _, n := range nouns {
		found[id(n)] = n
	}
	return found, err
}

// answer is a row that was read for another one.
type answer[M any] interface {
	row[M]
	of() uuid.UUID
}

// findFor reads rows for others, each of which build names as of_id.
func findFor[M any, R answer[M]](ctx context.Context, t *Tenant, build func(*bun.SelectQuery) *bun.SelectQuery) (map[uuid.UUID][]*M, error) {
	var rows []R
	q := t.s.read.NewSelect().Model(&rows).ColumnExpr("?TableColumns").Where("?TableAlias.tenant_id = ?", t.id)
	if err := t.s.fault(build(q).Scan(ctx)); err != nil {
		return nil, err
	}
	nouns, err := modelsOf[M](rows)
	found := make(map[uuid.UUID][]*M)
	for i, n := range nouns {
		found[rows[i].of()] = append(found[rows[i].of()], n)
	}
	return found, err
}

// findOne is findFor where each row has one answer at most.
func findOne[M any, R answer[M]](ctx context.Context, t *Tenant, build func(*bun.SelectQuery) *bun.SelectQuery) (map[uuid.UUID]*M, error) {
	found, err := findFor[M, R](ctx, t, build)
	one := make(map[uuid.UUID]*M, len(found))
	for id, nouns := range found {
		one[id] = nouns[0]
	}
	return one, err
}

// anyOf adds the condition that column is one of values; none at all is no condition. A string that no column can hold
// matches nothing, and is not sent: PostgreSQL would refuse it.
func anyOf[S ~string](q *bun.SelectQuery, column string, values []S) *bun.SelectQuery {
	if len(values) == 0 {
		return q
	}
	var possible []S
	for _, v := range values {
		if storable(string(v)) {
			possible = append(possible, v)
		}
	}
	if len(possible) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where("? IN (?)", bun.Safe(column), bun.List(possible))
}

// storable tells whether a text column can hold s.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// isPrincipal adds the condition that the columns prefix_kind and prefix_id are p.
func isPrincipal(q *bun.SelectQuery, prefix string, p models.Principal) *bun.SelectQuery {
	return q.Where("? = ?", bun.Ident(prefix+"_kind"), p.Kind).Where("? = ?", bun.Ident(prefix+"_id"), p.ID)
}

// between adds the bounds of createdAfter, inclusive, and createdBefore, exclusive.
func between(q *bun.SelectQuery, column bun.Ident, after, before *time.Time) *bun.SelectQuery {
	if after != nil {
		q = q.Where("? >= ?", column, bound(*after))
	}
	if before != nil {
		q = q.Where("? < ?", column, bound(*before))
	}
	return q
}

var (
	firstInstant = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	lastInstant  = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
)

// bound brings t to the next microsecond, since rows have no finer times, and into what the databases can read.
func bound(t time.Time) instant {
	up := t.Truncate(time.Microsecond)
	if up.Before(t) {
		up = up.Add(time.Microsecond)
	}
	switch {
	case up.Before(firstInstant):
		up = firstInstant
	case up.After(lastInstant):
		up = lastInstant
	}
	return instant(up)
}

func distinct[T comparable](values []T) []T {
	seen := make(map[T]bool, len(values))
	var once []T
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			once = append(once, v)
		}
	}
	return once
}
