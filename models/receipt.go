package models

import (
	"time"

	"github.com/google/uuid"
)

// ReceiptType says what a receipt tells; the value is its wire string.
type ReceiptType string

// The types of receipts.
const (
	TaskAssigned        ReceiptType = "task.assigned"
	TaskAccepted        ReceiptType = "task.accepted"
	TaskStarted         ReceiptType = "task.started"
	TaskProgressed      ReceiptType = "task.progress"
	TaskCompleted       ReceiptType = "task.completed"
	TaskFailed          ReceiptType = "task.failed"
	TaskCanceled        ReceiptType = "task.canceled"
	TaskRetryScheduled  ReceiptType = "task.retry_scheduled"
	TaskResultReady     ReceiptType = "task.result_ready"
	LeaseReleasedType   ReceiptType = "lease.released"
	LeaseExpiredType    ReceiptType = "lease.expired"
	ReceiptAcknowledged ReceiptType = "receipt.acknowledged"
	SystemAnomaly       ReceiptType = "system.anomaly"
)

// ReceiptTypes returns all of them, in the order of a task's life.
func ReceiptTypes() []ReceiptType {
	return []ReceiptType{
		TaskAssigned, TaskAccepted, TaskStarted, TaskProgressed, TaskCompleted, TaskFailed, TaskCanceled, TaskRetryScheduled,
		TaskResultReady, LeaseReleasedType, LeaseExpiredType, ReceiptAcknowledged, SystemAnomaly,
	}
}

// terminators is the termination table: which types of receipt close an obligation of a type. Its keys are the types
// that stay owed.
var terminators = map[ReceiptType][]ReceiptType{
	TaskAssigned: {TaskCompleted, TaskFailed, TaskCanceled},
}

// IsObligation tells whether a receipt of this type stays owed until a terminal receipt answers it.
func (t ReceiptType) IsObligation() bool { return len(terminators[t]) > 0 }

// Terminates tells whether a receipt of this type closes an obligation of the given type.
func (t ReceiptType) Terminates(obligation ReceiptType) bool {
	for _, by := range terminators[obligation] {
		if by == t {
			return true
		}
	}
	return false
}

// Receipt is one immutable entry of the tenant's ledger.
type Receipt struct {
	ID       uuid.UUID
	TenantID uuid.UUID
	// Seq is its place in the tenant's ledger: 1, 2, 3, … without a gap, in commit order.
	Seq  int64
	Type ReceiptType
	From Principal
	To   Principal
	// TaskID and LeaseID are uuid.Nil when the receipt speaks of none.
	TaskID  uuid.UUID
	LeaseID uuid.UUID
	// Parents are the receipts that this one answers, in the order given.
	Parents []uuid.UUID
	// Body is canonical; {} when archived.
	Body JSON
	// BodyHash is the digest of the body, "" when it was written empty. It stays when the body is archived.
	BodyHash  string
	Hash      string
	Archived  bool
	TraceID   string
	CreatedAt time.Time
}

// Terminates tells whether r closes the obligation o: the table allows it, r answers o, and both are of one task and
// tenant.
func (r *Receipt) Terminates(o *Receipt) bool {
	if !r.Type.Terminates(o.Type) || r.TaskID != o.TaskID || r.TenantID != o.TenantID {
		return false
	}
	for _, p := range r.Parents {
		if p == o.ID {
			return true
		}
	}
	return false
}

// Envelope returns what the receipt's hash covers.
func (r *Receipt) Envelope() Envelope {
	return Envelope{
		Type: r.Type, TaskID: r.TaskID, LeaseID: r.LeaseID,
		From: r.From, To: r.To, Parents: r.Parents, BodyHash: r.BodyHash,
	}
}
