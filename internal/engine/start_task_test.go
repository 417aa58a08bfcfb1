package engine_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func TestStartTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task, l := w.leased(engine.CreateTask{})
		w.clock.Move(time.Second)
		started, err := w.engine.StartTask(w.ctx(), w.worker, engine.StartTask{LeaseID: l.ID})
		if err != nil || started.Status != models.StatusRunning {
			t.Fatalf("got %+v, %v", started, err)
		}
		at := w.clock.Now()
		wantTime(t, "startedAt", w.task(task.ID).StartedAt, at)
		w.wantTypes(task.ID, "assigned accepted started")
		w.wantLast(task.ID, told{models.TaskStarted, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
			`{"started_at":` + string(models.Time(at)) + `}`})
		t.Run("ARunningTaskIsReturnedUnchanged", func(t *testing.T) {
			w.clock.Move(time.Second)
			w.writesNothing(func() {
				again, err := w.engine.StartTask(w.ctx(), w.worker, engine.StartTask{LeaseID: l.ID})
				if err != nil || again.Status != models.StatusRunning || !again.StartedAt.Equal(at) {
					t.Errorf("got %+v, %v", again, err)
				}
			})
		})
		w.verify()
	})
}
