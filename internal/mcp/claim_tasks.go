package mcp

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

// leaseTime is how long a lease lasts that a model claims: models think for minutes.
const leaseTime = 10 * time.Minute

type claimTasksInput struct {
	Types        []string `json:"types,omitempty" jsonschema:"which types of tasks; all by default"`
	Capabilities []string `json:"capabilities,omitempty" jsonschema:"what you can do: a task is yours to claim when all that it requires is here"`
	MaxTasks     int      `json:"maxTasks,omitempty" jsonschema:"how many at most, 1 to 100; 1 by default. Claim no more than you work on at once"`
	LeaseSeconds seconds  `json:"leaseSeconds,omitempty" jsonschema:"how long you have until the next report_progress, 10 to 1800; 600 by default"`
	WaitSeconds  *seconds `json:"waitSeconds,omitempty" jsonschema:"how long to wait for a task when there is none, 0 to 20; 20 by default"`
}

func (in claimTasksInput) wait() time.Duration { return waitOf(in.WaitSeconds) }

type claimTasksOutput struct {
	Leases []lease `json:"leases" jsonschema:"none when there was nothing to claim until the wait was over: call again later"`
}

type lease struct {
	LeaseID   uuid.UUID `json:"leaseId" jsonschema:"goes with every report on the task"`
	ExpiresAt time.Time `json:"expiresAt" jsonschema:"the task goes to another worker then, unless you have reported"`
	Task      task      `json:"task"`
}

func leaseOf(l *client.Lease) lease {
	return lease{LeaseID: l.ID, ExpiresAt: l.ExpiresAt, Task: taskOf(l.Task)}
}

// active is the caller's leases that have not ended.
var active = client.LeaseFilter{States: []client.LeaseState{client.LeaseActive}}

func leasesOf(list []*client.Lease) []lease {
	leases := make([]lease, len(list))
	for i, l := range list {
		leases[i] = leaseOf(l)
	}
	return leases
}

func claimTasks(t *toolbox) {
	add(t, tool{
		name: "claim_tasks", title: "Claim work",
		description: "Takes tasks to work on, each under a lease that is yours alone until it expires. Work on them, report_progress before expiresAt, and end each with complete_task or fail_task, or give it back with release_task.",
	}, func(ctx context.Context, c *client.Client, in claimTasksInput) (claimTasksOutput, error) {
		claimed, err := c.ClaimTasks(ctx, client.ClaimTasksInput{
			Types: in.Types, Capabilities: in.Capabilities, MaxTasks: in.MaxTasks, TTL: leaseFor(in.LeaseSeconds), Wait: in.wait(),
		})
		if err != nil {
			return claimTasksOutput{}, advise(err, "It may have claimed: held_leases tells what you hold. Claim again if that is nothing.")
		}
		return claimTasksOutput{leasesOf(claimed)}, nil
	})
}

// leaseFor is how long a lease lasts for which so many seconds are asked.
func leaseFor(asked seconds) time.Duration {
	if asked == 0 {
		return leaseTime
	}
	return asked.duration()
}
