package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// The lines of a file are canonical JSON, so that a body stands in its line byte for byte as it was hashed. A receipt's line has
// the keys of the envelope that its hash covers, and what the hash doesn't; chain is the task whose chain it belongs to.

func receiptLine(chain uuid.UUID, r *models.Receipt) models.JSON {
	return models.Object(map[string]models.JSON{
		"record": `"receipt"`, "chain": idJSON(chain), "id": idJSON(r.ID), "seq": models.Int(int(r.Seq)),
		"receipt_type": models.String(string(r.Type)), "task_id": idJSON(r.TaskID), "lease_id": idJSON(r.LeaseID),
		"from_kind": models.String(string(r.From.Kind)), "from_id": models.String(r.From.ID),
		"to_kind": models.String(string(r.To.Kind)), "to_id": models.String(r.To.ID),
		"parents": parentsJSON(r.Parents), "body": r.Body, "body_hash": hashJSON(r.BodyHash), "hash": models.String(r.Hash),
		"trace_id": models.String(r.TraceID), "created_at": models.Time(r.CreatedAt),
	})
}

// taskLine has a null payload_hash where there was no payload, and a null progress_at where there was no progress.
func taskLine(b *store.TaskBody, payloadHash string) models.JSON {
	at := models.Null
	if b.ProgressAt != nil {
		at = models.Time(*b.ProgressAt)
	}
	return models.Object(map[string]models.JSON{
		"record": `"task"`, "chain": idJSON(b.TaskID), "id": idJSON(b.TaskID), "payload": b.Payload,
		"payload_hash": hashJSON(payloadHash), "outcome": b.Outcome, "progress": b.Progress, "progress_at": at,
	})
}

func idJSON(id uuid.UUID) models.JSON {
	if id == uuid.Nil {
		return models.Null
	}
	return models.String(id.String())
}

func hashJSON(hash string) models.JSON {
	if hash == "" {
		return models.Null
	}
	return models.String(hash)
}

func parentsJSON(ids []uuid.UUID) models.JSON {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return models.Strings(texts)
}

// A line is one that was read: a receipt or a task, and the chain it belongs to.
type line struct {
	chain   uuid.UUID
	receipt *models.Receipt
	task    *store.TaskBody
	// payloadHash is what a task's line says.
	payloadHash string
}

// parseLine takes what the line says, which is written as it would be here, to the byte; whether its hashes hold is for the reader.
func parseLine(text []byte) (line, error) {
	var raw struct {
		Record      string          `json:"record"`
		Chain       uuid.UUID       `json:"chain"`
		ID          uuid.UUID       `json:"id"`
		Seq         int64           `json:"seq"`
		Type        string          `json:"receipt_type"`
		TaskID      uuid.UUID       `json:"task_id"`
		LeaseID     uuid.UUID       `json:"lease_id"`
		FromKind    string          `json:"from_kind"`
		FromID      string          `json:"from_id"`
		ToKind      string          `json:"to_kind"`
		ToID        string          `json:"to_id"`
		Parents     []uuid.UUID     `json:"parents"`
		Body        json.RawMessage `json:"body"`
		BodyHash    string          `json:"body_hash"`
		Hash        string          `json:"hash"`
		TraceID     string          `json:"trace_id"`
		CreatedAt   time.Time       `json:"created_at"`
		Payload     json.RawMessage `json:"payload"`
		PayloadHash string          `json:"payload_hash"`
		Outcome     json.RawMessage `json:"outcome"`
		Progress    json.RawMessage `json:"progress"`
		ProgressAt  *time.Time      `json:"progress_at"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return line{}, fmt.Errorf("no line of an archive: %w", err)
	}
	l := line{chain: raw.Chain}
	switch raw.Record {
	case "receipt":
		l.receipt = &models.Receipt{
			ID: raw.ID, Seq: raw.Seq, Type: models.ReceiptType(raw.Type), TaskID: raw.TaskID, LeaseID: raw.LeaseID,
			From:    models.Principal{Kind: models.PrincipalKind(raw.FromKind), ID: raw.FromID},
			To:      models.Principal{Kind: models.PrincipalKind(raw.ToKind), ID: raw.ToID},
			Parents: raw.Parents, Body: models.JSON(raw.Body), BodyHash: raw.BodyHash, Hash: raw.Hash, TraceID: raw.TraceID, CreatedAt: raw.CreatedAt,
		}
	case "task":
		l.task = &store.TaskBody{TaskID: raw.ID, Outcome: models.JSON(raw.Outcome), ProgressAt: raw.ProgressAt}
		if l.payloadHash = raw.PayloadHash; l.payloadHash != "" {
			l.task.Payload = models.JSON(raw.Payload)
		}
		if raw.ProgressAt != nil {
			l.task.Progress = models.JSON(raw.Progress)
		}
	default:
		return l, fmt.Errorf("no line of an archive: its record is %q", raw.Record)
	}
	if string(l.text()) != string(text) {
		return line{}, errors.New("no line of an archive: it is not written as one")
	}
	return l, nil
}

func (l line) text() models.JSON {
	if l.task != nil {
		return taskLine(l.task, l.payloadHash)
	}
	return receiptLine(l.chain, l.receipt)
}

// faults says what of the line contradicts itself; "" when nothing does.
func (l line) faults() string {
	switch r := l.receipt; {
	case r == nil && models.PayloadHash(l.task.Payload) != l.payloadHash:
		return "the payload is not the one that its hash is of"
	case r == nil:
		return ""
	case r.TaskID != uuid.Nil && r.TaskID != l.chain:
		return "it stands in the chain of another task"
	case models.BodyHash(r.Body) != r.BodyHash:
		return "the body is not the one that its hash is of"
	case models.Hash(r.Envelope()) != r.Hash:
		return "the envelope is not the one that its hash is of"
	default:
		return ""
	}
}
