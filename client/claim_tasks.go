package client

import (
	"context"
	"time"

	"github.com/Khan/genqlient/graphql"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// ClaimTasksInput is what a worker wants.
type ClaimTasksInput struct {
	// Types are the types of tasks wanted, at most 1,000; all when empty.
	Types []string
	// Capabilities are what the worker can do. A task is claimable when all that it requires is here.
	Capabilities []string
	// MaxTasks is how many tasks at most: 1 to 100; 1 when it is 0.
	MaxTasks int
	// TTL is how long the leases last: at least 10 s; by default the server's, 120 s. More than the server's limit, 30 min, is
	// taken as that.
	TTL time.Duration
	// Wait is how long to wait for a claimable task when there is none: up to 30 s.
	Wait time.Duration
}

// ClaimTasks claims tasks, best first; none when there were none until the wait was over. It is not repeated when its answer is
// lost: each call claims anew. What a lost answer has claimed is among the caller's active [Client.Leases], until it expires
// and goes to another. Codes: BAD_USER_INPUT, PAYLOAD_TOO_LARGE (the capabilities).
func (c *Client) ClaimTasks(ctx context.Context, in ClaimTasksInput) ([]*Lease, error) {
	input := api.ClaimTasksInput{
		Types: in.Types, Capabilities: in.Capabilities, MaxTasks: orNone(in.MaxTasks), TtlSeconds: secondsOf(in.TTL),
		WaitSeconds: secondsOf(in.Wait),
	}
	o := operation{name: "claimTasks", once: true, wait: in.Wait}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.ClaimTasksResponse, error) {
		return api.ClaimTasks(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	return mapped(data.ClaimTasks.Leases, leaseOf), nil
}
