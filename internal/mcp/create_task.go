package mcp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type createTaskInput struct {
	Type           string                 `json:"type" jsonschema:"what kind of work it is, 1 to 255 characters; workers choose by it"`
	Payload        json.RawMessage        `json:"payload,omitempty" jsonschema:"all that the worker needs to know, any JSON value of at most 1 MiB; it does not see your conversation"`
	PayloadPointer string                 `json:"payloadPointer,omitempty" jsonschema:"where a payload lies that is larger, such as a URL that the worker can read"`
	IdempotencyKey string                 `json:"idempotencyKey,omitempty" jsonschema:"a name of your own for this piece of work, 1 to 255 characters: calling again with the same key and content returns the task that is there instead of making another. Give one whenever you may call twice"`
	Capabilities   []string               `json:"capabilities,omitempty" jsonschema:"what a worker must be able to do to get it"`
	Expects        client.ExpectedOutcome `json:"expects,omitempty" jsonschema:"what its completion must bring; ANY by default"`
	Priority       int                    `json:"priority,omitempty" jsonschema:"higher is claimed first, −1000000 to 1000000; 0 by default"`
	DelaySeconds   seconds                `json:"delaySeconds,omitempty" jsonschema:"how long it can't be claimed yet, up to a year"`
	MaxAttempts    int                    `json:"maxAttempts,omitempty" jsonschema:"how often it is tried before a failure is final; 2 by default"`
	Answers        []uuid.UUID            `json:"answers,omitempty" jsonschema:"ids of receipts that this task answers or continues, at most 10"`
}

type createTaskOutput struct {
	Task    task `json:"task"`
	Created bool `json:"created" jsonschema:"false when the idempotency key had created it before"`
}

func createTask(t *toolbox) {
	add(t, tool{
		name: "create_task", title: "Delegate a task",
		description: "Delegates work to whichever worker can do it, and returns at once. The result is owed to you until it comes: keep taskId and call await_task, or collect_results for all that have come.",
	}, func(ctx context.Context, c *client.Client, in createTaskInput) (createTaskOutput, error) {
		// So that a model whose answer is lost can be told the key of the call that it has made.
		key := cmp.Or(in.IdempotencyKey, uuid.NewString())
		created, err := c.CreateTask(ctx, client.CreateTaskInput{
			Type: in.Type, Payload: orNil(in.Payload), PayloadPointer: in.PayloadPointer, IdempotencyKey: key,
			Requirements: client.Requirements{Capabilities: in.Capabilities}, ExpectedOutcome: in.Expects,
			Priority: in.Priority, Delay: in.DelaySeconds.duration(), MaxAttempts: in.MaxAttempts, ParentReceiptIDs: in.Answers,
		})
		if err != nil {
			return createTaskOutput{}, advise(err, fmt.Sprintf(
				"Call again in a moment with the same arguments and the idempotencyKey %q: if the task was created, you get that one.", key))
		}
		return createTaskOutput{Task: resultOf(created.Task), Created: created.Created}, nil
	})
}
