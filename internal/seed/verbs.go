package seed

import (
	"context"
	"errors"
	"fmt"
)

// What is asked of the server. outcome is the receipt of a result, which whatever continues it answers.
const (
	outcome = ` receipts(types: [TASK_RESULT_READY], first: 1) { nodes { id } } `

	createTasks = `mutation($inputs: [CreateTaskInput!]!) { createTasks(inputs: $inputs) { created task { id obligation { id } } } }`
	retryTask   = `mutation($input: RetryTaskInput!) { retryTask(input: $input) { created task { id obligation { id } } } }`
	cancelTask  = `mutation($input: CancelTaskInput!) { cancelTask(input: $input) { canceled task {` + outcome + `} } }`
	acknowledge = `mutation($input: AcknowledgeReceiptInput!) { acknowledgeReceipt(input: $input) { receipt { id } } }`

	claimTasks     = `mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { leases { id task { id } } } }`
	startTask      = `mutation($input: StartTaskInput!) { startTask(input: $input) { task { id } } }`
	reportProgress = `mutation($input: ReportProgressInput!) { reportProgress(input: $input) { task { id } } }`
	releaseLease   = `mutation($input: ReleaseLeaseInput!) { releaseLease(input: $input) { task { id } } }`
	failTask       = `mutation($input: FailTaskInput!) { failTask(input: $input) { requeued task {` + outcome + `} } }`
	completeTasks  = `mutation($inputs: [CompleteTaskInput!]!) { completeTasks(inputs: $inputs) { payload { task {` + outcome + `} } error { code message } } }`
)

// created is the answer of createTasks and retryTask.
type created struct {
	Created bool
	Task    struct {
		ID         string
		Obligation struct{ ID string }
	}
}

// outcomeOf is a task with the receipt of its result.
type outcomeOf struct {
	Receipts struct{ Nodes []struct{ ID string } }
}

func (o outcomeOf) id() string {
	if len(o.Receipts.Nodes) == 0 {
		return ""
	}
	return o.Receipts.Nodes[0].ID
}

// lease is a claimed task.
type lease struct {
	ID   string
	Task struct{ ID string }
}

// errShared: what is planned holds only while nobody else is there.
var errShared = errors.New("somebody else works in this tenant meanwhile; its workers must rest until it is filled")

func (p *player) create(ctx context.Context, owner string, tasks []*task) error {
	inputs := make([]map[string]any, len(tasks))
	for i, t := range tasks {
		inputs[i] = p.inputOf(t)
	}
	var got struct{ CreateTasks []created }
	if err := p.server.Do(ctx, owner, createTasks, map[string]any{"inputs": inputs}, &got); err != nil {
		return err
	}
	for i, c := range got.CreateTasks {
		if err := p.note(tasks[i], c); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) inputOf(t *task) map[string]any {
	input := map[string]any{"type": t.kind, "idempotencyKey": p.key(t.kind)}
	for field, value := range t.input {
		input[field] = value
	}
	var parents []string
	for _, other := range t.answers {
		parents = append(parents, other.result)
	}
	if t.within != nil {
		parents = append(parents, t.within.obligation)
	}
	if parents != nil {
		input["parentReceiptIds"] = parents
	}
	return input
}

func (p *player) retry(ctx context.Context, t *task) error {
	input := map[string]any{"taskId": t.again.id, "reason": t.input["reason"], "idempotencyKey": p.key(t.kind)}
	var got struct{ RetryTask created }
	if err := p.server.Do(ctx, t.owner, retryTask, map[string]any{"input": input}, &got); err != nil {
		return err
	}
	return p.note(t, got.RetryTask)
}

// key makes an idempotency key: invoice.extract/12.
func (p *player) key(kind string) string {
	p.made[kind]++
	return fmt.Sprintf("%s/%d", kind, p.made[kind])
}

// note keeps what the server calls a task.
func (p *player) note(t *task, c created) error {
	if !c.Created {
		return errShared
	}
	t.id, t.obligation = c.Task.ID, c.Task.Obligation.ID
	p.byID[t.id] = t
	return nil
}

func (p *player) claim(ctx context.Context, worker string, input map[string]any) ([]lease, error) {
	var got struct{ ClaimTasks struct{ Leases []lease } }
	input["capabilities"] = skills[crew(worker)]
	err := p.server.Do(ctx, worker, claimTasks, map[string]any{"input": input}, &got)
	return got.ClaimTasks.Leases, err
}

// report asks for a mutation of one lease whose answer has nothing to keep.
func (p *player) report(ctx context.Context, worker, document string, input map[string]any) error {
	return p.server.Do(ctx, worker, document, map[string]any{"input": input}, nil)
}

func (p *player) complete(ctx context.Context, worker string, tasks []*task, inputs []map[string]any) error {
	var got struct {
		CompleteTasks []struct {
			Payload *struct{ Task outcomeOf }
			Error   *struct{ Code, Message string }
		}
	}
	if err := p.server.Do(ctx, worker, completeTasks, map[string]any{"inputs": inputs}, &got); err != nil {
		return err
	}
	for i, done := range got.CompleteTasks {
		if done.Error != nil {
			return fmt.Errorf("completing a task of type %s: %s: %s", tasks[i].kind, done.Error.Code, done.Error.Message)
		}
		tasks[i].result = done.Payload.Task.id()
	}
	return nil
}

func (p *player) fail(ctx context.Context, worker string, t *task, input map[string]any) error {
	var got struct{ FailTask struct{ Task outcomeOf } }
	err := p.server.Do(ctx, worker, failTask, map[string]any{"input": input}, &got)
	t.result = got.FailTask.Task.id()
	return err
}

func (p *player) cancel(ctx context.Context, t *task) error {
	var got struct {
		CancelTask struct {
			Canceled bool
			Task     outcomeOf
		}
	}
	input := map[string]any{"taskId": t.id, "reason": *t.canceled}
	if err := p.server.Do(ctx, t.owner, cancelTask, map[string]any{"input": input}, &got); err != nil {
		return err
	}
	if !got.CancelTask.Canceled {
		return errShared
	}
	t.result = got.CancelTask.Task.id()
	return nil
}

func (p *player) acknowledge(ctx context.Context, t *task) error {
	input := map[string]any{"receiptId": t.result}
	if *t.acknowledged != "" {
		input["note"] = *t.acknowledged
	}
	return p.server.Do(ctx, t.owner, acknowledge, map[string]any{"input": input}, nil)
}
