package client

import (
	"context"
	"encoding/json"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// Completion is what the work has brought. Together it must fit into a receipt of 65,536 bytes: put large products elsewhere and
// name them in Artifacts.
type Completion struct {
	// Summary is a sentence for people.
	Summary string
	// Result is any value that encodes as JSON.
	Result any
	// Artifacts say where the work product lies: at most 100 values that encode as JSON objects, such as {type, url}.
	Artifacts []any
	// DeliveryProof is evidence that the product was pushed to its receiver. It satisfies ExpectArtifact when its "status" is
	// "succeeded".
	DeliveryProof any
}

// CompleteTaskInput is what the work on a lease has brought.
type CompleteTaskInput struct {
	LeaseID uuid.UUID
	Completion
}

// CompleteTaskPayload is the task after the call.
type CompleteTaskPayload struct {
	Task *Task
	// Receipt is the task.completed.
	Receipt *Receipt
}

// CompleteTask ends a task with success. Repeated with the same content it gets the first answer, with other content
// LEASE_INVALID_OR_EXPIRED. Codes: LEASE_INVALID_OR_EXPIRED; OUTCOME_REQUIRED, PAYLOAD_TOO_LARGE and BAD_USER_INPUT leave the lease
// live.
func (c *Client) CompleteTask(ctx context.Context, in CompleteTaskInput) (*CompleteTaskPayload, error) {
	input, err := in.encode()
	if err != nil {
		return nil, err
	}
	return c.completeTask(ctx, input)
}

func (c *Client) completeTask(ctx context.Context, input api.CompleteTaskInput) (*CompleteTaskPayload, error) {
	o := operation{name: "completeTask"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.CompleteTaskResponse, error) {
		return api.CompleteTask(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	return &CompleteTaskPayload{Task: taskOf(data.CompleteTask.Task), Receipt: reportOf(data.CompleteTask.Receipt)}, nil
}

// CompleteTaskResult is the result of one item of a batch: exactly one of the two is not nil.
type CompleteTaskResult struct {
	Payload *CompleteTaskPayload
	Err     *Error
}

// CompleteTasks completes at most 500 tasks, each item on its own: one that fails leaves the others done. Results are in the
// order given. The error is that of the whole call.
func (c *Client) CompleteTasks(ctx context.Context, ins []CompleteTaskInput) ([]CompleteTaskResult, error) {
	inputs := make([]api.CompleteTaskInput, len(ins))
	for i, in := range ins {
		var err error
		if inputs[i], err = in.encode(); err != nil {
			return nil, err
		}
	}
	o := operation{name: "completeTasks"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.CompleteTasksResponse, error) {
		return api.CompleteTasks(ctx, g, inputs)
	})
	if err != nil {
		return nil, err
	}
	return mapped(data.CompleteTasks, func(r api.CompleteTasksCompleteTasksCompleteTaskResult) CompleteTaskResult {
		if e := r.Error; e != nil {
			return CompleteTaskResult{Err: &Error{Operation: o.name, Code: Code(e.Code), Message: e.Message, Retryable: e.Retryable}}
		}
		return CompleteTaskResult{Payload: &CompleteTaskPayload{Task: taskOf(r.Payload.Task), Receipt: reportOf(r.Payload.Receipt)}}
	}), nil
}

func (in CompleteTaskInput) encode() (api.CompleteTaskInput, error) {
	input := api.CompleteTaskInput{LeaseId: in.LeaseID, Summary: orNone(in.Summary), Artifacts: make([]json.RawMessage, len(in.Artifacts))}
	var err error
	if input.Result, err = encoded("Result", in.Result); err != nil {
		return input, err
	}
	if input.DeliveryProof, err = encoded("DeliveryProof", in.DeliveryProof); err != nil {
		return input, err
	}
	for i, artifact := range in.Artifacts {
		if input.Artifacts[i], err = required("an artifact", artifact); err != nil {
			return input, err
		}
	}
	return input, nil
}
