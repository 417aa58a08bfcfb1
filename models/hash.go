package models

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"
)

// Envelope is what a receipt's hash covers: who tells whom what kind of thing about which task, answering which
// receipts, with which body. Id, seq, time, tenant and trace id are not in it.
type Envelope struct {
	Type ReceiptType
	// TaskID and LeaseID are uuid.Nil when the receipt speaks of none.
	TaskID, LeaseID uuid.UUID
	From, To        Principal
	// Parents in any order; one that is listed twice counts twice.
	Parents []uuid.UUID
	// BodyHash is BodyHash(body); "" for an empty one.
	BodyHash string
}

// JSON returns the canonical text of the envelope, with its parents sorted: what Hash digests.
func (e Envelope) JSON() JSON {
	parents := make([]string, len(e.Parents))
	for i, id := range e.Parents {
		parents[i] = id.String()
	}
	slices.Sort(parents)
	bodyHash := Null
	if e.BodyHash != "" {
		bodyHash = String(e.BodyHash)
	}
	return Object(map[string]JSON{
		"body_hash":    bodyHash,
		"from_id":      String(e.From.ID),
		"from_kind":    String(string(e.From.Kind)),
		"lease_id":     idOrNull(e.LeaseID),
		"parents":      Strings(parents),
		"receipt_type": String(string(e.Type)),
		"task_id":      idOrNull(e.TaskID),
		"to_id":        String(e.To.ID),
		"to_kind":      String(string(e.To.Kind)),
	})
}

// Hash returns the receipt's hash, 64 lower-case hexadecimal digits: equal for receipts that say the same thing, and
// recomputable from what the API returns of one.
func Hash(e Envelope) string { return sha256Hex(e.JSON()) }

// BodyHash returns the hash of a receipt's body, 64 lower-case hexadecimal digits, or "" (null in the envelope) when it
// is empty: absent, null or {}.
func BodyHash(body JSON) string {
	if body.IsNull() || body == "{}" {
		return ""
	}
	return sha256Hex(body)
}

func sha256Hex(text JSON) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func idOrNull(id uuid.UUID) JSON {
	if id == uuid.Nil {
		return Null
	}
	return String(id.String())
}
