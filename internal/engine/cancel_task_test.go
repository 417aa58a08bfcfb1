package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func TestCancelTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		cancel := func(v models.Viewer, id uuid.UUID, reason *string) (engine.Canceled, error) {
			return w.engine.CancelTask(w.ctx(), v, engine.CancelTask{TaskID: id, Reason: reason})
		}
		said := func(task *models.Task, by models.Principal, lease uuid.UUID, reason string) {
			t.Helper()
			ledger := w.ledger(task.ID)
			w.wantLast(task.ID,
				told{models.TaskCanceled, by, w.agent.Principal, lease, []uuid.UUID{task.ObligationID},
					fmt.Sprintf(`{"canceled_by":%s,"reason":%s}`, by.JSON(), reason)},
				told{models.TaskResultReady, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{task.ObligationID, ledger[len(ledger)-2].ID},
					fmt.Sprintf(`{"artifacts":null,"error":null,"reason":%s,"result":null,"retrieve":null,"status":"canceled"}`, reason)})
		}
		t.Run("Queued", func(t *testing.T) {
			task := w.create(engine.CreateTask{DelaySeconds: ptr(9)})
			got, err := cancel(w.agent, task.ID, nil)
			if err != nil || !got.Canceled || got.Task.Status != models.StatusCanceled || got.Task.NextEligibleAt != nil {
				t.Fatalf("got %+v, %v", got, err)
			}
			said(task, w.agent.Principal, uuid.Nil, `null`)
			w.wantTypes(task.ID, "assigned canceled result_ready")
		})
		t.Run("LeasedByAdmin", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{})
			got, err := cancel(w.admin, task.ID, ptr("no \"need\""))
			if err != nil || !got.Canceled || *got.Task.Outcome.Reason != "no \"need\"" {
				t.Fatalf("got %+v, %v", got, err)
			}
			said(task, w.admin.Principal, l.ID, `"no \"need\""`)
			if ended := w.lease(l.ID); ended.State != models.LeaseCanceled || ended.EndedAt == nil {
				t.Errorf("the lease is %+v", ended)
			}
		})
		t.Run("Running", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{})
			wantCode(t, onLease["StartTask"](w, w.worker, l.ID), "")
			_, err := cancel(w.agent, task.ID, nil)
			wantCode(t, err, "")
			said(task, w.agent.Principal, l.ID, `null`)
			if len(w.open(w.agent.Principal)) != 0 {
				t.Error("the obligation is still open")
			}
		})
		t.Run("Forbidden", func(t *testing.T) {
			task, _ := w.leased(engine.CreateTask{})
			for _, v := range []models.Viewer{w.stranger, w.worker, w.as(models.KindHuman, "planner")} {
				w.refuses(models.CodeForbidden, func() error { _, err := cancel(v, task.ID, nil); return err })
			}
			for _, v := range []models.Viewer{elsewhere(w.agent), elsewhere(w.admin)} {
				w.refuses(models.CodeNotFound, func() error { _, err := cancel(v, task.ID, nil); return err })
			}
			w.refuses(models.CodeNotFound, func() error { _, err := cancel(w.admin, uuid.New(), nil); return err })
		})
		t.Run("AlreadyTerminal", func(t *testing.T) {
			succeeded, _ := w.succeeded(engine.CreateTask{Priority: 1})
			for _, task := range []*models.Task{succeeded, w.canceled(engine.CreateTask{})} {
				w.writesNothing(func() {
					got, err := cancel(w.agent, task.ID, ptr("late"))
					if err != nil || got.Canceled || got.Task.Status != task.Status {
						t.Errorf("got %+v, %v", got, err)
					}
				})
				w.refuses(models.CodeForbidden, func() error { _, err := cancel(w.stranger, task.ID, nil); return err })
			}
		})
		w.verify()
	})
}

// No receipt is over the limit, the result that follows included, whose body has more keys around the reason.
func TestCancelTaskWithALongReason(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task := w.create(engine.CreateTask{})
		room := models.MaxBodyBytes - len(fmt.Sprintf(`{"canceled_by":%s,"reason":""}`, w.agent.Principal.JSON()))
		cancel := func(n int) error {
			_, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: task.ID, Reason: ptr(strings.Repeat("x", n))})
			return err
		}
		w.refuses(models.CodePayloadTooLarge, func() error { return cancel(room + 1) })
		wantCode(t, cancel(room), "")
		for _, r := range w.ledger(task.ID) {
			if len(r.Body) > models.MaxBodyBytes {
				t.Errorf("%s has a body of %d bytes", r.Type, len(r.Body))
			}
		}
		if len(*w.task(task.ID).Outcome.Reason) != room {
			t.Error("the outcome lost the reason")
		}
		w.verify()
	})
}
