package models

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A cursor is opaque to clients and bound to its tenant and its kind, so that one from elsewhere is refused instead of
// silently restarting a list. Inside, it is base64url of the kind, the tenant and the position.
type cursorKind byte

const (
	ledgerCursor cursorKind = 'r'
	taskCursor   cursorKind = 't'
	leaseCursor  cursorKind = 'l'
)

// LedgerStart is the cursor before the first receipt of any ledger.
const LedgerStart = "0"

// LedgerCursor returns the cursor of a position in the tenant's ledger.
func LedgerCursor(tenant uuid.UUID, seq int64) string {
	if seq == 0 {
		return LedgerStart
	}
	return encodeCursor(ledgerCursor, tenant, binary.BigEndian.AppendUint64(nil, uint64(seq)))
}

// ParseLedgerCursor returns the position; BAD_USER_INPUT when the cursor is malformed, of another tenant or another kind.
// Whether the position is beyond the head, only the ledger knows.
func ParseLedgerCursor(tenant uuid.UUID, cursor string) (int64, error) {
	if cursor == LedgerStart {
		return 0, nil
	}
	position, err := decodeCursor(ledgerCursor, tenant, cursor, 8)
	if err != nil {
		return 0, err
	}
	seq := int64(binary.BigEndian.Uint64(position))
	if seq <= 0 {
		return 0, errCursor
	}
	return seq, nil
}

// Place is a position in a list ordered by time, then id: tasks and leases, newest first.
type Place struct {
	At time.Time
	ID uuid.UUID
}

// TaskCursor returns the cursor of a task in lists of tasks.
func TaskCursor(t *Task) string { return placeCursor(taskCursor, t.TenantID, Place{t.CreatedAt, t.ID}) }

// LeaseCursor returns the cursor of a lease in lists of leases.
func LeaseCursor(l *Lease) string {
	return placeCursor(leaseCursor, l.TenantID, Place{l.AcquiredAt, l.ID})
}

// ParseTaskCursor returns the place; BAD_USER_INPUT as ParseLedgerCursor.
func ParseTaskCursor(tenant uuid.UUID, cursor string) (Place, error) {
	return parsePlace(taskCursor, tenant, cursor)
}

// ParseLeaseCursor returns the place; BAD_USER_INPUT as ParseLedgerCursor.
func ParseLeaseCursor(tenant uuid.UUID, cursor string) (Place, error) {
	return parsePlace(leaseCursor, tenant, cursor)
}

var errCursor = Errorf(CodeBadUserInput, "not a cursor of this list; pass one that it returned, unchanged")

func placeCursor(kind cursorKind, tenant uuid.UUID, p Place) string {
	position := binary.BigEndian.AppendUint64(nil, uint64(p.At.UnixMicro()))
	return encodeCursor(kind, tenant, append(position, p.ID[:]...))
}

func parsePlace(kind cursorKind, tenant uuid.UUID, cursor string) (Place, error) {
	position, err := decodeCursor(kind, tenant, cursor, 24)
	if err != nil {
		return Place{}, err
	}
	micros := int64(binary.BigEndian.Uint64(position))
	if micros < 0 || micros > maxMicros {
		return Place{}, errCursor
	}
	return Place{At: time.UnixMicro(micros).UTC(), ID: uuid.UUID(position[8:])}, nil
}

// maxMicros is the end of the year 9999, the last that the databases and RFC 3339 share.
const maxMicros = 253_402_300_799_999_999

func encodeCursor(kind cursorKind, tenant uuid.UUID, position []byte) string {
	b := append([]byte{byte(kind)}, tenant[:]...)
	return base64.RawURLEncoding.EncodeToString(append(b, position...))
}

func decodeCursor(kind cursorKind, tenant uuid.UUID, cursor string, size int) ([]byte, error) {
	if len(cursor) > 64 || strings.ContainsAny(cursor, "\r\n") { // base64 reads over the ends of lines
		return nil, errCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != 17+size || cursorKind(b[0]) != kind || uuid.UUID(b[1:17]) != tenant {
		return nil, errCursor
	}
	return b[17:], nil
}
