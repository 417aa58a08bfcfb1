package client

import (
	"context"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// ReleaseLeaseInput says which lease to give back.
type ReleaseLeaseInput struct {
	LeaseID uuid.UUID
	// Reason is kept in the receipt.
	Reason string
}

// ReleaseLease gives the task back unfinished, to be claimed by anybody at once; it costs no attempt. It returns the task. Codes:
// LEASE_INVALID_OR_EXPIRED, PAYLOAD_TOO_LARGE (the reason).
func (c *Client) ReleaseLease(ctx context.Context, in ReleaseLeaseInput) (*Task, error) {
	input := api.ReleaseLeaseInput{LeaseId: in.LeaseID, Reason: orNone(in.Reason)}
	o := operation{name: "releaseLease"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.ReleaseLeaseResponse, error) {
		return api.ReleaseLease(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	return taskOf(data.ReleaseLease.Task), nil
}
