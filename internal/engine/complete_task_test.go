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

func (w *world) complete(c engine.CompleteTask) (engine.Completed, error) {
	return w.engine.CompleteTask(w.ctx(), w.worker, c)
}

func TestCompleteTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		t.Run("Everything", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{})
			w.clock.Move(time.Second)
			done, err := w.complete(engine.CompleteTask{
				LeaseID: l.ID, Summary: ptr("done"), Result: `{"n":1}`, Artifacts: []models.JSON{`{"url":"u"}`}, DeliveryProof: `{"status":"sent"}`,
			})
			if err != nil {
				t.Fatal(err)
			}
			stored := w.task(task.ID)
			if stored.Status != models.StatusSucceeded || stored.Outcome.Status != models.StatusSucceeded || stored.Outcome.Result != `{"n":1}` ||
				len(stored.Outcome.Artifacts) != 1 || !stored.Outcome.CompletedAt.Equal(w.clock.Now()) || done.Task.Status != models.StatusSucceeded {
				t.Errorf("the task is %+v with %+v", stored, stored.Outcome)
			}
			if ended := w.lease(l.ID); ended.State != models.LeaseCompleted || !ended.EndedAt.Equal(w.clock.Now()) {
				t.Errorf("the lease is %+v", ended)
			}
			w.wantTypes(task.ID, "assigned accepted completed result_ready")
			w.wantLast(task.ID,
				told{models.TaskCompleted, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
					`{"artifacts":[{"url":"u"}],"delivery_proof":{"status":"sent"},"result":{"n":1},"summary":"done"}`},
				told{models.TaskResultReady, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{task.ObligationID, done.Receipt.ID},
					`{"artifacts":[{"url":"u"}],"error":null,"reason":null,"result":{"n":1},"retrieve":null,"status":"succeeded"}`})
			if open := w.open(w.agent.Principal); len(open) != 0 {
				t.Error("the obligation is still open")
			}
		})
		t.Run("NothingOfARunningTask", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{})
			_, err := w.engine.StartTask(w.ctx(), w.worker, engine.StartTask{LeaseID: l.ID})
			wantCode(t, err, "")
			done, err := w.complete(engine.CompleteTask{LeaseID: l.ID})
			wantCode(t, err, "")
			if w.task(task.ID).StartedAt == nil {
				t.Error("startedAt is gone")
			}
			w.wantLast(task.ID,
				told{models.TaskCompleted, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
					`{"artifacts":null,"delivery_proof":null,"result":null,"summary":null}`},
				told{models.TaskResultReady, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{task.ObligationID, done.Receipt.ID},
					`{"artifacts":null,"error":null,"reason":null,"result":null,"retrieve":null,"status":"succeeded"}`})
		})
		w.verify()
	})
}

func TestCompleteTaskReplay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		_, l := w.leased(engine.CreateTask{})
		report := engine.CompleteTask{LeaseID: l.ID, Summary: ptr("s"), Result: `1`, Artifacts: []models.JSON{`{"a":1}`}}
		first, err := w.complete(report)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Move(24 * time.Hour)
		w.writesNothing(func() {
			again, err := w.complete(report)
			if err != nil || again.Receipt.ID != first.Receipt.ID || again.Receipt.Seq != first.Receipt.Seq || again.Task.Status != models.StatusSucceeded {
				t.Errorf("got %+v, %v", again, err)
			}
		})
		for name, change := range map[string]func(*engine.CompleteTask){
			"summary": func(c *engine.CompleteTask) { c.Summary = nil }, "result": func(c *engine.CompleteTask) { c.Result = `1.0` },
			"artifacts": func(c *engine.CompleteTask) { c.Artifacts = nil }, "proof": func(c *engine.CompleteTask) { c.DeliveryProof = `{}` },
		} {
			t.Run("Other "+name, func(t *testing.T) {
				other := report
				change(&other)
				w.refuses(models.CodeLeaseInvalid, func() error { _, err := w.complete(other); return err })
			})
		}
		t.Run("OtherWorker", func(t *testing.T) {
			w.refuses(models.CodeLeaseInvalid, func() error { _, err := w.engine.CompleteTask(w.ctx(), w.other, report); return err })
		})
		w.verify()
	})
}

