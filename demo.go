package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
)

const demoHelp = `demo [--seed-data] [--url URL] [--tenant UUID]

Plays an agent and a worker against a running server; exits 1 if anything is not as it must be. With --seed-data it fills an
empty tenant instead, with a few hundred tasks in all states, for looking at the console. A server that demands API keys needs one
with the scope admin, which may act as everybody, in ASYNCGATE_API_KEY.`

// demo tells the whole story against a running server, as its clients would: an agent delegates, a worker works, the
// result is pushed and the obligation closed. Every step is checked.
func (p process) demo(ctx context.Context, args []string) error {
	f := newFlags("demo")
	c := p.callerFlags(f)
	seed := f.Bool("seed-data", false, "fill an empty tenant")
	if done, err := p.parse(f, demoHelp, args); done || err != nil {
		return err
	}
	if err := c.complete(p); err != nil {
		return err
	}
	as := func(principal string) *demoClient { return newDemoClient(*c, principal) }
	if *seed {
		return p.seed(ctx, as)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	d := &demo{
		out:    p.stdout,
		agent:  as("agent:demo-planner"),
		worker: as("worker:demo-builder"),
		// A type of its own, so that it meets no other demo's tasks.
		taskType: "demo.report." + uuid.NewString()[:8],
	}
	if err := d.play(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// demo is the story's people and what they learn on the way.
type demo struct {
	out           io.Writer
	agent, worker *demoClient
	taskType      string
	task          string
	obligation    string
	lease         string
}

// demoReceipt is what the demo reads of a receipt.
type demoReceipt struct {
	ID         string          `json:"id"`
	Seq        int64           `json:"seq"`
	Type       string          `json:"type"`
	From       demoPrincipal   `json:"from"`
	To         demoPrincipal   `json:"to"`
	Body       json.RawMessage `json:"body"`
	Hash       string          `json:"hash"`
	IsOpen     *bool           `json:"isOpen"`
	Terminator *demoReceipt    `json:"terminator"`
	Task       *struct {
		ID string `json:"id"`
	} `json:"task"`
}

type demoPrincipal struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

func (p demoPrincipal) String() string { return strings.ToLower(p.Kind) + ":" + p.ID }

const demoFields = ` id seq type from { kind id } to { kind id } body hash `

func (d *demo) say(format string, args ...any) { _, _ = fmt.Fprintf(d.out, format+"\n", args...) }

// wireType writes TASK_RESULT_READY as the ledger does: task.result_ready.
func wireType(name string) string { return strings.Replace(strings.ToLower(name), "_", ".", 1) }

func (d *demo) show(r *demoReceipt) {
	body := string(r.Body)
	if len(body) > 90 {
		body = body[:90] + "…"
	}
	d.say("    #%-4d %-22s %s → %s  %s", r.Seq, wireType(r.Type), r.From, r.To, body)
}

func (d *demo) play(ctx context.Context) error {
	var head struct{ LedgerHead string }
	if err := d.agent.do(ctx, `{ ledgerHead }`, nil, &head); err != nil {
		return err
	}
	d.say("1. The agent follows its results, from the ledger's head on.")
	results, err := d.agent.subscribe(ctx,
		`subscription($after: String!) { resultReady(after: $after) { cursor receipt {`+demoFields+` task { id } } } }`,
		map[string]any{"after": head.LedgerHead})
	if err != nil {
		return err
	}
	defer results.close()
	for _, step := range []func(context.Context) error{d.create, d.owed, d.claim, d.work} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := d.result(ctx, results); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{d.discharged, d.ledger} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	d.say("Done: delegated, worked, delivered, discharged.")
	return nil
}

func (d *demo) create(ctx context.Context) error {
	d.say("2. The agent delegates a task.")
	var got struct {
		CreateTask struct {
			Created bool
			Task    struct {
				ID, Status string
				Obligation demoReceipt
			}
		}
	}
	err := d.agent.do(ctx, `mutation($input: CreateTaskInput!) { createTask(input: $input) { created task { id status obligation {`+demoFields+`} } } }`,
		map[string]any{"input": map[string]any{
			"type": d.taskType, "payload": map[string]any{"title": "quarterly report"}, "expectedOutcome": "RESULT",
			"requirements": map[string]any{"capabilities": []string{"writing"}},
		}}, &got)
	if err != nil {
		return err
	}
	if !got.CreateTask.Created || got.CreateTask.Task.Status != "QUEUED" {
		return fmt.Errorf("the task should be new and QUEUED, not %+v", got.CreateTask)
	}
	d.task, d.obligation = got.CreateTask.Task.ID, got.CreateTask.Task.Obligation.ID
	d.show(&got.CreateTask.Task.Obligation)
	return nil
}

// open tells whether the obligation is among what the agent is owed, over all pages.
func (d *demo) open(ctx context.Context) (found *demoReceipt, count int, err error) {
	var after *string
	for {
		var got struct {
			OpenObligations struct {
				Nodes    []*demoReceipt
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		err := d.agent.do(ctx, `query($after: String) { openObligations(first: 200, after: $after) { nodes {`+demoFields+`} pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}, &got)
		if err != nil {
			return nil, 0, err
		}
		for _, r := range got.OpenObligations.Nodes {
			count++
			if r.ID == d.obligation {
				found = r
			}
		}
		if !got.OpenObligations.PageInfo.HasNextPage {
			return found, count, nil
		}
		after = got.OpenObligations.PageInfo.EndCursor
	}
}

func (d *demo) owed(ctx context.Context) error {
	found, count, err := d.open(ctx)
	if err != nil {
		return err
	}
	if found == nil {
		return fmt.Errorf("openObligations doesn't show the obligation %s", d.obligation)
	}
	d.say("3. It is owed now: openObligations shows %d, this one among them.", count)
	d.show(found)
	return nil
}

func (d *demo) claim(ctx context.Context) error {
	d.say("4. A worker that can write claims it.")
	var got struct {
		ClaimTasks struct {
			Leases []struct {
				ID, ExpiresAt string
				Task          struct{ ID, Status string }
			}
		}
	}
	err := d.worker.do(ctx, `mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { leases { id expiresAt task { id status } } } }`,
		map[string]any{"input": map[string]any{"types": []string{d.taskType}, "capabilities": []string{"writing", "counting"}}}, &got)
	if err != nil {
		return err
	}
	leases := got.ClaimTasks.Leases
	if len(leases) != 1 || leases[0].Task.ID != d.task || leases[0].Task.Status != "LEASED" {
		return fmt.Errorf("the claim should lease task %s, not %+v", d.task, leases)
	}
	d.lease = leases[0].ID
	d.say("    lease %s, until %s", d.lease, leases[0].ExpiresAt)
	return nil
}

func (d *demo) work(ctx context.Context) error {
	d.say("5. It reports progress, then completes.")
	err := d.worker.do(ctx, `mutation($input: ReportProgressInput!) { reportProgress(input: $input) { task { status } } }`,
		map[string]any{"input": map[string]any{"leaseId": d.lease, "progress": map[string]any{"percent": 50}, "sequence": 1}}, nil)
	if err != nil {
		return err
	}
	var got struct {
		CompleteTask struct {
			Task    struct{ Status string }
			Receipt demoReceipt
		}
	}
	err = d.worker.do(ctx, `mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { status } receipt {`+demoFields+`} } }`,
		map[string]any{"input": map[string]any{"leaseId": d.lease, "summary": "written", "result": map[string]any{"pages": 12}}}, &got)
	if err != nil {
		return err
	}
	if got.CompleteTask.Task.Status != "SUCCEEDED" {
		return fmt.Errorf("the task should be SUCCEEDED, not %s", got.CompleteTask.Task.Status)
	}
	d.show(&got.CompleteTask.Receipt)
	return nil
}

func (d *demo) result(ctx context.Context, results *demoStream) error {
	d.say("6. The result is pushed to the agent.")
	var got struct {
		ResultReady struct {
			Cursor  string
			Receipt demoReceipt
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 15*time.Second, errors.New("nothing came for 15 seconds"))
	defer cancel()
	for {
		if err := results.next(ctx, &got); err != nil {
			return fmt.Errorf("the result was not pushed: %w", err)
		}
		// Another demo may run beside this one, as the same agent.
		if r := &got.ResultReady.Receipt; r.Task != nil && r.Task.ID == d.task {
			d.show(r)
			d.say("    resume after it with the cursor %s", got.ResultReady.Cursor)
			break
		}
	}
	return d.agent.do(ctx, `mutation($input: AcknowledgeReceiptInput!) { acknowledgeReceipt(input: $input) { acknowledgement { id } } }`,
		map[string]any{"input": map[string]any{"receiptId": got.ResultReady.Receipt.ID}}, nil)
}

func (d *demo) discharged(ctx context.Context) error {
	found, count, err := d.open(ctx)
	if err != nil {
		return err
	}
	if found != nil {
		return fmt.Errorf("openObligations still shows the obligation %s", d.obligation)
	}
	var got struct{ Receipt *demoReceipt }
	err = d.agent.do(ctx, `query($id: ID!) { receipt(id: $id) {`+demoFields+` isOpen terminator {`+demoFields+`} } }`,
		map[string]any{"id": d.obligation}, &got)
	if err != nil {
		return err
	}
	r := got.Receipt
	if r == nil || r.IsOpen == nil || *r.IsOpen || r.Terminator == nil || r.Terminator.Type != "TASK_COMPLETED" {
		return fmt.Errorf("the obligation should be closed by TASK_COMPLETED, not %+v", r)
	}
	d.say("7. The obligation is discharged: openObligations shows %d, not this one. What closed it:", count)
	d.show(r.Terminator)
	return nil
}

func (d *demo) ledger(ctx context.Context) error {
	var got struct {
		Task struct {
			Receipts struct{ Nodes []*demoReceipt }
		}
	}
	err := d.agent.do(ctx, `query($id: ID!) { task(id: $id) { receipts { nodes {`+demoFields+`} } } }`, map[string]any{"id": d.task}, &got)
	if err != nil {
		return err
	}
	d.say("8. The task's part of the ledger, immutable:")
	var types []string
	for _, r := range got.Task.Receipts.Nodes {
		d.show(r)
		types = append(types, r.Type)
	}
	const want = "TASK_ASSIGNED TASK_ACCEPTED TASK_STARTED TASK_PROGRESS TASK_COMPLETED TASK_RESULT_READY"
	if strings.Join(types, " ") != want {
		return fmt.Errorf("the ledger should hold %s, not %s", want, strings.Join(types, " "))
	}
	return nil
}
