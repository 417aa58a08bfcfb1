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

// JSON returns the canonical text of the envelope, with its parents sorted: what Hash digests. It is written as it stands,
// since each receipt is hashed while others wait.
func (e Envelope) JSON() JSON {
	text := make([]byte, 0, 512)
	add := func(key, value string) { text = appendQuoted(append(text, key...), validUTF8(value)) }
	addOrNull := func(key, value string) {
		if value == "" {
			text = append(append(text, key...), Null...)
			return
		}
		add(key, value)
	}
	addOrNull(`{"body_hash":`, e.BodyHash)
	add(`,"from_id":`, e.From.ID)
	add(`,"from_kind":`, string(e.From.Kind))
	addOrNull(`,"lease_id":`, idOrNone(e.LeaseID))
	text = append(append(text, `,"parents":`...), sortedIDs(e.Parents)...)
	add(`,"receipt_type":`, string(e.Type))
	addOrNull(`,"task_id":`, idOrNone(e.TaskID))
	add(`,"to_id":`, e.To.ID)
	add(`,"to_kind":`, string(e.To.Kind))
	return JSON(append(text, '}'))
}

func sortedIDs(ids []uuid.UUID) JSON {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	slices.Sort(texts)
	return Strings(texts)
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

func idOrNone(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}
