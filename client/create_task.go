package client

import (
	"context"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// CreateTaskInput is the task to create. Only Type is needed.
type CreateTaskInput struct {
	// Type is what kind of work it is, 1 to 255 characters; workers choose by it.
	Type string
	// Payload is what the worker needs to know: any value that encodes as JSON of at most 1 MiB; a json.RawMessage is sent as it is.
	Payload any
	// PayloadPointer says where a payload lies that is too large to send.
	PayloadPointer string
	Requirements   Requirements
	// Priority: higher is claimed first; −1,000,000 to 1,000,000.
	Priority        int
	ExpectedOutcome ExpectedOutcome // ExpectAny when empty
	// IdempotencyKey makes the call repeatable by other processes and after restarts too: the same key and content from the same
	// creator returns the task that it created first. 1 to 255 characters; when it is empty, the client makes one for this call.
	IdempotencyKey string
	// MaxAttempts is how often the task is tried before a retryable failure is final: 1 to 1,000; by default the server's, 2.
	MaxAttempts int
	// RetryBackoff is the pause before the first retry, doubled for each further one: up to a day; by default the server's, 15 s.
	RetryBackoff time.Duration
	// Delay is how long it can't be claimed yet: up to a year.
	Delay time.Duration
	// ParentReceiptIDs are receipts that the task answers or continues: at most 10.
	ParentReceiptIDs []uuid.UUID
}

// CreateTaskPayload is the task that was created.
type CreateTaskPayload struct {
	// Task is the task as it is now.
	Task *Task
	// Created is false when the key had created the task before. After a lost answer that may have been this very call.
	Created bool
}

// CreateTask creates a task, owned by the caller. Codes: BAD_USER_INPUT, PAYLOAD_TOO_LARGE, NOT_FOUND (a parent),
// IDEMPOTENCY_CONFLICT.
func (c *Client) CreateTask(ctx context.Context, in CreateTaskInput) (*CreateTaskPayload, error) {
	input, err := in.encode()
	if err != nil {
		return nil, err
	}
	o := operation{name: "createTask"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.CreateTaskResponse, error) {
		return api.CreateTask(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	return &CreateTaskPayload{Task: taskOf(data.CreateTask.Task), Created: data.CreateTask.Created}, nil
}

// CreateTasks creates at most 500 tasks, all or none, and returns them in the order given. Codes are those of CreateTask.
func (c *Client) CreateTasks(ctx context.Context, ins []CreateTaskInput) ([]CreateTaskPayload, error) {
	inputs := make([]api.CreateTaskInput, len(ins))
	for i, in := range ins {
		var err error
		if inputs[i], err = in.encode(); err != nil {
			return nil, err
		}
	}
	o := operation{name: "createTasks"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.CreateTasksResponse, error) {
		return api.CreateTasks(ctx, g, inputs)
	})
	if err != nil {
		return nil, err
	}
	return mapped(data.CreateTasks, func(p api.CreateTasksCreateTasksCreateTaskPayload) CreateTaskPayload {
		return CreateTaskPayload{Task: taskOf(p.Task), Created: p.Created}
	}), nil
}

func (in CreateTaskInput) encode() (api.CreateTaskInput, error) {
	payload, err := encoded("Payload", in.Payload)
	return api.CreateTaskInput{
		Type: in.Type, Payload: payload, PayloadPointer: orNone(in.PayloadPointer),
		Requirements: &api.TaskRequirementsInput{Capabilities: in.Requirements.Capabilities, Tags: in.Requirements.Tags},
		Priority:     orNone(in.Priority), ExpectedOutcome: orNone(api.ExpectedOutcome(in.ExpectedOutcome)),
		IdempotencyKey: new(keyOr(in.IdempotencyKey)), MaxAttempts: orNone(in.MaxAttempts),
		RetryBackoffSeconds: secondsOf(in.RetryBackoff), DelaySeconds: secondsOf(in.Delay), ParentReceiptIds: in.ParentReceiptIDs,
	}, err
}

// keyOr is the key, or one that nobody else has: the same for all attempts at a call.
func keyOr(key string) string {
	if key == "" {
		return uuid.NewString()
	}
	return key
}
