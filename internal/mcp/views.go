package mcp

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

// task is what a model sees of one.
type task struct {
	TaskID  uuid.UUID       `json:"taskId"`
	Type    string          `json:"type"`
	Status  string          `json:"status" jsonschema:"QUEUED, LEASED, RUNNING, SUCCEEDED, FAILED or CANCELED; the last three are final"`
	Done    bool            `json:"done" jsonschema:"true once the status is final"`
	Payload json.RawMessage `json:"payload,omitempty"`
	// PayloadPointer is where a payload lies that was too large to send.
	PayloadPointer string          `json:"payloadPointer,omitempty"`
	Expects        string          `json:"expects,omitempty" jsonschema:"what complete_task must bring: RESULT (a result), ARTIFACT (artifacts or a delivery proof) or ANY"`
	CreatedAt      time.Time       `json:"createdAt"`
	Progress       json.RawMessage `json:"progress,omitempty" jsonschema:"what a worker last reported"`
	Outcome        *outcome        `json:"outcome,omitempty" jsonschema:"how it ended"`
}

type outcome struct {
	Result    json.RawMessage   `json:"result,omitempty"`
	Error     json.RawMessage   `json:"error,omitempty" jsonschema:"why it failed, as the worker said"`
	Reason    string            `json:"reason,omitempty" jsonschema:"why it was canceled"`
	Artifacts []json.RawMessage `json:"artifacts,omitempty" jsonschema:"where the work product lies"`
}

func taskOf(t *client.Task) task {
	out := task{
		TaskID: t.ID, Type: t.Type, Status: string(t.Status), Done: t.Status.Terminal(), Payload: t.Payload, PayloadPointer: t.PayloadPointer,
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
