package auth

import (
	"context"
	"log/slog"

	"github.com/asyncgate/asyncgate/internal/trace"
)

// LogHandler returns a handler that adds to every record of a request whose it is, as far as its context knows: trace_id,
// tenant and principal. It is the one place that does.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

// Handle adds the attributes.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := trace.ID(ctx); id != "" {
		r.AddAttrs(slog.String("trace_id", id))
	}
	if v, ok := ViewerFrom(ctx); ok {
		r.AddAttrs(slog.String("tenant", v.TenantID.String()), slog.String("principal", v.Principal.String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the handler around what has the attributes.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the handler around what has the group.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }
