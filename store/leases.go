package store

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// LeaseFilter selects the leases of a worker, in any of the states, or in all when there are none.
type LeaseFilter struct {
	Worker models.Principal
	States []models.LeaseState
}

// Leases returns a page of the leases that match, newest first; their cursors are models.LeaseCursor. BAD_USER_INPUT: see
// PageArgs, and a malformed worker.
func (t *Tenant) Leases(ctx context.Context, f LeaseFilter, args PageArgs) (*Slice[models.Lease], error) {
	page, err := newPlacePage(args, t.id, models.ParseLeaseCursor)
	if err != nil {
		return nil, err
	}
	if err := f.Worker.Check(); err != nil {
		return nil, err
	}
	leases, err := find[models.Lease, *leaseRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		if onlyActive(f.States) {
			q = t.s.dialect.heldLeases(q, t.id)
		}
		q = anyOf(isPrincipal(q, "l.worker", f.Worker), "l.state", f.States)
		return page.of(q, "l.acquired_at", "l.id")
	})
	if err != nil {
		return nil, err
	}
	return newSlice(leases, page.size, page.after != nil), nil
}

func onlyActive(states []models.LeaseState) bool {
	return len(states) > 0 && !slices.ContainsFunc(states, func(s models.LeaseState) bool { return s != models.LeaseActive })
}

// LeasesByID returns the leases with these ids; ids that the tenant doesn't have are absent.
func (t *Tenant) LeasesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error) {
	return findByID[models.Lease, *leaseRow](ctx, t, ids, func(l *models.Lease) uuid.UUID { return l.ID })
}

// ActiveLeases returns the leases that hold these tasks, by the id of the task; tasks that nobody holds are absent.
func (t *Tenant) ActiveLeases(ctx context.Context, taskIDs []uuid.UUID) (map[uuid.UUID]*models.Lease, error) {
	held := make(map[uuid.UUID]*models.Lease, len(taskIDs))
	if len(taskIDs) == 0 {
		return held, nil
	}
	leases, err := find[models.Lease, *leaseRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("l.ended_at IS NULL").Where("l.task_id IN (?)", bun.List(taskIDs))
	})
	for _, l := range leases {
		held[l.TaskID] = l
	}
	return held, err
}

// leaseFor is a lease read for a task.
type leaseFor struct {
	leaseRow `bun:",extend"`

	Of uuid.UUID `bun:"of_id,scanonly"`
}

func (r *leaseFor) of() uuid.UUID { return r.Of }

var pagedLeases = paged{table: "leases", key: "id"}

// LeasesOfTasks returns a page of the leases of each task, newest first, in one statement; there is an entry for every id.
// BAD_USER_INPUT: see PageArgs.
func (t *Tenant) LeasesOfTasks(ctx context.Context, taskIDs []uuid.UUID, args PageArgs) (map[uuid.UUID]*Slice[models.Lease], error) {
	page, err := newPlacePage(args, t.id, models.ParseLeaseCursor)
	if err != nil || len(taskIDs) == 0 {
		return map[uuid.UUID]*Slice[models.Lease]{}, err
	}
	ids := distinct(taskIDs)
	found, err := findFor[models.Lease, *leaseFor](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		one := t.s.read.NewSelect().TableExpr("leases AS x").Where("x.tenant_id = ?", t.id).Where("x.task_id = e.id")
		one = page.of(one, "x.acquired_at", "x.id")
		return t.s.dialect.forEach(q, pagedLeases, ids, one).OrderExpr("l.acquired_at DESC, l.id DESC")
	})
	if err != nil {
		return nil, err
	}
	pages := make(map[uuid.UUID]*Slice[models.Lease], len(ids))
	for _, id := range ids {
		pages[id] = newSlice(found[id], page.size, page.after != nil)
	}
	return pages, nil
}
