package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func TestReleaseLease(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task, l := w.leased(engine.CreateTask{DelaySeconds: ptr(0)})
		_, err := w.engine.StartTask(w.ctx(), w.worker, engine.StartTask{LeaseID: l.ID})
		wantCode(t, err, "")
		w.refuses(models.CodePayloadTooLarge, func() error {
			_, err := w.engine.ReleaseLease(w.ctx(), w.worker, engine.ReleaseLease{LeaseID: l.ID, Reason: ptr(strings.Repeat("x", models.MaxBodyBytes))})
			return err
		})
		release := engine.ReleaseLease{LeaseID: l.ID, Reason: ptr("shutting down")}
		got, err := w.engine.ReleaseLease(w.ctx(), w.worker, release)
		if err != nil || got.Status != models.StatusQueued || got.Attempt != 0 || got.StartedAt != nil || got.NextEligibleAt != nil {
			t.Fatalf("got %+v, %v", got, err)
		}
		if ended := w.lease(l.ID); ended.State != models.LeaseReleased || ended.EndedAt == nil {
			t.Errorf("the lease is %+v", ended)
		}
		w.wantTypes(task.ID, "assigned accepted started lease.released")
		w.wantLast(task.ID, told{models.LeaseReleasedType, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID}, `{"reason":"shutting down"}`})
		if len(w.open(w.agent.Principal)) != 1 {
			t.Error("a release closed the obligation")
		}
		next := w.claim()
		if next.TaskID != task.ID {
			t.Error("the task can't be claimed at once")
		}
		w.clock.Move(time.Hour)
		w.writesNothing(func() {
			if again, err := w.engine.ReleaseLease(w.ctx(), w.worker, release); err != nil || again.Status != models.StatusLeased {
				t.Errorf("the replay got %+v, %v", again, err)
			}
		})
		for _, reason := range []*string{nil, ptr("other")} {
			w.refuses(models.CodeLeaseInvalid, func() error {
				_, err := w.engine.ReleaseLease(w.ctx(), w.worker, engine.ReleaseLease{LeaseID: l.ID, Reason: reason})
				return err
			})
		}
		w.verify()
	})
}
