package trace

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	oteltrace "go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Provider makes spans; nil makes none.
type Provider = oteltrace.TracerProvider

// Span is what a trace is made of. All its methods do nothing where none is recorded; attributes that cost something to
// compute are for spans that are (IsRecording).
type Span = oteltrace.Span

// scope is who makes the spans, as OpenTelemetry names it.
const scope = "github.com/asyncgate/asyncgate"

// none is the span where none is recorded.
var none Span = noop.Span{}

// Arrive begins the span of a request from outside, in the trace that its W3C headers name, else in a new one. The context
// carries the trace id, with a provider and without.
func Arrive(ctx context.Context, p Provider, traceparent, tracestate, name string) (context.Context, Span) {
	if caller, ok := Remote(traceparent, tracestate); ok {
		ctx = oteltrace.ContextWithRemoteSpanContext(ctx, caller)
	}
	span := none
	if p != nil {
		ctx, span = p.Tracer(scope).Start(ctx, name, oteltrace.WithSpanKind(oteltrace.SpanKindServer))
	}
	return identified(ctx), span
}

// Begin begins a trace of its own, which the context then carries the id of. It is linked with the span that ctx is of.
func Begin(ctx context.Context, p Provider, kind oteltrace.SpanKind, name string) (context.Context, Span) {
	from := oteltrace.SpanContextFromContext(ctx)
	ctx = oteltrace.ContextWithSpan(ctx, none)
	span := none
	if p != nil {
		options := []oteltrace.SpanStartOption{oteltrace.WithNewRoot(), oteltrace.WithSpanKind(kind)}
		if from.IsValid() {
			options = append(options, oteltrace.WithLinks(oteltrace.Link{SpanContext: from}))
		}
		ctx, span = p.Tracer(scope).Start(ctx, name, options...)
	}
	return identified(ctx), span
}

// identified gives ctx the id of the trace that it is part of; a new one when it is of none.
func identified(ctx context.Context) context.Context {
	id := oteltrace.SpanContextFromContext(ctx).TraceID()
	if !id.IsValid() {
		return WithID(ctx, New())
	}
	return WithID(ctx, id.String())
}

// Start begins a span within the one that ctx is of. Where that is not recorded, or over, there is nothing to begin: so no
// span begins after the operation that it is part of, and what goes on after one, as a stream does, makes none.
func Start(ctx context.Context, name string) (context.Context, Span) {
	return start(ctx, name, oteltrace.SpanKindInternal)
}

// StartClient is Start for a call to another service, such as the database.
func StartClient(ctx context.Context, name string) (context.Context, Span) {
	return start(ctx, name, oteltrace.SpanKindClient)
}

func start(ctx context.Context, name string, kind oteltrace.SpanKind) (context.Context, Span) {
	parent := oteltrace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, none
	}
	return parent.TracerProvider().Tracer(scope).Start(ctx, name, oteltrace.WithSpanKind(kind))
}

// Current returns the span that ctx is of.
func Current(ctx context.Context) Span { return oteltrace.SpanFromContext(ctx) }

// Fail marks a span as failed with a kind of error: a code or a type, never a message, which may quote what was sent.
func Fail(span Span, kind string) {
	if span.IsRecording() {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(attribute.String("error.type", kind))
	}
}
