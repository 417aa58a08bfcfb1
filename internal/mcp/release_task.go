package mcp

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type releaseTaskInput struct {
	LeaseID uuid.UUID `json:"leaseId"`
	Reason  string    `json:"reason,omitempty" jsonschema:"why you can't do it, for whoever reads the ledger"`
}

type releaseTaskOutput struct {
	Task task `json:"task"`
}

func releaseTask(t *toolbox) {
	add(t, tool{
		name: "release_task", title: "Give a task back", repeatable: true,
		description: "Gives a claimed task back unfinished: it can be claimed again at once, by you too, and no attempt is lost. For a task that you can't work on now; fail_task is for one that was tried.",
	}, func(ctx context.Context, c *client.Client, in releaseTaskInput) (releaseTaskOutput, error) {
		released, err := c.ReleaseLease(ctx, client.ReleaseLeaseInput{LeaseID: in.LeaseID, Reason: in.Reason})
		if err != nil {
			return releaseTaskOutput{}, err
		}
		return releaseTaskOutput{stateOf(released)}, nil
	})
}
