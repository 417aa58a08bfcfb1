package mcp

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

// task is what a model sees of one.
type task struct {
	TaskID         uuid.UUID       `json:"taskId"`
	Type           string          `json:"type"`
	Status         string          `json:"status" jsonschema:"QUEUED, LEASED, RUNNING, SUCCEEDED, FAILED or CANCELED; the last three are final"`
	Done           bool            `json:"done" jsonschema:"true once the status is final"`
	IdempotencyKey string          `json:"idempotencyKey,omitempty" jsonschema:"what its owner called it"`
	FailedAttempts int             `json:"failedAttempts,omitempty" jsonschema:"how often it was tried, failed and was queued again"`
	Payload        json.RawMessage `json:"payload,omitempty"`
	PayloadPointer string          `json:"payloadPointer,omitempty" jsonschema:"where a payload lies that was too large to send"`
	Expects        string          `json:"expects,omitempty" jsonschema:"what complete_task must bring: RESULT (a result), ARTIFACT (artifacts or a delivery proof) or ANY"`
	CreatedAt      time.Time       `json:"createdAt"`
	Progress       json.RawMessage `json:"progress,omitempty" jsonschema:"what a worker last reported"`
	Outcome        *outcome        `json:"outcome,omitempty" jsonschema:"how it ended"`
	Archived       bool            `json:"archived,omitempty" jsonschema:"true when payload and outcome have moved to an archive file"`
}

type outcome struct {
	Result    json.RawMessage   `json:"result,omitempty"`
	Error     json.RawMessage   `json:"error,omitempty" jsonschema:"why it failed, as the worker said"`
	Reason    string            `json:"reason,omitempty" jsonschema:"why it was canceled"`
	Artifacts []json.RawMessage `json:"artifacts,omitempty" jsonschema:"where the work product lies"`
}

func taskOf(t *client.Task) task {
	out := task{
		TaskID: t.ID, Type: t.Type, Status: string(t.Status), Done: t.Status.Terminal(), IdempotencyKey: t.IdempotencyKey,
		FailedAttempts: t.Attempt, Payload: t.Payload, PayloadPointer: t.PayloadPointer,
		Expects: string(t.ExpectedOutcome), CreatedAt: t.CreatedAt,
	}
	if t.Progress != nil {
		out.Progress = t.Progress.Data
	}
	if o := t.Outcome; o != nil {
		out.Outcome = &outcome{Result: o.Result, Error: o.Error, Reason: o.Reason, Artifacts: o.Artifacts}
	}
	return out
}

// resultOf is a task without its payload, for owners, who know it or may ask for it: a model pays for each word.
func resultOf(t *client.Task) task {
	out := taskOf(t)
	out.Payload = nil
	return out
}

// stateOf is a task without what its worker has just been given or has said.
func stateOf(t *client.Task) task {
	out := resultOf(t)
	out.Progress, out.Outcome = nil, nil
	return out
}
