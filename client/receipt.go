package client

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// ReceiptType is what a receipt tells. New types may be added at any time: tolerate them.
type ReceiptType string

// The types of receipts. The schema lists the keys of their bodies.
const (
	TaskAssignedReceipt        ReceiptType = "TASK_ASSIGNED"
	TaskAcceptedReceipt        ReceiptType = "TASK_ACCEPTED"
	TaskStartedReceipt         ReceiptType = "TASK_STARTED"
	TaskProgressReceipt        ReceiptType = "TASK_PROGRESS"
	TaskCompletedReceipt       ReceiptType = "TASK_COMPLETED"
	TaskFailedReceipt          ReceiptType = "TASK_FAILED"
	TaskCanceledReceipt        ReceiptType = "TASK_CANCELED"
	TaskRetryScheduledReceipt  ReceiptType = "TASK_RETRY_SCHEDULED"
	TaskResultReadyReceipt     ReceiptType = "TASK_RESULT_READY"
	LeaseReleasedReceipt       ReceiptType = "LEASE_RELEASED"
	LeaseExpiredReceipt        ReceiptType = "LEASE_EXPIRED"
	ReceiptAcknowledgedReceipt ReceiptType = "RECEIPT_ACKNOWLEDGED"
	SystemAnomalyReceipt       ReceiptType = "SYSTEM_ANOMALY"
)

// Receipt is one immutable entry of the tenant's ledger: who tells whom what, about which task, answering which receipts.
type Receipt struct {
	ID   uuid.UUID
	Type ReceiptType
	From Principal
	To   Principal
	// TaskID and LeaseID are the task and the lease that it is about, ParentIDs the receipts that it answers. They need the
	// scope READ; in the answers to mutations, which don't, they are zero.
	TaskID    uuid.UUID
	LeaseID   uuid.UUID
	ParentIDs []uuid.UUID
	// Body is what its type says, at most 65,536 bytes; {} when archived. Tolerate new keys.
	Body json.RawMessage
	// BodyHash is the SHA-256 of the canonical body, in hex; "" for an empty one.
	BodyHash string
	// Archived tells whether the body has moved to an archive file.
	Archived bool
	// Hash is the SHA-256 of the canonical envelope, in hex.
	Hash string
	// Seq is its place in the tenant's ledger: 1, 2, 3, … without a gap. The only order of the ledger.
	Seq       int64
	CreatedAt time.Time
	// Obligation tells whether a receipt of this type stays owed until a terminal receipt answers it, Open whether this one
	// still is.
	Obligation bool
	Open       bool
}

func receiptOf(r api.ReceiptFields) *Receipt {
	receipt := &Receipt{
		ID: r.Id, Type: ReceiptType(r.Type), From: principalOf(r.From), To: principalOf(r.To),
		ParentIDs: mapped(r.Parents, func(p api.ReceiptFieldsParentsReceipt) uuid.UUID { return p.Id }),
		Body:      r.Body, BodyHash: valueOf(r.BodyHash), Archived: r.Archived, Hash: r.Hash, Seq: r.Seq, CreatedAt: r.CreatedAt,
		Obligation: r.IsObligation, Open: valueOf(r.IsOpen),
	}
	if r.Task != nil {
		receipt.TaskID = r.Task.Id
	}
	if r.Lease != nil {
		receipt.LeaseID = r.Lease.Id
	}
	return receipt
}

// reportOf is a receipt as an answer to a mutation has it.
func reportOf(r api.ReportFields) *Receipt {
	return &Receipt{
		ID: r.Id, Type: ReceiptType(r.Type), From: principalOf(r.From), To: principalOf(r.To),
		Body: r.Body, BodyHash: valueOf(r.BodyHash), Archived: r.Archived, Hash: r.Hash, Seq: r.Seq, CreatedAt: r.CreatedAt,
		Obligation: r.IsObligation, Open: valueOf(r.IsOpen),
	}
}
