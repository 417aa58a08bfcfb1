package client

import (
	"context"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// RetryTaskInput says which task to do again.
type RetryTaskInput struct {
	// TaskID is that of a failed or canceled task.
	TaskID uuid.UUID
	// Reason is kept in the new task's first receipt.
	Reason string
	// IdempotencyKey is as in CreateTaskInput, and among the keys of the task's owner.
	IdempotencyKey string
}

// RetryTask creates a new task with the spec and the owner of a failed or canceled one. By the owner or an ADMIN. Codes:
// NOT_FOUND, FORBIDDEN, INVALID_STATE_TRANSITION, IDEMPOTENCY_CONFLICT, PAYLOAD_TOO_LARGE (the reason).
func (c *Client) RetryTask(ctx context.Context, in RetryTaskInput) (*CreateTaskPayload, error) {
	input := api.RetryTaskInput{TaskId: in.TaskID, Reason: orNone(in.Reason), IdempotencyKey: new(keyOr(in.IdempotencyKey))}
	o := operation{name: "retryTask"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.RetryTaskResponse, error) {
		return api.RetryTask(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	return &CreateTaskPayload{Task: taskOf(data.RetryTask.Task), Created: data.RetryTask.Created}, nil
}
