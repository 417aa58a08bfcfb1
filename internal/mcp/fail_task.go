package mcp

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type failTaskInput struct {
	LeaseID           uuid.UUID       `json:"leaseId"`
	Error             json.RawMessage `json:"error" jsonschema:"what went wrong, any JSON value; a sentence will do"`
	Retryable         bool            `json:"retryable,omitempty" jsonschema:"true when another attempt, by you or another worker, may succeed; false by default"`
	RetryAfterSeconds *seconds        `json:"retryAfterSeconds,omitempty" jsonschema:"how long to wait before the next attempt; the task's own pause by default"`
}

type failTaskOutput struct {
	endedOutput
	Requeued bool `json:"requeued" jsonschema:"true when another attempt follows"`
}

func failTask(t *toolbox) {
	add(t, tool{
		name: "fail_task", title: "Fail a task", repeatable: true,
		description: "Ends your attempt at a claimed task: it is tried again when that may help and attempts are left, or fails for good and its owner is told. Calling again with the same content is safe.",
	}, func(ctx context.Context, c *client.Client, in failTaskInput) (failTaskOutput, error) {
		input := client.FailTaskInput{LeaseID: in.LeaseID, Error: in.Error, Retryable: in.Retryable}
		if in.RetryAfterSeconds != nil {
			input.RetryAfter = new(in.RetryAfterSeconds.duration())
		}
		done, err := c.FailTask(ctx, input)
		if err != nil {
			return failTaskOutput{}, err
		}
		return failTaskOutput{endedOutput{stateOf(done.Task), done.Receipt.ID}, done.Requeued}, nil
	})
}
