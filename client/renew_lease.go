package client

import (
	"context"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// RenewLeaseInput says which lease to prolong.
type RenewLeaseInput struct {
	LeaseID uuid.UUID
	// ExtendBy is the new time from now on; its bounds and default are those of ClaimTasksInput's TTL. It never shortens a lease.
	ExtendBy time.Duration
}

// RenewLease prolongs a live lease, but never past its lifetime. It is repeated when its answer is lost, and each repeat that
// arrives counts as a renewal: that costs less than the lease. Codes, checked in this order: LEASE_INVALID_OR_EXPIRED,
// LEASE_RENEWAL_LIMIT_EXCEEDED, LEASE_LIFETIME_EXCEEDED; and BAD_USER_INPUT.
func (c *Client) RenewLease(ctx context.Context, in RenewLeaseInput) (*Lease, error) {
	input := api.RenewLeaseInput{LeaseId: in.LeaseID, ExtendBySeconds: secondsOf(in.ExtendBy)}
	o := operation{name: "renewLease"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.RenewLeaseResponse, error) {
		return api.RenewLease(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	return leaseOf(data.RenewLease.Lease), nil
}
