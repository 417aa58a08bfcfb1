package client

import (
	"context"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// FailTaskInput is what went wrong.
type FailTaskInput struct {
	LeaseID uuid.UUID
	// Error is any value but nil that encodes as JSON, in a request of at most 16 MiB. One that is too large for a receipt is kept as {truncated: true, preview}.
	Error any
	// Retryable tells whether another attempt may help. It is made while attempt + 1 < maxAttempts.
	Retryable bool
	// RetryAfter is the pause before the next attempt: 0 to a year; the task's backoff when nil.
	RetryAfter *time.Duration
}

// FailTaskPayload is the task after the call.
type FailTaskPayload struct {
	// Task is queued again, or failed.
	Task *Task
	// Requeued tells whether another attempt follows, NextEligibleAt when it can be claimed.
	Requeued       bool
	NextEligibleAt time.Time
	// Receipt is the task.retry_scheduled when another attempt follows, else the task.failed.
	Receipt *Receipt
}

// FailTask ends an attempt with failure. Repeated with the same content it gets the first answer, with other content
// LEASE_INVALID_OR_EXPIRED. Codes: LEASE_INVALID_OR_EXPIRED, BAD_USER_INPUT.
func (c *Client) FailTask(ctx context.Context, in FailTaskInput) (*FailTaskPayload, error) {
	text, err := required("Error", in.Error)
	if err != nil {
		return nil, err
	}
	input := api.FailTaskInput{LeaseId: in.LeaseID, Error: text, Retryable: new(in.Retryable)}
	if in.RetryAfter != nil {
		input.RetryAfterSeconds = new(wholeSeconds(*in.RetryAfter))
	}
	o := operation{name: "failTask"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.FailTaskResponse, error) {
		return api.FailTask(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	f := data.FailTask
	return &FailTaskPayload{
		Task: taskOf(f.Task), Requeued: f.Requeued, NextEligibleAt: valueOf(f.NextEligibleAt), Receipt: reportOf(f.Receipt),
	}, nil
}
