package mcp

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type openObligationsInput struct {
	First int    `json:"first,omitempty" jsonschema:"how many at most, 1 to 200; 20 by default"`
	After string `json:"after,omitempty" jsonschema:"the endCursor of the page before"`
}

type openObligationsOutput struct {
	Obligations []obligation `json:"obligations" jsonschema:"oldest first"`
	EndCursor   string       `json:"endCursor,omitempty" jsonschema:"set when there are more: call again with it as after"`
}

// obligation is a task that is still owed.
type obligation struct {
	ReceiptID uuid.UUID `json:"receiptId"`
	TaskID    uuid.UUID `json:"taskId"`
	Seq       int64     `json:"seq"`
	Since     time.Time `json:"since"`
}

func openObligations(t *toolbox) {
	add(t, tool{
		name: "open_obligations", title: "What is still owed", reads: true,
		description: "Lists the tasks of yours whose result is still owed to you: created, and neither completed, failed nor canceled. Look here when you have forgotten what you delegated; await_task tells more of each.",
	}, func(ctx context.Context, c *client.Client, in openObligationsInput) (openObligationsOutput, error) {
		if in.First == 0 {
			in.First = 20
		}
		page, err := c.OpenObligations(ctx, client.Principal{}, client.PageInput{First: in.First, After: in.After})
		if err != nil {
			return openObligationsOutput{}, err
		}
		out := openObligationsOutput{Obligations: make([]obligation, len(page.Nodes))}
		for i, r := range page.Nodes {
			out.Obligations[i] = obligation{ReceiptID: r.ID, TaskID: r.TaskID, Seq: r.Seq, Since: r.CreatedAt}
		}
		if page.HasNextPage {
			out.EndCursor = page.EndCursor
		}
		return out, nil
	})
}
