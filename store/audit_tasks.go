package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// statusAfter is the status in which each type of receipt leaves its task; other types leave it as it is.
var statusAfter = map[models.ReceiptType]models.TaskStatus{
	models.TaskAssigned:       models.StatusQueued,
	models.TaskAccepted:       models.StatusLeased,
	models.TaskStarted:        models.StatusRunning,
	models.TaskCompleted:      models.StatusSucceeded,
	models.TaskFailed:         models.StatusFailed,
	models.TaskCanceled:       models.StatusCanceled,
	models.TaskRetryScheduled: models.StatusQueued,
	models.LeaseReleasedType:  models.StatusQueued,
	models.LeaseExpiredType:   models.StatusQueued,
}

// A tally counts the receipts of a type that speak of a task or a lease.
type tally struct {
	bun.BaseModel `bun:"table:receipts,alias:r"`

	Of   uuid.UUID
	Type models.ReceiptType
	N    int64
	Last int64
}

type tallies map[models.ReceiptType]*tally

func (t tallies) n(types ...models.ReceiptType) (n int64) {
	for _, kind := range types {
		if t[kind] != nil {
			n += t[kind].N
		}
	}
	return n
}

// status is where the newest receipt that moves a task left it.
func (t tallies) status() (status models.TaskStatus) {
	var last int64
	for kind, tally := range t {
		if after, moves := statusAfter[kind]; moves && tally.Last > last {
			status, last = after, tally.Last
		}
	}
	return status
}

// talliesOf counts by type the receipts of the tasks, by the column task_id or lease_id.
func (a *auditor) talliesOf(ctx context.Context, column bun.Ident, tasks []uuid.UUID) (map[uuid.UUID]tallies, error) {
	rows, err := rowsOf[tally](ctx, a, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.ColumnExpr("r.? AS of, r.type, count(*) AS n, max(r.seq) AS last", column).
			Where("r.task_id IN (?)", bun.List(distinct(tasks))).Where("r.? IS NOT NULL", column).GroupExpr("r.?, r.type", column)
	})
	found := map[uuid.UUID]tallies{}
	for _, r := range rows {
		if found[r.Of] == nil {
			found[r.Of] = tallies{}
		}
		found[r.Of][r.Type] = r
	}
	return found, err
}

// holding counts the leases of a task.
type holding struct {
	bun.BaseModel `bun:"table:leases,alias:l"`

	TaskID uuid.UUID
	N      int64
	Active int64
}

// tasks checks every task against its receipts and leases.
func (a *auditor) tasks(ctx context.Context) error {
	return walk(ctx, a, "id", func(t *taskRow) uuid.UUID { return t.ID }, func(rows []*taskRow) error {
		var ids, obligations []uuid.UUID
		for _, t := range rows {
			ids, obligations = append(ids, t.ID), append(obligations, t.ObligationID)
		}
		told, err := a.talliesOf(ctx, "task_id", ids)
		if err != nil {
			return err
		}
		owed, err := a.receiptsIn(ctx, obligations)
		if err != nil {
			return err
		}
		holdings, err := rowsOf[holding](ctx, a, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.ColumnExpr("l.task_id, count(*) AS n, count(*) - count(l.ended_at) AS active").
				Where("l.task_id IN (?)", bun.List(ids)).GroupExpr("l.task_id")
		})
		if err != nil {
			return err
		}
		held := map[uuid.UUID]*holding{}
		for _, h := range holdings {
			held[h.TaskID] = h
		}
		for _, t := range rows {
			a.task(t, told[t.ID], owed[t.ObligationID], held[t.ID])
		}
		return nil
	}, "payload", "progress")
}

func (a *auditor) task(row *taskRow, told tallies, owed *receiptRow, held *holding) {
	a.counts.Tasks++
	t, err := row.model()
	if err != nil {
		a.violation(Unreadable, row.ID, "task: %v", err)
		return
	}
	if held == nil {
		held = &holding{}
	}
	if status := told.status(); status != t.Status {
		a.violation(TaskStatusWrong, t.ID, "it is %s, its receipts leave it %s", t.Status, status)
	}
	if n := told.n(models.TaskRetryScheduled); n != int64(t.Attempt) {
		a.violation(TaskAttemptWrong, t.ID, "attempt is %d, receipts tell of %d retries", t.Attempt, n)
	}
	if n := told.n(models.LeaseExpiredType); n != int64(t.ExpiryCount) {
		a.violation(TaskExpiriesWrong, t.ID, "the expiry count is %d, receipts tell of %d expiries", t.ExpiryCount, n)
	}
	if (t.Status == models.StatusRunning) != (t.StartedAt != nil) && !t.Status.Terminal() {
		a.violation(TaskStartWrong, t.ID, "it is %s, its row says otherwise of its start", t.Status)
	}
	if t.Status.Terminal() != (t.Outcome != nil) || t.Outcome != nil && t.Outcome.Status != t.Status {
		a.violation(TaskOutcomeWrong, t.ID, "it is %s, its outcome says otherwise", t.Status)
	}
	if owed == nil || owed.TaskID.UUID != t.ID || models.ReceiptType(owed.Type) != models.TaskAssigned || told.n(models.TaskAssigned) != 1 {
		a.violation(TaskObligationWrong, t.ID, "receipt %s is not its one task.assigned", t.ObligationID)
	}
	if t.Status == models.StatusQueued && row.Lane.Valid && row.Lane.UUID != laneOf(t.Type, t.Requirements.Capabilities) {
		a.violation(TaskLaneWrong, t.ID, "it is in a lane of tasks that require something else")
	}
	if t.Archived && (!t.Status.Terminal() || row.Outcome != nil || owed != nil && !owed.Archived) {
		a.violation(TaskArchiveWrong, t.ID, "it is archived and %s, its outcome or its receipts are still here", t.Status)
	}
	a.taskEnds(t, told)
	a.taskLeases(t, told, held)
}

// taskEnds: a terminal task has one terminal receipt and one result, another has none.
func (a *auditor) taskEnds(t *models.Task, told tallies) {
	var want int64
	if t.Status.Terminal() {
		want = 1
	}
	ends := told.n(models.TaskCompleted, models.TaskFailed, models.TaskCanceled)
	if results := told.n(models.TaskResultReady); ends != want || results != want {
		a.violation(TaskReceiptsWrong, t.ID, "it is %s and has %d terminal receipts and %d results", t.Status, ends, results)
	}
}

// taskLeases: a held task has one active lease, another has none, and each lease was accepted.
func (a *auditor) taskLeases(t *models.Task, told tallies, held *holding) {
	var want int64
	if t.Status.Held() {
		want = 1
	}
	if held.Active != want {
		a.violation(TaskLeasesWrong, t.ID, "it is %s and has %d active leases", t.Status, held.Active)
	}
	if n := told.n(models.TaskAccepted); n != held.N {
		a.violation(TaskLeasesWrong, t.ID, "it has %d leases, receipts tell of %d", held.N, n)
	}
}
