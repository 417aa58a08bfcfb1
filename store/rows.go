package store

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// The row structs are the tables as Go sees them, private to this room. Their bun tags are the one list of columns: reads
// scan into them, and the batch writer takes names, types and values from the same tags.

// instant is a point in time with the precision of a microsecond: timestamptz on PostgreSQL, sortable text on SQLite.
type instant time.Time

// Value writes the fixed-width text that SQLite sorts by and PostgreSQL reads.
func (t instant) Value() (driver.Value, error) { return models.FormatTime(time.Time(t)), nil }

// Scan reads what either database returns.
func (t *instant) Scan(src any) error {
	switch v := src.(type) {
	case time.Time:
		*t = instant(v.UTC())
		return nil
	case string:
		parsed, err := time.Parse(time.RFC3339Nano, v)
		*t = instant(parsed.UTC())
		return err
	default:
		return fmt.Errorf("an instant can't be read from %T", src)
	}
}

func instantPtr(t *time.Time) *instant {
	if t == nil {
		return nil
	}
	i := instant(*t)
	return &i
}

func timePtr(i *instant) *time.Time {
	if i == nil {
		return nil
	}
	t := time.Time(*i)
	return &t
}

// jsonText is canonical JSON as the database keeps it; nil pointers are NULL.
type jsonText string

// Value writes the text.
func (j jsonText) Value() (driver.Value, error) { return string(j), nil }

// Scan reads text or bytes.
func (j *jsonText) Scan(src any) error {
	switch v := src.(type) {
	case string:
		*j = jsonText(v)
	case []byte:
		*j = jsonText(v)
	default:
		return fmt.Errorf("JSON can't be read from %T", src)
	}
	return nil
}

func jsonPtr(j models.JSON) *jsonText {
	if j == "" {
		return nil
	}
	t := jsonText(j)
	return &t
}

func jsonValue(t *jsonText) models.JSON {
	if t == nil {
		return ""
	}
	return models.JSON(*t)
}

