package models

import (
	"time"

	"github.com/google/uuid"
)

// LeaseState is how a lease stands; the value is its wire string.
type LeaseState string

// The states. Active until it ends: completed, failed and canceled with the task's attempt, released by the worker,
// expired by the clock.
const (
	LeaseActive    LeaseState = "active"
	LeaseCompleted LeaseState = "completed"
	LeaseFailed    LeaseState = "failed"
	LeaseCanceled  LeaseState = "canceled"
	LeaseReleased  LeaseState = "released"
	LeaseExpired   LeaseState = "expired"
)

// Lease is a worker's exclusive, time-bounded claim on a task; its id is the token that every report must carry.
type Lease struct {
	ID         uuid.UUID
	TenantID   uuid.UUID
	TaskID     uuid.UUID
	Worker     Principal
	State      LeaseState
	AcquiredAt time.Time
	ExpiresAt  time.Time
	EndedAt    *time.Time
	// RenewalCount counts renewals; ProgressSequence is the highest sequence reported.
	RenewalCount     int
	ProgressSequence int
	// ReportHash is the digest of the report that ended the lease, "" for other ends: a repeat is told by it.
	ReportHash string
}

// Live tells whether the worker may still report on the lease at now. A lease past its expiry is dead at once, though
// the sweep ends it later.
func (l *Lease) Live(now time.Time) bool { return l.State == LeaseActive && now.Before(l.ExpiresAt) }

// RenewalsRemaining returns how many renewals are left under a limit.
func (l *Lease) RenewalsRemaining(limit int) int { return max(0, limit-l.RenewalCount) }
