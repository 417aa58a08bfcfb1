package mcp

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type openObligationsOutput struct {
	Obligations []obligation `json:"obligations" jsonschema:"oldest first"`
	EndCursor   string       `json:"endCursor,omitempty" jsonschema:"set when there are more: call again with it as after"`
}

// obligation is a task that is still owed.
type obligation struct {
	TaskID         uuid.UUID `json:"taskId"`
	Type           string    `json:"type"`
	IdempotencyKey string    `json:"idempotencyKey,omitempty" jsonschema:"what you called it"`
	Since          time.Time `json:"since"`
	ReceiptID      uuid.UUID `json:"receiptId" jsonschema:"the receipt that says so"`
}

// obligationOf reads what the receipt's body, a task.assigned, says of the task.
func obligationOf(r *client.Receipt) (obligation, error) {
	var assigned struct {
		Type           string `json:"task_type"`
		IdempotencyKey string `json:"idempotency_key"`
	}
	err := json.Unmarshal(r.Body, &assigned)
	return obligation{r.TaskID, assigned.Type, assigned.IdempotencyKey, r.CreatedAt, r.ID}, err
}

func openObligations(t *toolbox) {
	add(t, tool{
		name: "open_obligations", title: "What is still owed", reads: true,
		description: "Lists the tasks of yours whose result is still owed to you: created, and neither completed, failed nor canceled. Look here when you have forgotten what you delegated; await_task tells more of each, collect_results gives what has come.",
	}, func(ctx context.Context, c *client.Client, in pageInput) (openObligationsOutput, error) {
		page, err := c.OpenObligations(ctx, client.Principal{}, in.page())
		if err != nil {
			return openObligationsOutput{}, err
		}
		out := openObligationsOutput{Obligations: make([]obligation, len(page.Nodes)), EndCursor: endOf(page)}
		for i, r := range page.Nodes {
			if out.Obligations[i], err = obligationOf(r); err != nil {
				return openObligationsOutput{}, err
			}
		}
		return out, nil
	})
}
