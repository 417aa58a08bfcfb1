package client

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// SubscribeLeaseEnded gives the caller's own leases as they end otherwise than by its report, canceled or expired: time to stop
// that work. It connects again by itself, but nothing is replayed: what ended meanwhile is no longer among the active
// [Client.Leases]. A [Worker] sees to all of that. Its last element is an error, as SubscribeResultReady's.
func (c *Client) SubscribeLeaseEnded(ctx context.Context) iter.Seq2[*Lease, error] {
	return c.leaseEnded(nil).events(ctx, c)
}

func (c *Client) leaseEnded(connected func(again bool)) subscription[*Lease] {
	return subscription[*Lease]{
		name: "leaseEnded", document: api.LeaseEnded_Operation, connected: connected,
		read: func(data json.RawMessage) (*Lease, bool, error) {
			var d api.LeaseEndedResponse
			if err := json.Unmarshal(data, &d); err != nil {
				return nil, false, err
			}
			return leaseOf(d.LeaseEnded), true, nil
		},
	}
}

// TaskAvailability is that there is work.
type TaskAvailability struct {
	// Type is the type of a task that has become claimable.
	Type string
}

// TaskAvailableInput says which work is of interest.
type TaskAvailableInput struct {
	// Types are the types of tasks; all when empty.
	Types []string
	// Capabilities are what the worker can do; a task counts when all that it requires is here.
	Capabilities []string
}

// SubscribeTaskAvailable wakes who waits for work: a matching task has become claimable. Several at once may be told as one, so
// claim until there is nothing left. It connects again by itself, but nothing is replayed: claim from time to time whatever it
// says, or leave all of that to a [Worker], or to the Wait of [Client.ClaimTasks]. Its last element is an error, as
// SubscribeResultReady's.
func (c *Client) SubscribeTaskAvailable(ctx context.Context, in TaskAvailableInput) iter.Seq2[TaskAvailability, error] {
	return subscription[TaskAvailability]{
		name: "taskAvailable", document: api.TaskAvailable_Operation,
		variables: func(context.Context) (map[string]any, error) {
			return map[string]any{"types": in.Types, "capabilities": in.Capabilities}, nil
		},
		read: func(data json.RawMessage) (TaskAvailability, bool, error) {
			var d api.TaskAvailableResponse
			if err := json.Unmarshal(data, &d); err != nil {
				return TaskAvailability{}, false, err
			}
			return TaskAvailability{Type: d.TaskAvailable.Type}, true, nil
		},
	}.events(ctx, c)
}
