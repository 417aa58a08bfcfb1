package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// agent delegates: it creates tasks in every way there is, cancels some, and acknowledges or retries what its stream of
// results brings. It keeps to the replay rules: with a key it asks again until it has an answer, at any server.
type agent struct {
	caller
	name    string
	to      []address
	random  *rand.Rand
	journal *journal
	results *follower

	keys, read int
	own        []string // tasks that it was told of
}

// followOwnResults is what an agent needs to know of its results.
const followOwnResults = `subscription($after: String) {
	resultReady(after: $after) { cursor receipt { id seq type task { id status } } } }`

// run works until ctx ends. A call that has begun then is still repeated until patience ends.
func (a *agent) run(ctx, patience context.Context) {
	for pause(ctx, think(a.random)) {
		switch n := a.random.IntN(10); {
		case len(a.own)-a.results.count() > 40:
			a.cancel(patience)
		case n < 4:
			a.create(patience)
		case n < 5:
			a.createWithoutKey(patience)
		case n < 7:
			a.createSome(patience)
		case n < 8:
			a.cancel(patience)
		default:
			a.answerResults(patience)
		}
	}
}

// think is how long callers do nothing, so that servers spend their time on dying rather than on work.
func think(random *rand.Rand) time.Duration {
	return time.Duration(random.Int64N(int64(30 * time.Millisecond)))
}

func (a *agent) key() string {
	a.keys++
	return fmt.Sprintf("%s-%d", a.name, a.keys)
}

func (a *agent) repeat(ctx context.Context, query string, v vars, data any) error {
	return a.caller.repeat(ctx, a.to, a.random.IntN(len(a.to)), query, v, data)
}

func (a *agent) input(key string) vars {
	input := vars{"type": "t", "priority": a.random.IntN(3), "maxAttempts": 1 + a.random.IntN(3), "payload": vars{"n": a.keys}}
	if key != "" {
		input["idempotencyKey"] = key
	}
	return input
}

// created is what is asked of a new task.
type created struct {
	Task struct {
		ID         string
		Obligation struct{ ID string }
	}
}

const createdFields = `{ task { id obligation { id } } }`

// told notes a task that the agent was told of.
func (a *agent) told(how, key string, c created) {
	a.own = append(a.own, c.Task.ID)
	a.journal.promise(has("TASK_ASSIGNED", c.Task.Obligation.ID), "%s answered %s with the task %s", how, a.name, c.Task.ID)
	if key != "" {
		a.journal.promise(func(x *index) string { return times("tasks of the key "+key, len(x.byKey[key]), 1) }, "%s by %s", how, a.name)
	}
}

func (a *agent) create(ctx context.Context) {
	key := a.key()
	var got struct{ CreateTask created }
	err := a.repeat(ctx, `mutation($i: CreateTaskInput!) { createTask(input: $i) `+createdFields+` }`, vars{"i": a.input(key)}, &got)
	a.journal.note("createTask", err)
	if err == nil {
		a.told("createTask", key, got.CreateTask)
	}
}

func (a *agent) createWithoutKey(ctx context.Context) {
	var got struct{ CreateTask created }
	to := a.to[a.random.IntN(len(a.to))]
	err := a.once(ctx, to, `mutation($i: CreateTaskInput!) { createTask(input: $i) `+createdFields+` }`, vars{"i": a.input("")}, &got)
	a.journal.note("createTask without key", err)
	if err == nil {
		a.told("createTask without key", "", got.CreateTask)
	}
}

func (a *agent) createSome(ctx context.Context) {
	keys := make([]string, 2+a.random.IntN(4))
	inputs := make([]vars, len(keys))
	for i := range keys {
		keys[i] = a.key()
		inputs[i] = a.input(keys[i])
	}
	var got struct{ CreateTasks []created }
	err := a.repeat(ctx, `mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) `+createdFields+` }`, vars{"i": inputs}, &got)
	a.journal.note("createTasks", err)
	for i, c := range got.CreateTasks {
		a.told("createTasks", keys[i], c)
	}
	if err != nil {
		a.journal.promise(func(x *index) string {
			n := 0
			for _, key := range keys {
				n += len(x.byKey[key])
			}
			return times("tasks of an unanswered createTasks", n, 0, len(keys))
		}, "createTasks by %s", a.name)
	}
}

