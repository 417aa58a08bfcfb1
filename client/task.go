package client

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// TaskStatus is how far a task is.
type TaskStatus string

// The statuses of a task. The last three are terminal: such a task never changes again.
const (
	TaskQueued    TaskStatus = "QUEUED"
	TaskLeased    TaskStatus = "LEASED"
	TaskRunning   TaskStatus = "RUNNING"
	TaskSucceeded TaskStatus = "SUCCEEDED"
	TaskFailed    TaskStatus = "FAILED"
	TaskCanceled  TaskStatus = "CANCELED"
)

// Terminal tells whether a task of this status has ended.
func (s TaskStatus) Terminal() bool {
	return s == TaskSucceeded || s == TaskFailed || s == TaskCanceled
}

// ExpectedOutcome is what a completion must bring.
type ExpectedOutcome string

// The expected outcomes. ExpectArtifact is satisfied by artifacts or by a delivery proof whose status is "succeeded".
const (
	ExpectAny      ExpectedOutcome = "ANY"
	ExpectResult   ExpectedOutcome = "RESULT"
	ExpectArtifact ExpectedOutcome = "ARTIFACT"
)

// Task is a unit of work: what is to be done, for whom, and how far it is.
type Task struct {
	ID     uuid.UUID
	Type   string
	Status TaskStatus
	// Payload is what the worker needs to know; nil when none was given.
	Payload json.RawMessage
	// PayloadPointer says where the payload lies that was too large to send; else "".
	PayloadPointer string
	// Priority: higher is claimed first.
	Priority        int
	Requirements    Requirements
	ExpectedOutcome ExpectedOutcome
	// CreatedBy is the owner.
	CreatedBy Principal
	// IdempotencyKey is the key that it was created with; "" for none.
	IdempotencyKey string
	// Attempt counts the failed attempts that were retried so far; a lost lease is none.
	Attempt     int
	MaxAttempts int
	// ExpiryCount counts the leases lost to the clock so far.
	ExpiryCount int
	// RetryBackoff is the pause before the first retry; each further one waits twice as long.
	RetryBackoff time.Duration
	CreatedAt    time.Time
	UpdatedAt    time.Time
	// NextEligibleAt is before when it can't be claimed; zero for now.
	NextEligibleAt time.Time
	// StartedAt is when its worker started; zero before, and again when it is requeued.
	StartedAt time.Time
	// Progress is what was last reported; nil before, and kept for the next holder after a lost lease.
	Progress *Progress
	// Outcome is how it ended; nil until then.
	Outcome *Outcome
}

// Requirements are what a task asks of its worker, and how it is labelled.
type Requirements struct {
	// Capabilities are what a worker must be able to do to see the task: at most 64 of 1 to 128 characters.
	Capabilities []string
	// Tags are labels for people, never matched: at most 64 of 1 to 128 characters.
	Tags []string
}

// Progress is what a worker last said about its progress.
type Progress struct {
	Data      json.RawMessage
	UpdatedAt time.Time
}

// Outcome is how a terminal task ended.
type Outcome struct {
	Status TaskStatus
	// Result is what the worker brought; nil on failure and cancellation, and when it brought none.
	Result json.RawMessage
	// Error is what went wrong, as the worker said it; nil unless failed.
	Error json.RawMessage
	// Reason is why it was canceled; "" unless canceled with one.
	Reason string
	// Artifacts say where the work product lies: JSON objects such as {type, url}.
	Artifacts   []json.RawMessage
	CompletedAt time.Time
}

func taskOf(t api.TaskFields) *Task {
	task := &Task{
		ID: t.Id, Type: t.Type, Status: TaskStatus(t.Status), Payload: valueOf(t.Payload), PayloadPointer: valueOf(t.PayloadPointer),
		Priority: t.Priority, Requirements: Requirements(t.Requirements), ExpectedOutcome: ExpectedOutcome(t.ExpectedOutcome),
		CreatedBy: principalOf(t.CreatedBy), IdempotencyKey: valueOf(t.IdempotencyKey),
		Attempt: t.Attempt, MaxAttempts: t.MaxAttempts, ExpiryCount: t.ExpiryCount,
		RetryBackoff: time.Duration(t.RetryBackoffSeconds) * time.Second, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
		NextEligibleAt: valueOf(t.NextEligibleAt), StartedAt: valueOf(t.StartedAt), Progress: (*Progress)(t.Progress),
	}
	if o := t.Outcome; o != nil {
		task.Outcome = &Outcome{
			Status: TaskStatus(o.Status), Result: valueOf(o.Result), Error: valueOf(o.Error), Reason: valueOf(o.Reason),
			Artifacts: o.Artifacts, CompletedAt: o.CompletedAt,
		}
	}
	return task
}
