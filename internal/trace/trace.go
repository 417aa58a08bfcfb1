// Package trace carries the request's trace id, the one name under which a request is found on logs, in errors, on receipts
// and in traces.
//
// The room owes the others an id that is always well-formed: 32 lower-case hexadecimal digits, the trace id of W3C Trace
// Context. Where OpenTelemetry makes spans, it is the trace id of the span. Every span begins here: what comes from outside
// or begins by itself with a provider (Arrive, Begin), all below with nothing but the context (Start), which costs next to
// nothing where there are no spans. The room must never import another room, nor know HTTP beyond the text of two headers,
// nor touch OpenTelemetry's global state.
package trace

import (
	"context"
	"crypto/rand"
	"encoding/hex"
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
