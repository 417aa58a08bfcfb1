package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// QueuedTask is what those who wait for work need to know of a queued task: not its payload, which may be large.
type QueuedTask struct {
	ID           uuid.UUID
	Type         string
	Capabilities []string
	// EligibleAt is when it becomes claimable, or became so; nil when it was from the start.
	EligibleAt *time.Time
}

// Place returns where the task stands among the delayed ones.
func (q *QueuedTask) Place() models.Place {
	if q.EligibleAt == nil {
		return models.Place{ID: q.ID}
	}
	return models.Place{At: *q.EligibleAt, ID: q.ID}
}

// Queued returns, of the tasks with these ids, those that are queued, in no order.
func (t *Tenant) Queued(ctx context.Context, ids []uuid.UUID) ([]*QueuedTask, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	tasks, _, err := t.queued(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.TableExpr("tasks AS t").Where("t.id IN (?)", bun.List(ids))
	})
	return tasks, err
}

// Delayed returns the queued tasks behind a place in the order of (EligibleAt, id), soonest first, at most limit of them, and
// the time that decides whether they are eligible. Behind the zero Place are those that are not eligible yet. With no task
// to return, it reads the time all the same.
func (t *Tenant) Delayed(ctx context.Context, after models.Place, limit int) ([]*QueuedTask, time.Time, error) {
	clock := t.s.dialect.currentTime(t.s)
	tasks, now, err := t.queued(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = t.s.dialect.delayedTasks(q).Where("t.next_eligible_at IS NOT NULL").
			OrderExpr("t.next_eligible_at, t.id").Limit(int64(limit))
		if after == (models.Place{}) {
			return q.Where("t.next_eligible_at > ?", clock)
		}
		return q.Where("(t.next_eligible_at, t.id) > (?, ?)", instant(after.At), after.ID)
	})
	if err != nil || len(tasks) > 0 {
		return tasks, now, err
	}
	now, err = t.s.Time(ctx)
	return nil, now, err
}

// queued reads queued tasks, and the time if there are any.
func (t *Tenant) queued(ctx context.Context, build func(*bun.SelectQuery) *bun.SelectQuery) ([]*QueuedTask, time.Time, error) {
	var rows []struct {
		ID           uuid.UUID
		Type         string
		Capabilities jsonText
		EligibleAt   *instant
		Now          instant
	}
	q := t.s.read.NewSelect().ColumnExpr("t.id, t.type, t.capabilities, t.next_eligible_at AS eligible_at").
		ColumnExpr("? AS now", t.s.dialect.currentTime(t.s)).Where("t.tenant_id = ?", t.id).Where("t.status = 'queued'")
	if err := t.s.fault(build(q).Scan(ctx, &rows)); err != nil {
		return nil, time.Time{}, err
	}
	tasks := make([]*QueuedTask, len(rows))
	var now time.Time
	for i, r := range rows {
		tasks[i] = &QueuedTask{ID: r.ID, Type: r.Type, EligibleAt: timePtr(r.EligibleAt)}
		if err := json.Unmarshal([]byte(r.Capabilities), &tasks[i].Capabilities); err != nil {
			return nil, now, fmt.Errorf("the capabilities of a task: %w", err)
		}
		now = time.Time(r.Now)
	}
	return tasks, now, nil
}

// Claimable tells whether there is a task that the claim would take, were it not locked by somebody else.
func (t *Tenant) Claimable(ctx context.Context, c Claim) (bool, error) {
	q := t.s.read.NewSelect().Model((*taskRow)(nil)).ModelTableExpr("(?) AS t", t.s.dialect.claimable(t.s, t.id, c.Types)).ColumnExpr("1").
		Where(t.s.dialect.capable("?"), string(models.Strings(c.Capabilities)))
	found, err := anyOf(q, "t.type", c.Types).Exists(ctx)
	return found, t.s.fault(err)
}

// Time returns the time that decides leases and delays: the database's on PostgreSQL, the process's on SQLite.
func (s *Store) Time(ctx context.Context) (time.Time, error) {
	var now instant
	err := s.read.NewSelect().ColumnExpr("?", s.dialect.currentTime(s)).Scan(ctx, &now)
	return time.Time(now), s.fault(err)
}
