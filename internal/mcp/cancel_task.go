package mcp

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type cancelTaskInput struct {
	TaskID uuid.UUID `json:"taskId"`
	Reason string    `json:"reason,omitempty" jsonschema:"why, for whoever reads the ledger"`
}

type cancelTaskOutput struct {
	Task     task `json:"task"`
	Canceled bool `json:"canceled" jsonschema:"false when it had ended already"`
}

func cancelTask(t *toolbox) {
	add(t, tool{
		name: "cancel_task", title: "Cancel a task", repeatable: true, destroys: true,
		description: "Ends a task of yours whose result you no longer want. A worker that holds it loses its lease. One that has ended already stays as it is.",
	}, func(ctx context.Context, c *client.Client, in cancelTaskInput) (cancelTaskOutput, error) {
		done, err := c.CancelTask(ctx, client.CancelTaskInput{TaskID: in.TaskID, Reason: in.Reason})
		if err != nil {
			return cancelTaskOutput{}, err
		}
		return cancelTaskOutput{Task: resultOf(done.Task), Canceled: done.Canceled}, nil
	})
}
