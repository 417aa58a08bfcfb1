package client

import (
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// LeaseState is how a lease stands.
type LeaseState string

// The states of a lease. All but LeaseActive are ends.
const (
	LeaseActive    LeaseState = "ACTIVE"
	LeaseCompleted LeaseState = "COMPLETED"
	LeaseFailed    LeaseState = "FAILED"
	LeaseCanceled  LeaseState = "CANCELED"
	LeaseReleased  LeaseState = "RELEASED"
	LeaseExpired   LeaseState = "EXPIRED"
)

// Lease is a worker's exclusive, time-bounded claim on a task.
type Lease struct {
	// ID is the token that every report on the task carries.
	ID uuid.UUID
	// Task is the task as it was when the lease was read.
	Task   *Task
	Worker Principal
	State  LeaseState
	// AcquiredAt, ExpiresAt and EndedAt are by the server's clock; EndedAt is zero while the lease is active.
	AcquiredAt time.Time
	ExpiresAt  time.Time
	EndedAt    time.Time
	// RenewalCount is how often it was renewed, RenewalsRemaining how often it still can be.
	RenewalCount      int
	RenewalsRemaining int
}

func leaseOf(l api.LeaseFields) *Lease {
	return &Lease{
		ID: l.Id, Task: taskOf(l.Task), Worker: principalOf(l.Worker), State: LeaseState(l.State),
		AcquiredAt: l.AcquiredAt, ExpiresAt: l.ExpiresAt, EndedAt: valueOf(l.EndedAt),
		RenewalCount: l.RenewalCount, RenewalsRemaining: l.RenewalsRemaining,
	}
}
