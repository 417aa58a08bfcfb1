package client

import (
	"context"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// StartTask tells that the work has started, and returns the task, running. Code: LEASE_INVALID_OR_EXPIRED.
func (c *Client) StartTask(ctx context.Context, leaseID uuid.UUID) (*Task, error) {
	o := operation{name: "startTask"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.StartTaskResponse, error) {
		return api.StartTask(ctx, g, api.StartTaskInput{LeaseId: leaseID})
	})
	if err != nil {
		return nil, err
	}
	return taskOf(data.StartTask.Task), nil
}
