package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func (w *world) fail(c engine.FailTask) (engine.Failed, error) {
	return w.engine.FailTask(w.ctx(), w.worker, c)
}

func TestFailTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		t.Run("Retryable", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{})
			_, err := w.engine.StartTask(w.ctx(), w.worker, engine.StartTask{LeaseID: l.ID})
			wantCode(t, err, "")
			failed, err := w.fail(engine.FailTask{LeaseID: l.ID, Error: `{"e":1}`, Retryable: true})
			if err != nil || !failed.Requeued || failed.Task.Status != models.StatusQueued || failed.Task.Attempt != 1 {
				t.Fatalf("got %+v, %v", failed, err)
			}
			at := w.clock.Now().Add(15 * time.Second)
			wantTime(t, "the answer's nextEligibleAt", failed.NextEligibleAt, at)
			stored := w.task(task.ID)
			wantTime(t, "nextEligibleAt", stored.NextEligibleAt, at)
			if stored.StartedAt != nil || stored.Outcome != nil || stored.Attempt != 1 || w.lease(l.ID).State != models.LeaseFailed {
				t.Errorf("the task is %+v", stored)
			}
			w.wantTypes(task.ID, "assigned accepted started retry_scheduled")
			w.wantLast(task.ID, told{models.TaskRetryScheduled, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
				`{"attempt":1,"error":{"e":1},"max_attempts":2,"next_eligible_at":` + string(models.Time(at)) + `}`})
			if len(w.open(w.agent.Principal)) != 1 {
				t.Error("a retryable failure closed the obligation")
			}
			w.clock.Move(15 * time.Second)
			l = w.claim()
			failed, err = w.fail(engine.FailTask{LeaseID: l.ID, Error: `"again"`, Retryable: true})
			if err != nil || failed.Requeued || failed.NextEligibleAt != nil || failed.Task.Attempt != 1 {
				t.Fatalf("got %+v, %v", failed, err)
			}
			w.wantTypes(task.ID, "assigned accepted started retry_scheduled accepted failed result_ready")
			w.wantEnd(task, l, failed.Receipt.ID, `"again"`, 1, 2, "max_attempts_exceeded")
		})
		t.Run("NotRetryable", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{MaxAttempts: ptr(5)})
			failed, err := w.fail(engine.FailTask{LeaseID: l.ID, RetryAfterSeconds: ptr(3)})
			if err != nil || failed.Requeued || failed.Task.Status != models.StatusFailed {
				t.Fatalf("got %+v, %v", failed, err)
			}
			w.wantEnd(task, l, failed.Receipt.ID, `null`, 0, 5, "not_retryable")
		})
		t.Run("OneAttempt", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{MaxAttempts: ptr(1)})
			failed, err := w.fail(engine.FailTask{LeaseID: l.ID, Error: `1`, Retryable: true})
			wantCode(t, err, "")
			w.wantEnd(task, l, failed.Receipt.ID, `1`, 0, 1, "max_attempts_exceeded")
		})
		t.Run("RetryAfter", func(t *testing.T) {
			for _, seconds := range []int{-1, 31_536_001} {
				_, l := w.leased(engine.CreateTask{})
				w.refuses(models.CodeBadUserInput, func() error {
					_, err := w.fail(engine.FailTask{LeaseID: l.ID, Retryable: true, RetryAfterSeconds: &seconds})
					return err
				})
			}
			for _, seconds := range []int{0, 7, 31_536_000} {
				_, l := w.leased(engine.CreateTask{})
				failed, err := w.fail(engine.FailTask{LeaseID: l.ID, Retryable: true, RetryAfterSeconds: &seconds})
				wantCode(t, err, "")
				wantTime(t, "nextEligibleAt", failed.NextEligibleAt, w.clock.Now().Add(time.Duration(seconds)*time.Second))
				if seconds == 0 {
					_, err = w.fail(engine.FailTask{LeaseID: w.claim().ID})
					wantCode(t, err, "")
				}
			}
		})
		w.verify()
	})
}

// wantEnd compares the two receipts of a failed task, and what is kept of it.
func (w *world) wantEnd(task *models.Task, l *models.Lease, receipt uuid.UUID, problem string, attempt, most int, reason string) {
	w.t.Helper()
	w.wantLast(task.ID,
		told{models.TaskFailed, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
			fmt.Sprintf(`{"attempt":%d,"error":%s,"max_attempts":%d,"terminal_reason":%q}`, attempt, problem, most, reason)},
		told{models.TaskResultReady, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{task.ObligationID, receipt},
			fmt.Sprintf(`{"artifacts":null,"error":%s,"reason":null,"result":null,"retrieve":null,"status":"failed"}`, problem)})
	stored := w.task(task.ID)
	if stored.Status != models.StatusFailed || stored.Outcome == nil || string(models.Array([]models.JSON{stored.Outcome.Error})) != "["+problem+"]" || w.lease(l.ID).State != models.LeaseFailed {
		w.t.Errorf("the task is %+v with %+v", stored, stored.Outcome)
	}
}

