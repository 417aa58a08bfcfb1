package client

import (
	"context"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// Lease returns a lease of the tenant by its id. NOT_FOUND: there is none such.
func (c *Client) Lease(ctx context.Context, id uuid.UUID) (*Lease, error) {
	data, err := call(ctx, c, operation{name: "lease"}, func(ctx context.Context, g graphql.Client) (*api.LeaseResponse, error) {
		return api.Lease(ctx, g, id)
	})
	if err != nil {
		return nil, err
	}
	return found(data.Lease, "lease", leaseOf)
}

// LeaseFilter says which leases.
type LeaseFilter struct {
	// Worker is whose leases; the caller's when zero.
	Worker Principal
	// States are the states wanted; all when empty.
	States []LeaseState
}

// Leases lists leases of a worker, newest first: what it holds after a lost answer or a restart.
func (c *Client) Leases(ctx context.Context, f LeaseFilter, p PageInput) (*Page[*Lease], error) {
	data, err := call(ctx, c, operation{name: "leases"}, func(ctx context.Context, g graphql.Client) (*api.LeasesResponse, error) {
		return api.Leases(ctx, g, f.Worker.orCaller(), named[api.LeaseState](f.States), orNone(p.First), orNone(p.After))
	})
	if err != nil {
		return nil, err
	}
	return pageOf(data.Leases.Nodes, data.Leases.PageInfo, leaseOf, p.First, func(ctx context.Context, p PageInput) (*Page[*Lease], error) {
		return c.Leases(ctx, f, p)
	}), nil
}
