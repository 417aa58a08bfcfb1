package store

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// TaskFilter selects tasks; what is nil or empty does not restrict. CreatedAfter is inclusive, CreatedBefore exclusive.
type TaskFilter struct {
	Statuses       []models.TaskStatus
	Types          []string
	CreatedBy      *models.Principal
	IdempotencyKey *string
	CreatedAfter   *time.Time
	CreatedBefore  *time.Time
}

// Tasks returns a page of the tasks that match, newest first; their cursors are models.TaskCursor. BAD_USER_INPUT: see
// PageArgs, and a malformed principal.
func (t *Tenant) Tasks(ctx context.Context, f TaskFilter, args PageArgs) (*Slice[models.Task], error) {
	page, err := newPlacePage(args, t.id, models.ParseTaskCursor)
	if err != nil {
		return nil, err
	}
	if f.CreatedBy != nil {
		if err := f.CreatedBy.Check(); err != nil {
			return nil, err
		}
	}
	tasks, err := find[models.Task, *taskRow](ctx, t, func(q *bun.SelectQuery) *bun.SelectQuery {
		return page.of(f.apply(q), "t.created_at", "t.id")
	})
	if err != nil {
		return nil, err
	}
	return newSlice(tasks, page.size, page.after != nil), nil
}

func (f TaskFilter) apply(q *bun.SelectQuery) *bun.SelectQuery {
	q = anyOf(q, "t.status", f.Statuses)
	if len(f.Statuses) > 0 && !slices.Contains(f.Statuses, models.StatusSucceeded) {
		// What idx_tasks_status demands; SQLite finds the index by these very words.
		q = q.Where("t.status <> 'succeeded'")
	}
	q = anyOf(q, "t.type", f.Types)
	if f.CreatedBy != nil {
		q = isPrincipal(q, "t.created_by", *f.CreatedBy)
	}
	if f.IdempotencyKey != nil {
		q = anyOf(q, "t.idempotency_key", []string{*f.IdempotencyKey})
	}
	return between(q, "t.created_at", f.CreatedAfter, f.CreatedBefore)
}

// TasksByID returns the tasks with these ids; ids that the tenant doesn't have are absent.
func (t *Tenant) TasksByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Task, error) {
	return findByID[models.Task, *taskRow](ctx, t, ids, func(task *models.Task) uuid.UUID { return task.ID })
}
