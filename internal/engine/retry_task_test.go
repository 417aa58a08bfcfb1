package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestRetryTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		retry := func(v models.Viewer, c engine.RetryTask) (engine.Created, error) {
			return w.engine.RetryTask(w.ctx(), v, c)
		}
		spec := engine.CreateTask{
			Type: "big", Payload: `{"p":1}`, PayloadPointer: ptr("s3://p"), Priority: 5, Capabilities: []string{"gpu"}, Tags: []string{"t"},
			ExpectedOutcome: models.OutcomeResult, MaxAttempts: ptr(7), RetryBackoffSeconds: ptr(8), DelaySeconds: ptr(9), IdempotencyKey: ptr("old"),
		}
		old := w.canceled(spec)
		terminal := w.ledger(old.ID)[1]
		t.Run("Canceled", func(t *testing.T) {
			got, err := retry(w.agent, engine.RetryTask{TaskID: old.ID, Reason: ptr("again")})
			if err != nil || !got.Created || got.Task.ID == old.ID {
				t.Fatalf("got %+v, %v", got, err)
			}
			fresh := w.task(got.Task.ID)
			if fmt.Sprint(fresh.Type, fresh.Payload, *fresh.PayloadPointer, fresh.Priority, fresh.Requirements, fresh.ExpectedOutcome, fresh.MaxAttempts, fresh.RetryBackoffSeconds) !=
				fmt.Sprint(old.Type, old.Payload, *old.PayloadPointer, old.Priority, old.Requirements, old.ExpectedOutcome, old.MaxAttempts, old.RetryBackoffSeconds) {
				t.Errorf("the spec is %+v, was %+v", fresh.Spec, old.Spec)
			}
			if fresh.IdempotencyKey != nil || fresh.NextEligibleAt != nil || fresh.Attempt != 0 || fresh.CreatedBy != w.agent.Principal || fresh.Status != models.StatusQueued {
				t.Errorf("the task is %+v", fresh)
			}
			w.wantLast(fresh.ID, told{models.TaskAssigned, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{terminal.ID},
				`{"expected_outcome":"result","idempotency_key":null,"reason":"again","requirements":{"capabilities":["gpu"],"tags":["t"]},"task_type":"big"}`})
			if w.task(old.ID).Status != models.StatusCanceled {
				t.Error("the old task changed")
			}
		})
		t.Run("FailedByAdmin", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{Priority: 100})
			failed, err := w.fail(engine.FailTask{LeaseID: l.ID})
			wantCode(t, err, "")
			got, err := retry(w.admin, engine.RetryTask{TaskID: task.ID})
			if err != nil || got.Task.CreatedBy != w.agent.Principal {
				t.Fatalf("got %+v, %v", got, err)
			}
			if r := w.ledger(got.Task.ID)[0]; r.To != w.agent.Principal || len(r.Parents) != 1 || r.Parents[0] != failed.Receipt.ID {
				t.Errorf("the assigned receipt is %+v", r)
			}
			_, err = w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: got.Task.ID})
			wantCode(t, err, "")
		})
		t.Run("Key", func(t *testing.T) {
			c := engine.RetryTask{TaskID: old.ID, Reason: ptr("r"), IdempotencyKey: ptr("retry")}
			first, err := retry(w.agent, c)
			if err != nil || !first.Created || *w.task(first.Task.ID).IdempotencyKey != "retry" {
				t.Fatalf("got %+v, %v", first, err)
			}
			for _, v := range []models.Viewer{w.agent, w.admin} {
				w.writesNothing(func() {
					if again, err := retry(v, c); err != nil || again.Created || again.Task.ID != first.Task.ID {
						t.Errorf("got %+v, %v", again, err)
					}
				})
			}
			for _, other := range []engine.RetryTask{
				{TaskID: old.ID, IdempotencyKey: ptr("retry")}, {TaskID: w.canceled(engine.CreateTask{}).ID, Reason: ptr("r"), IdempotencyKey: ptr("retry")},
				{TaskID: old.ID, IdempotencyKey: ptr("old")},
			} {
				w.refuses(models.CodeIdempotencyConflict, func() error { _, err := retry(w.agent, other); return err })
			}
			w.refuses(models.CodeIdempotencyConflict, func() error {
				_, err := w.engine.CreateTask(w.ctx(), w.agent, engine.CreateTask{Type: "big", IdempotencyKey: ptr("retry")})
				return err
			})
		})
		t.Run("Refused", func(t *testing.T) {
			done, _ := w.succeeded(engine.CreateTask{Priority: 100})
			_, l := w.leased(engine.CreateTask{Priority: 100})
			for _, id := range []uuid.UUID{done.ID, w.create(engine.CreateTask{}).ID, l.TaskID} {
				w.refuses(models.CodeInvalidStateTransition, func() error { _, err := retry(w.agent, engine.RetryTask{TaskID: id}); return err })
			}
			for _, v := range []models.Viewer{w.stranger, w.worker} {
				w.refuses(models.CodeForbidden, func() error { _, err := retry(v, engine.RetryTask{TaskID: old.ID}); return err })
			}
			for _, key := range []*string{nil, ptr("k")} {
				w.refuses(models.CodeNotFound, func() error {
					_, err := retry(elsewhere(w.admin), engine.RetryTask{TaskID: old.ID, IdempotencyKey: key})
					return err
				})
				w.refuses(models.CodeNotFound, func() error {
					_, err := retry(w.admin, engine.RetryTask{TaskID: uuid.New(), IdempotencyKey: key})
					return err
				})
			}
			w.refuses(models.CodeBadUserInput, func() error {
				_, err := retry(w.agent, engine.RetryTask{TaskID: old.ID, IdempotencyKey: ptr("")})
				return err
			})
		})
		t.Run("LargeReason", func(t *testing.T) {
			room := models.MaxBodyBytes - len(`{"expected_outcome":"result","idempotency_key":null,"reason":"","requirements":{"capabilities":["gpu"],"tags":["t"]},"task_type":"big"}`)
			try := func(n int) error {
				_, err := retry(w.agent, engine.RetryTask{TaskID: old.ID, Reason: ptr(strings.Repeat("x", n))})
				return err
			}
			w.refuses(models.CodePayloadTooLarge, func() error { return try(room + 1) })
			wantCode(t, try(room), "")
		})
		w.verify()
	})
}

// A task whose payload has moved to an archive file can't be tried again without it; one that had none can.
func TestRetryOfAnArchivedTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for payload, code := range map[models.JSON]models.Code{"": "", "{}": models.CodeInvalidStateTransition, "null": models.CodeInvalidStateTransition} {
			old := w.canceled(engine.CreateTask{Type: "t", Payload: payload})
			hashes := map[uuid.UUID]string{}
			for _, r := range w.ledger(old.ID) {
				hashes[r.ID] = r.BodyHash
			}
			tenant := w.store.Tenant(w.tenant)
			bodies, err := tenant.TaskBodies(w.ctx(), []uuid.UUID{old.ID})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tenant.Archive(w.ctx(), hashes, []*store.TaskBody{bodies[old.ID]}); err != nil {
				t.Fatal(err)
			}
			_, err = w.engine.RetryTask(w.ctx(), w.agent, engine.RetryTask{TaskID: old.ID})
			wantCode(t, err, code)
			again, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: old.ID})
			if err != nil || again.Canceled || again.Task.Outcome == nil {
				t.Errorf("canceled again: %+v, %v", again, err)
			}
		}
	})
}