func TestCompleteTaskExpectedOutcome(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			expected models.ExpectedOutcome
			report   engine.CompleteTask
			code     models.Code
		}{
			"ResultMissing":    {models.OutcomeResult, engine.CompleteTask{Artifacts: []models.JSON{`{}`}}, models.CodeOutcomeRequired},
			"ResultNull":       {models.OutcomeResult, engine.CompleteTask{Result: models.Null}, models.CodeOutcomeRequired},
			"ResultFalse":      {models.OutcomeResult, engine.CompleteTask{Result: `false`}, ""},
			"ArtifactMissing":  {models.OutcomeArtifact, engine.CompleteTask{Result: `1`}, models.CodeOutcomeRequired},
			"ArtifactsEmpty":   {models.OutcomeArtifact, engine.CompleteTask{Artifacts: []models.JSON{}}, models.CodeOutcomeRequired},
			"ProofFailed":      {models.OutcomeArtifact, engine.CompleteTask{DeliveryProof: `{"status":"failed"}`}, models.CodeOutcomeRequired},
			"ProofNoObject":    {models.OutcomeArtifact, engine.CompleteTask{DeliveryProof: `"succeeded"`}, models.CodeOutcomeRequired},
			"ProofOtherCase":   {models.OutcomeArtifact, engine.CompleteTask{DeliveryProof: `{"status":"SUCCEEDED"}`}, models.CodeOutcomeRequired},
			"ArtifactGiven":    {models.OutcomeArtifact, engine.CompleteTask{Artifacts: []models.JSON{`{}`}}, ""},
			"ProofSucceeded":   {models.OutcomeArtifact, engine.CompleteTask{DeliveryProof: `{"a":1,"status":"succeeded"}`}, ""},
			"AnyNeedsNothing":  {models.OutcomeAny, engine.CompleteTask{}, ""},
			"ArtifactNoObject": {models.OutcomeAny, engine.CompleteTask{Artifacts: []models.JSON{`{}`, `1`}}, models.CodeBadUserInput},
			"ManyArtifacts":    {models.OutcomeAny, engine.CompleteTask{Artifacts: repeat(models.JSON(`{}`), 101)}, models.CodeBadUserInput},
			"LimitOfArtifacts": {models.OutcomeAny, engine.CompleteTask{Artifacts: repeat(models.JSON(`{}`), 100)}, ""},
			"LargeBody":        {models.OutcomeAny, engine.CompleteTask{Summary: ptr(strings.Repeat("x", models.MaxBodyBytes))}, models.CodePayloadTooLarge},
		} {
			t.Run(name, func(t *testing.T) {
				task, l := w.leased(engine.CreateTask{ExpectedOutcome: c.expected})
				c.report.LeaseID = l.ID
				if c.code == "" {
					_, err := w.complete(c.report)
					wantCode(t, err, "")
					return
				}
				w.refuses(c.code, func() error { _, err := w.complete(c.report); return err })
				if w.task(task.ID).Status != models.StatusLeased || !w.lease(l.ID).Live(w.clock.Now()) {
					t.Error("the lease is not live any more")
				}
				_, err := w.complete(engine.CompleteTask{LeaseID: l.ID, Result: `1`, Artifacts: []models.JSON{`{}`}})
				wantCode(t, err, "")
			})
		}
		w.verify()
	})
}

// The body fits task.completed exactly and would not fit task.result_ready, which then names where to look.
func TestCompleteTaskWithAResultTooLargeToRepeat(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task, l := w.leased(engine.CreateTask{})
		room := models.MaxBodyBytes - len(`{"artifacts":null,"delivery_proof":null,"result":"","summary":null}`)
		large := func(n int) models.JSON { return models.String(strings.Repeat("x", n)) }
		w.refuses(models.CodePayloadTooLarge, func() error {
			_, err := w.complete(engine.CompleteTask{LeaseID: l.ID, Result: large(room + 1)})
			return err
		})
		done, err := w.complete(engine.CompleteTask{LeaseID: l.ID, Result: large(room)})
		if err != nil {
			t.Fatal(err)
		}
		w.wantLast(task.ID, told{models.TaskResultReady, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{task.ObligationID, done.Receipt.ID},
			`{"artifacts":null,"error":null,"reason":null,"result":null,"retrieve":"task.outcome","status":"succeeded"}`})
		if w.task(task.ID).Outcome.Result != large(room) {
			t.Error("the outcome lost the result")
		}
		w.verify()
	})
}

