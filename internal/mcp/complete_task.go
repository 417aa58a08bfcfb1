package mcp

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type completeTaskInput struct {
	LeaseID   uuid.UUID         `json:"leaseId"`
	Summary   string            `json:"summary,omitempty" jsonschema:"a sentence for people who read the ledger. The owner is given result and artifacts only: what it must know belongs there"`
	Result    json.RawMessage   `json:"result,omitempty" jsonschema:"what the work has brought, any JSON value; with everything else less than 64 KiB. Put what is larger elsewhere and name it in artifacts"`
	Artifacts []json.RawMessage `json:"artifacts,omitempty" jsonschema:"where the work product lies: JSON objects such as {type, url}, at most 100"`
}

type endedOutput struct {
	Task      task      `json:"task"`
	ReceiptID uuid.UUID `json:"receiptId" jsonschema:"the receipt of this report"`
}

func completeTask(t *toolbox) {
	add(t, tool{
		name: "complete_task", title: "Complete a task", repeatable: true,
		description: "Ends a claimed task with success and delivers the result to its owner. Calling again with the same content is safe. OUTCOME_REQUIRED means that the task expects a result or artifacts: call again with them.",
	}, func(ctx context.Context, c *client.Client, in completeTaskInput) (endedOutput, error) {
		completion := client.Completion{Summary: in.Summary, Result: orNil(in.Result)}
		for _, a := range in.Artifacts {
			completion.Artifacts = append(completion.Artifacts, a)
		}
		done, err := c.CompleteTask(ctx, client.CompleteTaskInput{LeaseID: in.LeaseID, Completion: completion})
		if err != nil {
			return endedOutput{}, err
		}
		return endedOutput{Task: stateOf(done.Task), ReceiptID: done.Receipt.ID}, nil
	})
}

// orNil is a value as the client takes it: nil, which is none, for one that was left out.
func orNil(v json.RawMessage) any {
	if v == nil {
		return nil
	}
	return v
}
