package client

import (
	"context"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// Task returns a task of the tenant by its id. NOT_FOUND: there is none such.
func (c *Client) Task(ctx context.Context, id uuid.UUID) (*Task, error) {
	data, err := call(ctx, c, operation{name: "task"}, func(ctx context.Context, g graphql.Client) (*api.TaskResponse, error) {
		return api.Task(ctx, g, id)
	})
	if err != nil {
		return nil, err
	}
	return found(data.Task, "task", taskOf)
}

// AwaitTask returns a task once it is terminal, or as it is when the time is up: up to 30 s, whole seconds. Call it again to go
// on waiting; to wait for many, use [Client.SubscribeResultReady]. NOT_FOUND: there is none such.
func (c *Client) AwaitTask(ctx context.Context, id uuid.UUID, timeout time.Duration) (*Task, error) {
	o := operation{name: "awaitTask", wait: timeout}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.AwaitTaskResponse, error) {
		return api.AwaitTask(ctx, g, id, wholeSeconds(timeout))
	})
	if err != nil {
		return nil, err
	}
	return found(data.AwaitTask, o.name, taskOf)
}

// TaskFilter says which tasks: those that match every field that is not zero.
type TaskFilter struct {
	Statuses       []TaskStatus
	Types          []string
	CreatedBy      Principal
	IdempotencyKey string
	// CreatedAfter is inclusive, CreatedBefore exclusive.
	CreatedAfter  time.Time
	CreatedBefore time.Time
}

// Tasks lists the tenant's tasks, newest first.
func (c *Client) Tasks(ctx context.Context, f TaskFilter, p PageInput) (*Page[*Task], error) {
	filter := api.TaskFilter{
		Statuses: named[api.TaskStatus](f.Statuses), Types: f.Types, IdempotencyKey: orNone(f.IdempotencyKey),
		CreatedBy: f.CreatedBy.orCaller(), CreatedAfter: orNone(f.CreatedAfter), CreatedBefore: orNone(f.CreatedBefore),
	}
	data, err := call(ctx, c, operation{name: "tasks"}, func(ctx context.Context, g graphql.Client) (*api.TasksResponse, error) {
		return api.Tasks(ctx, g, &filter, orNone(p.First), orNone(p.After))
	})
	if err != nil {
		return nil, err
	}
	return pageOf(data.Tasks.Nodes, data.Tasks.PageInfo, taskOf, p.First, func(ctx context.Context, p PageInput) (*Page[*Task], error) {
		return c.Tasks(ctx, f, p)
	}), nil
}

// QueueStat is how many tasks of one type have one status.
type QueueStat struct {
	Type   string
	Status TaskStatus
	Count  int
	// OldestEligibleAt is since when the oldest claimable one could have been claimed; zero when none is claimable.
	OldestEligibleAt time.Time
}

// QueueStats counts the tenant's tasks by type and status, in at most 1,000 rows.
func (c *Client) QueueStats(ctx context.Context) ([]QueueStat, error) {
	data, err := call(ctx, c, operation{name: "queueStats"}, api.QueueStats)
	if err != nil {
		return nil, err
	}
	return mapped(data.QueueStats, func(s api.QueueStatsQueueStatsQueueStat) QueueStat {
		return QueueStat{Type: s.Type, Status: TaskStatus(s.Status), Count: s.Count, OldestEligibleAt: valueOf(s.OldestEligibleAt)}
	}), nil
}

// found is what a query by id has found. The API answers null for what is not there, as for what another tenant has.
func found[A, B any](node *A, name string, convert func(A) *B) (*B, error) {
	if node == nil {
		return nil, &Error{Operation: name, Code: CodeNotFound, Message: "the tenant has no such id"}
	}
	return convert(*node), nil
}