func TestCompleteTasks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		_, a := w.leased(engine.CreateTask{})
		_, b := w.leased(engine.CreateTask{ExpectedOutcome: models.OutcomeResult})
		_, c := w.leased(engine.CreateTask{})
		items, err := w.engine.CompleteTasks(w.ctx(), w.worker, []engine.CompleteTask{
			{LeaseID: a.ID, Result: `1`}, {LeaseID: b.ID}, {LeaseID: uuid.New()}, {LeaseID: a.ID, Result: `1`}, {LeaseID: a.ID, Result: `2`},
			{LeaseID: c.ID, Artifacts: []models.JSON{`1`}}, {LeaseID: c.ID}, {LeaseID: b.ID, Result: `3`},
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []models.Code{"", models.CodeOutcomeRequired, models.CodeLeaseInvalid, "", models.CodeLeaseInvalid, models.CodeBadUserInput, "", ""}
		for i, item := range items {
			if got := models.CodeOf(item.Err); got != want[i] || (item.Completed != nil) != (want[i] == "") {
				t.Errorf("item %d: %v, want %q", i, item.Err, want[i])
			}
		}
		if t.Failed() {
			return
		}
		if items[3].Completed.Receipt.ID != items[0].Completed.Receipt.ID || items[3].Completed.Receipt.Seq != items[0].Completed.Receipt.Seq {
			t.Error("the replay in one call has another receipt")
		}
		if n := len(w.ledger(uuid.Nil)); n != 3*4 {
			t.Errorf("%d receipts in all", n)
		}
		t.Run("TooMany", func(t *testing.T) {
			w.refuses(models.CodeBadUserInput, func() error {
				_, err := w.engine.CompleteTasks(w.ctx(), w.worker, make([]engine.CompleteTask, models.MaxBatchSize+1))
				return err
			})
		})
		t.Run("None", func(t *testing.T) {
			items, err := w.engine.CompleteTasks(w.ctx(), w.worker, nil)
			if err != nil || len(items) != 0 {
				t.Errorf("got %v, %v", items, err)
			}
		})
		w.verify()
	})
}

// Every kind of JSON comes back as it was sent, whatever is written of the task later.
func TestEveryKindOfJSONIsKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for _, value := range []models.JSON{`null`, `"text"`, `0`, `"null"`, `[]`} {
			task, l := w.leased(engine.CreateTask{Payload: value})
			_, err := w.engine.ReportProgress(w.ctx(), w.worker, engine.ReportProgress{LeaseID: l.ID, Progress: value})
			wantCode(t, err, "")
			done, err := w.complete(engine.CompleteTask{LeaseID: l.ID, Result: value})
			if err != nil {
				t.Fatal(err)
			}
			for where, got := range map[string]*models.Task{"answer": done.Task, "database": w.task(task.ID)} {
				progress := "nothing"
				if got.Progress != nil {
					progress = string(got.Progress.Data)
				}
				// Of a payload or result, null and absent are one to a caller; a report of null is still a report.
				same := func(j models.JSON) bool { return j == value || j.IsNull() && value.IsNull() }
				if !same(got.Payload) || progress != string(value) || !same(got.Outcome.Result) {
					t.Errorf("%s: in the %s payload is %q, progress %s, result %q", value, where, got.Payload, progress, got.Outcome.Result)
				}
			}
			w.wantTypes(task.ID, "assigned accepted started progress completed result_ready")
			w.wantLast(task.ID, told{models.TaskResultReady, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{task.ObligationID, done.Receipt.ID},
				fmt.Sprintf(`{"artifacts":null,"error":null,"reason":null,"result":%s,"retrieve":null,"status":"succeeded"}`, value)})
		}
	})
}
