package store

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// endings are the types of receipt that end a lease in each state.
var endings = map[models.LeaseState][]models.ReceiptType{
	models.LeaseCompleted: {models.TaskCompleted},
	models.LeaseFailed:    {models.TaskFailed, models.TaskRetryScheduled},
	models.LeaseCanceled:  {models.TaskCanceled},
	models.LeaseReleased:  {models.LeaseReleasedType},
	models.LeaseExpired:   {models.LeaseExpiredType},
}

// leases checks every lease against its receipts.
func (a *auditor) leases(ctx context.Context) error {
	return walk(ctx, a, "id", func(l *leaseRow) uuid.UUID { return l.ID }, func(rows []*leaseRow) error {
		var ids []uuid.UUID
		for _, l := range rows {
			ids = append(ids, l.TaskID)
		}
		told, err := a.talliesOf(ctx, "lease_id", ids)
		if err != nil {
			return err
		}
		tasks, err := rowsIn(ctx, a, "id", ids, func(t *taskRow) uuid.UUID { return t.ID }, "id")
		if err != nil {
			return err
		}
		for _, l := range rows {
			a.counts.Leases++
			if tasks[l.TaskID] == nil {
				a.violation(LeaseTaskMissing, l.ID, "there is no task %s", l.TaskID)
			}
			a.lease(l, told[l.ID])
		}
		return nil
	})
}

func (a *auditor) lease(l *leaseRow, told tallies) {
	state := models.LeaseState(l.State)
	if n := told.n(models.TaskAccepted); n != 1 {
		a.violation(LeaseStateWrong, l.ID, "%d receipts accept it", n)
	}
	var right, all int64
	for s, types := range endings {
		n := told.n(types...)
		all += n
		if s == state {
			right = n
		}
	}
	if state == models.LeaseExpired {
		// At the limit the expiry also fails the task.
		all -= told.n(models.TaskFailed)
	}
	want := int64(1)
	if state == models.LeaseActive {
		want = 0
	}
	if right != want || all != want {
		a.violation(LeaseStateWrong, l.ID, "it is %s, its receipts say otherwise", state)
	}
}
