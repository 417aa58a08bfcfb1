package mcp

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type createTaskInput struct {
	Type           string          `json:"type" jsonschema:"what kind of work it is, 1 to 255 characters; workers choose by it"`
	Payload        json.RawMessage `json:"payload,omitempty" jsonschema:"all that the worker needs to know, any JSON value of at most 1 MiB; it does not see your conversation"`
	IdempotencyKey string          `json:"idempotencyKey,omitempty" jsonschema:"a name of your own for this piece of work, 1 to 255 characters: calling again with the same key and content returns the task that is there instead of making another. Give one whenever you may call twice"`
	Capabilities   []string        `json:"capabilities,omitempty" jsonschema:"what a worker must be able to do to get it"`
	Expects        string          `json:"expects,omitempty" jsonschema:"what its completion must bring: ANY (the default), RESULT or ARTIFACT"`
	Priority       int             `json:"priority,omitempty" jsonschema:"higher is claimed first; 0 by default"`
	DelaySeconds   int             `json:"delaySeconds,omitempty" jsonschema:"how long it can't be claimed yet"`
	MaxAttempts    int             `json:"maxAttempts,omitempty" jsonschema:"how often it is tried before a failure is final; 2 by default"`
	Answers        []uuid.UUID     `json:"answers,omitempty" jsonschema:"ids of receipts that this task answers or continues, at most 10"`
}

type createTaskOutput struct {
	Task    task `json:"task"`
	Created bool `json:"created" jsonschema:"false when the idempotency key had created it before"`
}

func createTask(t *toolbox) {
	add(t, tool{
		name: "create_task", title: "Delegate a task",
		description: "Delegates work to whichever worker can do it, and returns at once. The result is owed to you until it comes: keep taskId and call await_task.",
	}, func(ctx context.Context, c *client.Client, in createTaskInput) (createTaskOutput, error) {
		created, err := c.CreateTask(ctx, client.CreateTaskInput{
			Type: in.Type, Payload: orNil(in.Payload), IdempotencyKey: in.IdempotencyKey,
			Requirements: client.Requirements{Capabilities: in.Capabilities}, ExpectedOutcome: client.ExpectedOutcome(in.Expects),
			Priority: in.Priority, Delay: seconds(in.DelaySeconds), MaxAttempts: in.MaxAttempts, ParentReceiptIDs: in.Answers,
		})
		if err != nil {
			return createTaskOutput{}, err
		}
		return createTaskOutput{Task: taskOf(created.Task), Created: created.Created}, nil
	})
}
