package mcp

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type awaitTaskInput struct {
	TaskID      uuid.UUID `json:"taskId"`
	WaitSeconds *seconds  `json:"waitSeconds,omitempty" jsonschema:"how long to wait for its end, 0 to 20; 20 by default, 0 to look only"`
}

func (in awaitTaskInput) wait() time.Duration { return waitOf(in.WaitSeconds) }

func (in awaitTaskInput) withoutWait() awaitTaskInput {
	in.WaitSeconds = new(seconds(0))
	return in
}

type awaitTaskOutput struct {
	Task      task       `json:"task"`
	ReceiptID *uuid.UUID `json:"receiptId,omitempty" jsonschema:"the receipt of the result, once there is one: acknowledge_receipt takes it"`
	Next      string     `json:"next" jsonschema:"what to do now"`
}

func awaitTask(t *toolbox) {
	add(t, tool{
		name: "await_task", title: "Wait for a task", reads: true,
		description: "Returns a task as soon as it has ended, with its outcome, or as it is when the wait is over: then \"done\" is false, and you may call again at any time. Nothing is lost meanwhile. A task whose attempt has failed is QUEUED again while attempts are left.",
	}, func(ctx context.Context, c *client.Client, in awaitTaskInput) (awaitTaskOutput, error) {
		found, err := c.AwaitTask(ctx, in.TaskID, in.wait())
		if err != nil {
			return awaitTaskOutput{}, err
		}
		if !found.Status.Terminal() {
			return awaitTaskOutput{Task: taskOf(found), Next: "It has not ended. Do something else, or call await_task again with this taskId."}, nil
		}
		return ended(ctx, c, found)
	})
}

// ended is a task that has ended, with the receipt of its result, which also tells whether it is archived.
func ended(ctx context.Context, c *client.Client, t *client.Task) (awaitTaskOutput, error) {
	out := awaitTaskOutput{Task: taskOf(t), Next: "It has ended; its outcome says how. Acknowledge receiptId when you have dealt with it, if the task is yours."}
	results, err := c.Receipts(ctx, resultsOf(t.ID), client.PageInput{First: 1})
	if err != nil || len(results.Nodes) == 0 {
		return out, err
	}
	out.ReceiptID = &results.Nodes[0].ID
	if out.Task.Archived = results.Nodes[0].Archived; out.Task.Archived {
		out.Next = nextArchived
	}
	return out, nil
}

func resultsOf(task uuid.UUID) client.ReceiptFilter {
	return client.ReceiptFilter{TaskID: task, Types: []client.ReceiptType{client.TaskResultReadyReceipt}}
}

const nextArchived = "It ended as its status says, long ago: payload and result have moved to an archive file. Whoever runs the server can look them up by taskId."