func nullID(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

func nullText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

type taskRow struct {
	bun.BaseModel `bun:"table:tasks,alias:t"`

	TenantID            uuid.UUID `bun:"tenant_id,pk,type:uuid"`
	ID                  uuid.UUID `bun:"id,pk,type:uuid"`
	Type                string    `bun:"type"`
	Status              string    `bun:"status"`
	Payload             *jsonText `bun:"payload,type:json"`
	PayloadPointer      *string   `bun:"payload_pointer"`
	Priority            int       `bun:"priority"`
	Capabilities        jsonText  `bun:"capabilities,type:jsonb"`
	Tags                jsonText  `bun:"tags,type:jsonb"`
	ExpectedOutcome     string    `bun:"expected_outcome"`
	CreatedByKind       string    `bun:"created_by_kind"`
	CreatedByID         string    `bun:"created_by_id"`
	IdempotencyKey      *string   `bun:"idempotency_key"`
	Fingerprint         string    `bun:"fingerprint"`
	Attempt             int       `bun:"attempt"`
	ExpiryCount         int       `bun:"expiry_count"`
	MaxAttempts         int       `bun:"max_attempts"`
	RetryBackoffSeconds int       `bun:"retry_backoff_seconds"`
	CreatedAt           instant   `bun:"created_at"`
	UpdatedAt           instant   `bun:"updated_at"`
	NextEligibleAt      *instant  `bun:"next_eligible_at"`
	StartedAt           *instant  `bun:"started_at"`
	ObligationID        uuid.UUID `bun:"obligation_id,type:uuid"`
	Outcome             *jsonText `bun:"outcome,type:json"`
	Progress            *jsonText `bun:"progress,type:json"`
	ProgressAt          *instant  `bun:"progress_at"`
	// Lane is NULL until a claim has put the task there; of a task that is not queued it says nothing.
	Lane        uuid.NullUUID `bun:"lane,type:uuid"`
	Archived    bool          `bun:"archived"`
	PayloadHash *string       `bun:"payload_hash"`
}

type leaseRow struct {
	bun.BaseModel `bun:"table:leases,alias:l"`

	TenantID         uuid.UUID `bun:"tenant_id,pk,type:uuid"`
	ID               uuid.UUID `bun:"id,pk,type:uuid"`
	TaskID           uuid.UUID `bun:"task_id,type:uuid"`
	WorkerKind       string    `bun:"worker_kind"`
	WorkerID         string    `bun:"worker_id"`
	State            string    `bun:"state"`
	AcquiredAt       instant   `bun:"acquired_at"`
	ExpiresAt        instant   `bun:"expires_at"`
	EndedAt          *instant  `bun:"ended_at"`
	RenewalCount     int       `bun:"renewal_count"`
	ProgressSequence int       `bun:"progress_sequence"`
	ReportHash       string    `bun:"report_hash"`
}

type receiptRow struct {
	bun.BaseModel `bun:"table:receipts,alias:r"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk,type:uuid"`
	ID        uuid.UUID     `bun:"id,pk,type:uuid"`
	Seq       int64         `bun:"seq"`
	Type      string        `bun:"type"`
	FromKind  string        `bun:"from_kind"`
	FromID    string        `bun:"from_id"`
	ToKind    string        `bun:"to_kind"`
	ToID      string        `bun:"to_id"`
	TaskID    uuid.NullUUID `bun:"task_id,type:uuid"`
	LeaseID   uuid.NullUUID `bun:"lease_id,type:uuid"`
	Parents   jsonText      `bun:"parents,type:jsonb"`
	Body      jsonText      `bun:"body,type:json"`
	BodyHash  *string       `bun:"body_hash"`
	Hash      string        `bun:"hash"`
	Archived  bool          `bun:"archived"`
	TraceID   string        `bun:"trace_id"`
	CreatedAt instant       `bun:"created_at"`
}

type obligationRow struct {
	bun.BaseModel `bun:"table:obligations,alias:o"`

	TenantID  uuid.UUID     `bun:"tenant_id,pk,type:uuid"`
	ReceiptID uuid.UUID     `bun:"receipt_id,pk,type:uuid"`
	Seq       int64         `bun:"seq"`
	ToKind    string        `bun:"to_kind"`
	ToID      string        `bun:"to_id"`
	TaskID    uuid.UUID     `bun:"task_id,type:uuid"`
	ClosedBy  uuid.NullUUID `bun:"closed_by,type:uuid"`
	ClosedSeq *int64        `bun:"closed_seq"`
}

type acknowledgementRow struct {
	bun.BaseModel `bun:"table:acknowledgements,alias:a"`

	TenantID        uuid.UUID     `bun:"tenant_id,pk,type:uuid"`
	ReceiptID       uuid.UUID     `bun:"receipt_id,pk,type:uuid"`
	Seq             int64         `bun:"seq"`
	ToKind          string        `bun:"to_kind"`
	ToID            string        `bun:"to_id"`
	AcknowledgedBy  uuid.NullUUID `bun:"acknowledged_by,type:uuid"`
	AcknowledgedSeq *int64        `bun:"acknowledged_seq"`
}

type taskCountRow struct {
	bun.BaseModel `bun:"table:task_counts,alias:c"`

	TenantID uuid.UUID `bun:"tenant_id,pk,type:uuid"`
	Type     string    `bun:"type,pk"`
	Status   string    `bun:"status,pk"`
	Count    int64     `bun:"count"`
}

type apiKeyRow struct {
	bun.BaseModel `bun:"table:api_keys,alias:k"`

	ID            uuid.UUID `bun:"id,pk,type:uuid"`
	Hash          []byte    `bun:"hash,type:bytea"`
	TenantID      uuid.UUID `bun:"tenant_id,type:uuid"`
	PrincipalKind string    `bun:"principal_kind"`
	PrincipalID   string    `bun:"principal_id"`
	Scopes        string    `bun:"scopes"` // between single spaces
	CreatedAt     instant   `bun:"created_at"`
	ExpiresAt     *instant  `bun:"expires_at"`
	RevokedAt     *instant  `bun:"revoked_at"`
	LastUsedAt    *instant  `bun:"last_used_at"`
}
