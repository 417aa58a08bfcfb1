package models

import (
	"time"

	"github.com/google/uuid"
)

// TaskStatus is how far a task is; the value is its wire string.
type TaskStatus string

// The statuses. Succeeded, failed and canceled are terminal and never change.
const (
	StatusQueued    TaskStatus = "queued"
	StatusLeased    TaskStatus = "leased"
	StatusRunning   TaskStatus = "running"
	StatusSucceeded TaskStatus = "succeeded"
	StatusFailed    TaskStatus = "failed"
	StatusCanceled  TaskStatus = "canceled"
)

// TaskStatuses returns all of them, in the order of a task's life.
func TaskStatuses() []TaskStatus {
	return []TaskStatus{StatusQueued, StatusLeased, StatusRunning, StatusSucceeded, StatusFailed, StatusCanceled}
}

// Terminal tells whether s never changes again.
func (s TaskStatus) Terminal() bool {
	return s == StatusSucceeded || s == StatusFailed || s == StatusCanceled
}

// Held tells whether a lease holds a task of this status.
func (s TaskStatus) Held() bool { return s == StatusLeased || s == StatusRunning }

// ExpectedOutcome is what a completion must bring.
type ExpectedOutcome string

// The expected outcomes. OutcomeArtifact is satisfied by artifacts or by a succeeded delivery proof.
const (
	OutcomeAny      ExpectedOutcome = "any"
	OutcomeResult   ExpectedOutcome = "result"
	OutcomeArtifact ExpectedOutcome = "artifact"
)

// Requirements are what a worker must be able to do (capabilities), and free labels that are never matched (tags).
type Requirements struct {
	Capabilities []string
	Tags         []string
}

// JSON returns the canonical form that receipts carry.
func (r Requirements) JSON() JSON {
	return Object(map[string]JSON{"capabilities": Strings(r.Capabilities), "tags": Strings(r.Tags)})
}

// CheckSkills returns BAD_USER_INPUT for types and capabilities that no task can have: what a worker says of itself.
func CheckSkills(types, capabilities []string) error {
	for what, list := range map[string][]string{"types": types, "capabilities": capabilities} {
		if len(list) > MaxSkills {
			return Errorf(CodeBadUserInput, "%d %s; at most %d are allowed", len(list), what, MaxSkills)
		}
	}
	for _, t := range types {
		if err := CheckName("one of types", t, MaxTypeLength); err != nil {
			return err
		}
	}
	for _, c := range capabilities {
		if err := CheckText("one of capabilities", c, MaxLabelLength); err != nil {
			return err
		}
	}
	return nil
}

// Spec is what a task was created with: all that a retry copies.
type Spec struct {
	Type            string
	Payload         JSON // "" when absent
	PayloadPointer  *string
	Priority        int
	Requirements    Requirements
	ExpectedOutcome ExpectedOutcome
	MaxAttempts     int
	// RetryBackoffSeconds is the base of the exponential delay between attempts.
	RetryBackoffSeconds int
}

// Task is execution state: what is to be done and how far it is.
type Task struct {
	Spec
	ID             uuid.UUID
	TenantID       uuid.UUID
	Status         TaskStatus
	CreatedBy      Principal
	IdempotencyKey *string
	// Fingerprint is the digest of the creating content, for the idempotency key; "" without one.
	Fingerprint string
	// Attempt counts failed attempts that were retried; ExpiryCount leases lost to the clock.
	Attempt        int
	ExpiryCount    int
	CreatedAt      time.Time
	UpdatedAt      time.Time
	NextEligibleAt *time.Time
	StartedAt      *time.Time
	// ObligationID is the id of the task.assigned receipt.
	ObligationID uuid.UUID
	// Outcome is nil until the task is terminal; of an archived task it has only status and time.
	Outcome  *TaskOutcome
	Progress *TaskProgress
	// Archived tells whether payload, progress and the rest of the outcome have moved to an archive file. PayloadHash is
	// that of the payload then, "" when there was none.
	Archived    bool
	PayloadHash string
}

// TaskOutcome is how a terminal task ended; set once.
type TaskOutcome struct {
	Status      TaskStatus
	Result      JSON // "" when absent
	Error       JSON // "" when absent
	Reason      *string
	Artifacts   []JSON
	CompletedAt time.Time
}

// TaskProgress is the last progress reported, kept for the next holder.
type TaskProgress struct {
	Data      JSON
	UpdatedAt time.Time
}

// EligibilityReason says why a task can or can't be claimed now.
type EligibilityReason string

// The reasons.
const (
	EligibilityClaimable EligibilityReason = "CLAIMABLE"
	EligibilityDelayed   EligibilityReason = "DELAYED"
	EligibilityLeased    EligibilityReason = "LEASED"
	EligibilityTerminal  EligibilityReason = "TERMINAL"
)

// Eligibility tells whether a worker could claim the task now and, if not, why and until when.
type Eligibility struct {
	Claimable bool
	Reason    EligibilityReason
	At        *time.Time
}

// Eligibility of the task at now; lease is the one that holds it, or nil.
func (t *Task) Eligibility(now time.Time, lease *Lease) Eligibility {
	switch {
	case t.Status.Terminal():
		return Eligibility{Reason: EligibilityTerminal}
	case t.Status.Held():
		e := Eligibility{Reason: EligibilityLeased}
		if lease != nil {
			e.At = &lease.ExpiresAt
		}
		return e
	case t.NextEligibleAt != nil && t.NextEligibleAt.After(now):
		return Eligibility{Reason: EligibilityDelayed, At: t.NextEligibleAt}
	default:
		return Eligibility{Claimable: true, Reason: EligibilityClaimable}
	}
}
