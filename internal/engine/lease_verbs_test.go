package engine_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

// onLease are the operations that need a live lease.
var onLease = map[string]func(w *world, v models.Viewer, lease uuid.UUID) error{
	"StartTask": func(w *world, v models.Viewer, lease uuid.UUID) error {
		_, err := w.engine.StartTask(w.ctx(), v, engine.StartTask{LeaseID: lease})
		return err
	},
	"ReportProgress": func(w *world, v models.Viewer, lease uuid.UUID) error {
		_, err := w.engine.ReportProgress(w.ctx(), v, engine.ReportProgress{LeaseID: lease, Progress: `1`})
		return err
	},
	"RenewLease": func(w *world, v models.Viewer, lease uuid.UUID) error {
		_, err := w.engine.RenewLease(w.ctx(), v, engine.RenewLease{LeaseID: lease})
		return err
	},
	"ReleaseLease": func(w *world, v models.Viewer, lease uuid.UUID) error {
		_, err := w.engine.ReleaseLease(w.ctx(), v, engine.ReleaseLease{LeaseID: lease})
		return err
	},
	"CompleteTask": func(w *world, v models.Viewer, lease uuid.UUID) error {
		_, err := w.engine.CompleteTask(w.ctx(), v, engine.CompleteTask{LeaseID: lease, Result: `1`})
		return err
	},
	"FailTask": func(w *world, v models.Viewer, lease uuid.UUID) error {
		_, err := w.engine.FailTask(w.ctx(), v, engine.FailTask{LeaseID: lease, Error: `1`, Retryable: true})
		return err
	},
}

// Whichever part is wrong, a lease that is not live is refused in the same way, and nothing is written.
func TestALeaseThatIsNotLiveIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ended := map[string]func(l *models.Lease){
			"Completed": func(l *models.Lease) {
				_, err := w.engine.CompleteTask(w.ctx(), w.worker, engine.CompleteTask{LeaseID: l.ID, Result: `2`})
				wantCode(t, err, "")
			},
			"Failed": func(l *models.Lease) {
				_, err := w.engine.FailTask(w.ctx(), w.worker, engine.FailTask{LeaseID: l.ID, Error: `2`})
				wantCode(t, err, "")
			},
			"Released": func(l *models.Lease) {
				_, err := w.engine.ReleaseLease(w.ctx(), w.worker, engine.ReleaseLease{LeaseID: l.ID, Reason: ptr("other")})
				wantCode(t, err, "")
				_, err = w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: l.TaskID})
				wantCode(t, err, "")
			},
			"Canceled": func(l *models.Lease) {
				_, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: l.TaskID})
				wantCode(t, err, "")
			},
			"Swept": func(l *models.Lease) {
				w.expire()
				_, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: l.TaskID})
				wantCode(t, err, "")
			},
		}
		for name, end := range ended {
			t.Run(name, func(t *testing.T) {
				_, l := w.leased(engine.CreateTask{})
				end(l)
				w.refusesAll(t, w.worker, l.ID)
			})
		}
		t.Run("PastItsExpiryThoughNotSwept", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{})
			w.clock.Move(w.rules.LeaseTTL)
			w.refusesAll(t, w.worker, l.ID)
			if w.task(task.ID).Status != models.StatusLeased || w.lease(l.ID).State != models.LeaseActive {
				t.Error("something but the sweep ended the lease")
			}
		})
		t.Run("Unknown", func(t *testing.T) { w.refusesAll(t, w.worker, uuid.New()) })
		t.Run("Nil", func(t *testing.T) { w.refusesAll(t, w.worker, uuid.Nil) })
		t.Run("Foreign", func(t *testing.T) {
			_, l := w.leased(engine.CreateTask{})
			for _, v := range []models.Viewer{w.other, w.admin, w.agent, w.as(models.KindAgent, "w1"), elsewhere(w.worker)} {
				w.refusesAll(t, v, l.ID)
			}
		})
		w.verify()
	})
}

func (w *world) refusesAll(t *testing.T, v models.Viewer, lease uuid.UUID) {
	t.Helper()
	for name, operation := range onLease {
		w.writesNothing(func() {
			if err := operation(w, v, lease); models.CodeOf(err) != models.CodeLeaseInvalid {
				t.Errorf("%s as %s: %v", name, v, err)
			}
		})
	}
}
