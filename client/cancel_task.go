package client

import (
	"context"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// CancelTaskInput says which task to cancel.
type CancelTaskInput struct {
	TaskID uuid.UUID
	// Reason is kept in its outcome and receipts.
	Reason string
}

// CancelTaskPayload is the task after the call.
type CancelTaskPayload struct {
	// Task is terminal now, whoever ended it.
	Task *Task
	// Canceled is false when the task was terminal already. After a lost answer that may have been by this very call.
	Canceled bool
}

// CancelTask cancels a task that is not terminal; a worker that holds it loses its lease. By the owner or an ADMIN. Codes:
// NOT_FOUND, FORBIDDEN, PAYLOAD_TOO_LARGE (the reason).
func (c *Client) CancelTask(ctx context.Context, in CancelTaskInput) (*CancelTaskPayload, error) {
	input := api.CancelTaskInput{TaskId: in.TaskID, Reason: orNone(in.Reason)}
	o := operation{name: "cancelTask"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.CancelTaskResponse, error) {
		return api.CancelTask(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	return &CancelTaskPayload{Task: taskOf(data.CancelTask.Task), Canceled: data.CancelTask.Canceled}, nil
}
