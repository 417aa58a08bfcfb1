package models

import (
	"bytes"
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
func (e Envelope) JSON() JSON { return JSON(e.append(nil)) }

// append appends the canonical text. It is written as it stands, since each receipt is hashed while others wait.
func (e Envelope) append(dst []byte) []byte {
	dst = append(dst, `{"body_hash":`...)
	if e.BodyHash == "" {
		dst = append(dst, Null...)
	} else {
		dst = appendString(dst, e.BodyHash)
	}
	dst = appendString(append(dst, `,"from_id":`...), e.From.ID)
	dst = appendString(append(dst, `,"from_kind":`...), string(e.From.Kind))
	dst = appendID(append(dst, `,"lease_id":`...), e.LeaseID)
	dst = append(dst, `,"parents":[`...)
	for i, id := range sortedIDs(e.Parents) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuotedID(dst, id)
	}
	dst = appendString(append(dst, `],"receipt_type":`...), string(e.Type))
	dst = appendID(append(dst, `,"task_id":`...), e.TaskID)
	dst = appendString(append(dst, `,"to_id":`...), e.To.ID)
	dst = appendString(append(dst, `,"to_kind":`...), string(e.To.Kind))
	return append(dst, '}')
}

// sortedIDs returns ids in the order of their texts, which is that of their bytes.
func sortedIDs(ids []uuid.UUID) []uuid.UUID {
	if len(ids) < 2 {
		return ids
	}
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return sorted
}

// Hash returns the receipt's hash, 64 lower-case hexadecimal digits: equal for receipts that say the same thing, and
// recomputable from what the API returns of one.
func Hash(e Envelope) string {
	var usual [1 << 10]byte
	return sha256Hex(e.append(usual[:0]))
}

// BodyHash returns the hash of a receipt's body, 64 lower-case hexadecimal digits, or "" (null in the envelope) when it
// is empty: absent, null or {}.
func BodyHash(body JSON) string {
	if body.IsNull() || body == "{}" {
		return ""
	}
	return sha256Hex([]byte(body))
}

// PayloadHash returns the hash of a task's payload, 64 lower-case hexadecimal digits, or "" when it has none. Unlike a body, an
// empty payload is one.
func PayloadHash(payload JSON) string {
	if payload == "" {
		return ""
	}
	return sha256Hex([]byte(payload))
}

func sha256Hex(text []byte) string {
	sum := sha256.Sum256(text)
	var digits [2 * sha256.Size]byte
	hex.Encode(digits[:], sum[:])
	return string(digits[:])
}

// appendID appends an id, or null for uuid.Nil.
func appendID(dst []byte, id uuid.UUID) []byte {
	if id == uuid.Nil {
		return append(dst, Null...)
	}
	return appendQuotedID(dst, id)
}

func appendQuotedID(dst []byte, id uuid.UUID) []byte {
	return append(append(append(dst, '"'), id.String()...), '"')
}