func TestFailTaskBackoff(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for base, want := range map[int][]int{
			0:      {15, 30, 60, 120, 240, 480, 900, 900},
			7:      {7, 14, 28},
			500:    {500, 900, 900},
			86_400: {900, 900},
		} {
			c := engine.CreateTask{MaxAttempts: ptr(1000)}
			if base > 0 {
				c.RetryBackoffSeconds = &base
			}
			task := w.create(c)
			for i, seconds := range want {
				failed, err := w.fail(engine.FailTask{LeaseID: w.claim().ID, Error: models.Int(i), Retryable: true})
				if err != nil || failed.Task.ID != task.ID || failed.Task.Attempt != i+1 {
					t.Fatalf("got %+v, %v", failed, err)
				}
				wait := time.Duration(seconds) * time.Second
				wantTime(t, fmt.Sprintf("base %d, attempt %d", base, i+1), failed.NextEligibleAt, w.clock.Now().Add(wait))
				w.clock.Move(wait - time.Microsecond)
				if got := w.claimed(w.worker, engine.ClaimTasks{MaxTasks: 1}); got != "" {
					t.Error("claimed before the delay was over")
				}
				w.clock.Move(time.Microsecond)
			}
			_, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: task.ID})
			wantCode(t, err, "")
		}
		w.verify()
	})
}

func TestFailTaskReplay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for name, retryable := range map[string]bool{"Requeued": true, "Failed": false} {
			t.Run(name, func(t *testing.T) {
				task, l := w.leased(engine.CreateTask{})
				report := engine.FailTask{LeaseID: l.ID, Error: `{"e":"x"}`, Retryable: retryable, RetryAfterSeconds: ptr(1)}
				first, err := w.fail(report)
				if err != nil {
					t.Fatal(err)
				}
				w.clock.Move(time.Minute)
				if retryable {
					w.claim() // the task has gone on since
				}
				w.writesNothing(func() {
					again, err := w.fail(report)
					if err != nil || again.Requeued != first.Requeued || again.Receipt.ID != first.Receipt.ID || again.Task.ID != task.ID {
						t.Fatalf("got %+v, %v", again, err)
					}
					if retryable {
						wantTime(t, "nextEligibleAt", again.NextEligibleAt, *first.NextEligibleAt)
					}
				})
				for i, change := range []func(*engine.FailTask){
					func(c *engine.FailTask) { c.Error = `{"e":"y"}` }, func(c *engine.FailTask) { c.Retryable = !c.Retryable },
					func(c *engine.FailTask) { c.RetryAfterSeconds = nil },
				} {
					other := report
					change(&other)
					w.refuses(models.CodeLeaseInvalid, func() error {
						_, err := w.fail(other)
						if err == nil {
							t.Errorf("change %d was taken for a replay", i)
						}
						return err
					})
				}
				w.refuses(models.CodeLeaseInvalid, func() error { return onLease["CompleteTask"](w, w.worker, l.ID) })
				if retryable {
					_, err = w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: task.ID})
					wantCode(t, err, "")
				}
			})
		}
		w.verify()
	})
}

func TestFailTaskKeepsATooLargeErrorTruncated(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		// The 8,192nd byte of its text falls into a character.
		large := models.String(strings.Repeat("é", models.MaxBodyBytes))
		kept := models.Object(map[string]models.JSON{"truncated": `true`, "preview": models.String(`"` + strings.Repeat("é", 4095))})
		task, l := w.leased(engine.CreateTask{})
		failed, err := w.fail(engine.FailTask{LeaseID: l.ID, Error: large, Retryable: true})
		if err != nil {
			t.Fatal(err)
		}
		w.wantLast(task.ID, told{models.TaskRetryScheduled, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
			fmt.Sprintf(`{"attempt":1,"error":%s,"max_attempts":2,"next_eligible_at":%s}`, kept, models.Time(*failed.NextEligibleAt))})
		w.writesNothing(func() {
			again, err := w.fail(engine.FailTask{LeaseID: l.ID, Error: large, Retryable: true})
			if err != nil || again.Receipt.ID != failed.Receipt.ID {
				t.Errorf("the replay got %+v, %v", again, err)
			}
		})
		w.clock.Move(time.Minute)
		l = w.claim()
		failed, err = w.fail(engine.FailTask{LeaseID: l.ID, Error: large, Retryable: true})
		if err != nil {
			t.Fatal(err)
		}
		w.wantEnd(task, l, failed.Receipt.ID, string(kept), 1, 2, "max_attempts_exceeded")
		w.verify()
	})
}
