package engine

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// A batch is many callers', each with a trace of its own. Its span is part of the first one's, and linked with all of them,
// as each of their spans is linked with it: whichever trace one reads, the transaction is found.

// startBatch begins the span of a transaction that executes calls.
func startBatch(ctx context.Context, calls []*call) (context.Context, trace.Span) {
	first := firstRecorded(calls)
	if first != nil {
		ctx = oteltrace.ContextWithSpan(ctx, first)
	}
	ctx, span := trace.Start(ctx, "commit batch")
	if !span.IsRecording() {
		return ctx, span
	}
	tenant := calls[0].viewer.TenantID.String()
	span.SetAttributes(attribute.String("asyncgate.tenant", tenant), attribute.Int("asyncgate.batch.size", len(calls)))
	batch := oteltrace.Link{SpanContext: span.SpanContext()}
	var last oteltrace.SpanID
	for _, c := range calls {
		caller := c.span.SpanContext()
		if !caller.IsValid() || caller.SpanID() == last {
			continue // nobody's, or of several commands of one caller
		}
		last = caller.SpanID()
		span.AddLink(oteltrace.Link{SpanContext: caller})
		c.span.AddEvent("batch begins")
		if c.span != first {
			c.span.AddLink(batch)
		}
	}
	return ctx, span
}

// firstRecorded returns the first span that is recorded; nil when none is.
func firstRecorded(calls []*call) trace.Span {
	for _, c := range calls {
		if c.span.IsRecording() {
			return c.span
		}
	}
	return nil
}

// endBatch ends the span of a transaction: what it decided, or that it failed.
func endBatch(span trace.Span, s *state, err error) {
	switch {
	case !span.IsRecording():
		return
	case err != nil:
		trace.Fail(span, string(models.CodeOf(err)))
	case s != nil:
		span.SetAttributes(attribute.Int("asyncgate.batch.receipts", len(s.receipts)))
	}
	span.End()
}

// startSweep begins the trace of what a sweep found; one that finds nothing leaves none, nor gives receipts an id that leads
// nowhere.
func (e *Engine) startSweep(ctx context.Context, due []store.DueLease) (sweep context.Context, end func()) {
	if e.options.Traces == nil || len(due) == 0 {
		return ctx, func() {}
	}
	ctx, span := trace.Begin(ctx, e.options.Traces, oteltrace.SpanKindInternal, "sweep")
	span.SetAttributes(attribute.Int("asyncgate.leases.due", len(due)))
	return ctx, func() { span.End() }
}
