package mcp

import (
	"context"

	"github.com/asyncgate/asyncgate/client"
)

type heldLeasesOutput struct {
	Leases    []lease `json:"leases" jsonschema:"newest first"`
	EndCursor string  `json:"endCursor,omitempty" jsonschema:"set when there are more: call again with it as after"`
}

func heldLeases(t *toolbox) {
	add(t, tool{
		name: "held_leases", title: "What is held", reads: true,
		description: "Lists the tasks that you hold, each with its lease and the last progress. Look here when you have forgotten what you claimed, or the answer to claim_tasks was lost.",
	}, func(ctx context.Context, c *client.Client, in pageInput) (heldLeasesOutput, error) {
		page, err := c.Leases(ctx, active, in.page())
		if err != nil {
			return heldLeasesOutput{}, err
		}
		return heldLeasesOutput{leasesOf(page.Nodes), endOf(page)}, nil
	})
}