// cancel cancels a task that it was told of: it must be there.
func (a *agent) cancel(ctx context.Context) {
	if len(a.own) == 0 {
		return
	}
	a.cancelOne(ctx, a.own[a.random.IntN(len(a.own))])
}

func (a *agent) cancelOne(ctx context.Context, task string) {
	var got struct {
		CancelTask struct{ Task struct{ Status string } }
	}
	err := a.repeat(ctx, `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { task { status } } }`, vars{"i": vars{"taskId": task}}, &got)
	a.journal.note("cancelTask", err)
	if err != nil {
		return
	}
	kind := map[string]string{"SUCCEEDED": "TASK_COMPLETED", "FAILED": "TASK_FAILED", "CANCELED": "TASK_CANCELED"}[got.CancelTask.Task.Status]
	a.journal.promise(func(x *index) string {
		if n := count(x.byTask[task], nil, "TASK_COMPLETED", "TASK_FAILED", "TASK_CANCELED"); n != 1 {
			return times("ends of the task", n, 1)
		}
		return times(kind+" of the task", count(x.byTask[task], nil, kind), 1)
	}, "cancelTask said that the task %s is %s", task, got.CancelTask.Task.Status)
}

// answerResults acknowledges or retries what has come since the last time.
func (a *agent) answerResults(ctx context.Context) {
	events, _ := a.results.seen()
	for _, e := range events[a.read:] {
		a.read++
		switch {
		case e.Receipt.Task.Status != "SUCCEEDED" && a.random.IntN(3) == 0:
			a.retry(ctx, e.Receipt.Task.ID)
		case a.random.IntN(2) == 0:
			a.acknowledge(ctx, e.Receipt.ID)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func (a *agent) retry(ctx context.Context, task string) {
	key := a.key()
	var got struct{ RetryTask created }
	err := a.repeat(ctx, `mutation($i: RetryTaskInput!) { retryTask(input: $i) `+createdFields+` }`,
		vars{"i": vars{"taskId": task, "idempotencyKey": key}}, &got)
	a.journal.note("retryTask", err)
	if err != nil {
		return
	}
	a.told("retryTask", key, got.RetryTask)
	a.journal.promise(func(x *index) string {
		r := x.byID[got.RetryTask.Task.Obligation.ID]
		if r == nil || len(r.Parents) != 1 || !slices.Contains([]string{"TASK_FAILED", "TASK_CANCELED"}, x.byID[r.Parents[0].ID].Type) {
			return "its obligation does not answer the end of the old task"
		}
		return ""
	}, "retryTask of %s", task)
}

func (a *agent) acknowledge(ctx context.Context, result string) {
	var got struct {
		AcknowledgeReceipt struct{ Acknowledgement struct{ ID string } }
	}
	err := a.repeat(ctx, `mutation($i: AcknowledgeReceiptInput!) { acknowledgeReceipt(input: $i) { acknowledgement { id } } }`,
		vars{"i": vars{"receiptId": result}}, &got)
	a.journal.note("acknowledgeReceipt", err)
	if err == nil {
		a.journal.promise(has("RECEIPT_ACKNOWLEDGED", got.AcknowledgeReceipt.Acknowledgement.ID), "acknowledgeReceipt of %s", result)
	}
	a.journal.promise(func(x *index) string {
		return times("acknowledgements of the result", count(x.byParent[result], nil, "RECEIPT_ACKNOWLEDGED"), 0, 1)
	}, "acknowledgeReceipt of %s", result)
}

// finish cancels what it is still owed, until that is nothing.
func (a *agent) finish(ctx context.Context) {
	for ctx.Err() == nil {
		var got struct {
			OpenObligations struct{ Nodes []receipt }
		}
		err := a.repeat(ctx, `{ openObligations(first: 100) { nodes { id task { id } } } }`, nil, &got)
		a.journal.note("openObligations", err)
		if err != nil || len(got.OpenObligations.Nodes) == 0 {
			return
		}
		for _, r := range got.OpenObligations.Nodes {
			a.cancelOne(ctx, r.Task.ID)
		}
	}
}
