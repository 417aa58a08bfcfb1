package feed

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

// startRead begins the trace of what a follower reads because others committed it. Polls that find nothing have none.
func (f *follower) startRead() (ctx context.Context, end func(error)) {
	if f.hub.opt.Traces == nil {
		return f.ctx, func(error) {}
	}
	ctx, span := trace.Begin(f.ctx, f.hub.opt.Traces, oteltrace.SpanKindInternal, "follow ledger")
	from := f.head
	return ctx, func(err error) {
		span.SetAttributes(attribute.String("asyncgate.tenant", f.tenant.String()), attribute.Int64("asyncgate.receipts", f.head-from))
		if err != nil {
			trace.Fail(span, string(models.CodeOf(err)))
		}
		span.End()
	}
}
