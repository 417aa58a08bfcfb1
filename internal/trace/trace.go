// Package trace carries the request's trace id, the one name under which a request is found on logs, in errors and on
// receipts.
//
// The room owes the others an id that is always well-formed: 32 lower-case hexadecimal digits, the trace id of W3C Trace
// Context. It must never import another room, nor know HTTP beyond the text of a header.
package trace

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
)

type contextKey struct{}

// WithID returns a context that carries the trace id.
func WithID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}

// ID returns the trace id that ctx carries, "" when it carries none.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(contextKey{}).(string)
	return id
}

// New returns a random trace id.
func New() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return hex.EncodeToString(b[:])
}

// FromTraceparent returns the trace id of a W3C traceparent header, or ok false when the header is not well-formed.
// Unknown versions are read as the recommendation asks: their first fields mean what they mean in version 00.
func FromTraceparent(header string) (id string, ok bool) {
	const idEnd, flagsEnd = 35, 55
	if len(header) < flagsEnd || header[2] != '-' || header[idEnd] != '-' || header[52] != '-' {
		return "", false
	}
	version, id, parent, flags := header[:2], header[3:idEnd], header[36:52], header[53:flagsEnd]
	if !isHex(version) || !isHex(id) || !isHex(parent) || !isHex(flags) || version == "ff" {
		return "", false
	}
	if rest := header[flagsEnd:]; rest != "" && (version == "00" || rest[0] != '-') {
		return "", false
	}
	if zero(id) || zero(parent) {
		return "", false
	}
	return id, true
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}

func zero(s string) bool { return strings.Trim(s, "0") == "" }
