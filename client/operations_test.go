package client_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

// TestOperations calls every method once: what goes in comes back out, in Go's types.
func TestOperations(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		ctx := within(t)
		url := serve(t, databaseURL).URL
		agent, worker := newClient(t, url, "agent:a"), newClient(t, url, "worker:w")

		service := must(agent.Service(ctx))(t)
		if service.Name != "asyncgate" || service.Limits.DefaultLeaseTTL != 2*time.Minute || service.Limits.MaxLeaseLifetime != 2*time.Hour {
			t.Errorf("service: %+v", service)
		}
		if v := must(agent.Viewer(ctx))(t); v.Principal != (client.Principal{Kind: client.KindAgent, ID: "a"}) || len(v.Scopes) != 3 {
			t.Errorf("viewer: %+v", v)
		}
		start := must(agent.LedgerHead(ctx))(t)

		created := must(agent.CreateTask(ctx, client.CreateTaskInput{
			Type: "resize", Payload: map[string]any{"width": json.Number("12345678901234567890")}, PayloadPointer: "s3://x", Priority: 7,
			Requirements:    client.Requirements{Capabilities: []string{"gpu"}, Tags: []string{"night"}},
			ExpectedOutcome: client.ExpectResult, IdempotencyKey: "k", MaxAttempts: 5, RetryBackoff: 1500 * time.Millisecond,
		}))(t)
		task := created.Task
		if !created.Created || task.Status != client.TaskQueued || task.Priority != 7 || task.RetryBackoff != 2*time.Second ||
			task.MaxAttempts != 5 || task.IdempotencyKey != "k" || string(task.Payload) != `{"width":12345678901234567890}` ||
			task.PayloadPointer != "s3://x" || task.Requirements.Tags[0] != "night" || task.ExpectedOutcome != client.ExpectResult ||
			task.CreatedBy.ID != "a" || task.CreatedAt.IsZero() || !task.NextEligibleAt.IsZero() || task.Outcome != nil || task.Progress != nil {
			t.Errorf("created: %+v", task)
		}

		// The life of a task: claimed, started, reported on, renewed, failed, done.
		lease := must(worker.ClaimTasks(ctx, client.ClaimTasksInput{Types: []string{"resize"}, Capabilities: []string{"gpu"}, TTL: time.Minute}))(t)[0]
		if lease.Task.ID != task.ID || lease.State != client.LeaseActive || lease.ExpiresAt.Sub(lease.AcquiredAt) != time.Minute || lease.RenewalsRemaining != 10 {
			t.Errorf("claimed: %+v", lease)
		}
		if running := must(worker.StartTask(ctx, lease.ID))(t); running.Status != client.TaskRunning || running.StartedAt.IsZero() {
			t.Errorf("started: %+v", running)
		}
		reported := must(worker.ReportProgress(ctx, client.ReportProgressInput{LeaseID: lease.ID, Progress: 0.5, Sequence: 1}))(t)
		if string(reported.Progress.Data) != "0.5" {
			t.Errorf("progress: %+v", reported.Progress)
		}
		if renewed := must(worker.RenewLease(ctx, client.RenewLeaseInput{LeaseID: lease.ID, ExtendBy: time.Hour}))(t); renewed.RenewalCount != 1 {
			t.Errorf("renewed: %+v", renewed)
		}
		failed := must(worker.FailTask(ctx, client.FailTaskInput{
			LeaseID: lease.ID, Error: "the disk is full", Retryable: true, RetryAfter: new(time.Duration),
		}))(t)
		if !failed.Requeued || failed.Task.Attempt != 1 || failed.NextEligibleAt.IsZero() || failed.Receipt.Type != client.TaskRetryScheduledReceipt {
			t.Errorf("failed: %+v", failed)
		}
		lease = must(worker.ClaimTasks(ctx, client.ClaimTasksInput{Capabilities: []string{"gpu"}, Wait: 10 * time.Second}))(t)[0]
		if given := must(worker.ReleaseLease(ctx, client.ReleaseLeaseInput{LeaseID: lease.ID, Reason: "lunch"}))(t); given.Status != client.TaskQueued {
			t.Errorf("released: %+v", given)
		}
		lease = must(worker.ClaimTasks(ctx, client.ClaimTasksInput{Capabilities: []string{"gpu"}}))(t)[0]
		_, err := worker.CompleteTask(ctx, client.CompleteTaskInput{LeaseID: lease.ID})
		var e *client.Error
		if !errors.As(err, &e) || e.Code != client.CodeOutcomeRequired || e.Operation != "completeTask" || e.TraceID == "" || e.Retryable {
			t.Errorf("completed with nothing: %v", err)
		}
		done := must(worker.CompleteTask(ctx, client.CompleteTaskInput{LeaseID: lease.ID, Completion: client.Completion{
			Summary: "done", Result: map[string]int{"bytes": 3}, Artifacts: []any{map[string]string{"type": "image"}},
		}}))(t)
		if done.Task.Status != client.TaskSucceeded || done.Receipt.Type != client.TaskCompletedReceipt {
			t.Errorf("completed: %+v", done)
		}

		// What the agent sees of it.
		outcome := must(agent.AwaitTask(ctx, task.ID, time.Second))(t).Outcome
		if outcome.Status != client.TaskSucceeded || string(outcome.Result) != `{"bytes":3}` || string(outcome.Artifacts[0]) != `{"type":"image"}` {
			t.Errorf("outcome: %+v", outcome)
		}
		ledger := must(agent.Receipts(ctx, client.ReceiptFilter{TaskID: task.ID}, client.PageInput{First: 3, After: start}))(t)
		var types []client.ReceiptType
		for receipt, err := range ledger.All(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			types = append(types, receipt.Type)
		}
		if len(types) != 10 || types[0] != client.TaskAssignedReceipt || types[9] != client.TaskResultReadyReceipt {
			t.Errorf("the task's receipts: %v", types)
		}
		ready := must(agent.Receipts(ctx, client.ReceiptFilter{Types: []client.ReceiptType{client.TaskResultReadyReceipt}}, client.PageInput{}))(t).Nodes[0]
		if ready.TaskID != task.ID || len(ready.ParentIDs) != 2 || ready.To.ID != "a" || ready.Obligation {
			t.Errorf("result: %+v", ready)
		}
		note := must(agent.AcknowledgeReceipt(ctx, client.AcknowledgeReceiptInput{ReceiptID: ready.ID, Note: "thanks"}))(t)
		if note.Receipt.ID != ready.ID || note.Acknowledgement.Type != client.ReceiptAcknowledgedReceipt {
			t.Errorf("acknowledged: %+v", note)
		}
		if same := must(agent.Receipt(ctx, ready.ID))(t); same.Hash != ready.Hash {
			t.Errorf("receipt: %+v", same)
		}
		if ended := must(agent.Lease(ctx, lease.ID))(t); ended.State != client.LeaseCompleted || ended.EndedAt.IsZero() {
			t.Errorf("lease: %+v", ended)
		}
		if all := must(worker.Leases(ctx, client.LeaseFilter{States: []client.LeaseState{client.LeaseReleased}}, client.PageInput{}))(t); len(all.Nodes) != 1 {
			t.Errorf("leases: %+v", all.Nodes)
		}

		// Batches, and what an owner may do.
		batch := must(agent.CreateTasks(ctx, []client.CreateTaskInput{{Type: "a"}, {Type: "b", Delay: time.Hour}}))(t)
		if owed := must(agent.OpenObligations(ctx, client.Principal{}, client.PageInput{}))(t); len(owed.Nodes) != 2 || !owed.Nodes[0].Open {
			t.Errorf("owed: %+v", owed.Nodes)
		}
		if canceled := must(agent.CancelTask(ctx, client.CancelTaskInput{TaskID: batch[1].Task.ID, Reason: "too late"}))(t); !canceled.Canceled || canceled.Task.Outcome.Reason != "too late" {
			t.Errorf("canceled: %+v", canceled)
		}
		again := must(agent.RetryTask(ctx, client.RetryTaskInput{TaskID: batch[1].Task.ID}))(t)
		if !again.Created || again.Task.Type != "b" {
			t.Errorf("retried: %+v", again)
		}
		lease = must(worker.ClaimTasks(ctx, client.ClaimTasksInput{Types: []string{"a"}}))(t)[0]
		results := must(worker.CompleteTasks(ctx, []client.CompleteTaskInput{{LeaseID: lease.ID}, {LeaseID: uuid.New()}}))(t)
		if results[0].Payload.Task.ID != batch[0].Task.ID || results[1].Err.Code != client.CodeLeaseInvalid {
			t.Errorf("completed: %+v", results)
		}
		tasks := must(agent.Tasks(ctx, client.TaskFilter{Statuses: []client.TaskStatus{client.TaskQueued}, CreatedAfter: task.CreatedAt}, client.PageInput{}))(t)
		if len(tasks.Nodes) != 1 || tasks.HasNextPage || tasks.EndCursor == "" {
			t.Errorf("tasks: %+v", tasks)
		}
		if stats := must(agent.QueueStats(ctx))(t); len(stats) != 4 {
			t.Errorf("stats: %+v", stats)
		}
		for _, refused := range []error{
			second(agent.CreateTask(ctx, client.CreateTaskInput{Type: "x", Payload: func() {}})),
			second(worker.ReportProgress(ctx, client.ReportProgressInput{LeaseID: lease.ID})),
			second(worker.FailTask(ctx, client.FailTaskInput{LeaseID: lease.ID, Error: (*int)(nil)})),
			second(worker.CompleteTask(ctx, client.CompleteTaskInput{Completion: client.Completion{Artifacts: []any{nil}}})),
		} {
			if client.CodeOf(refused) != client.CodeBadUserInput {
				t.Errorf("what can't be encoded: %v", refused)
			}
		}
		if _, err := agent.Task(ctx, uuid.New()); client.CodeOf(err) != client.CodeNotFound {
			t.Errorf("a task that is not there: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// must returns a value, or ends the test.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
