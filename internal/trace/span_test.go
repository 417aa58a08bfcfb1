package trace_test

import (
	"context"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/asyncgate/asyncgate/internal/trace"
)

const remoteID, remoteSpan = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

func TestArriveTakesTheTraceOfTheHeader(t *testing.T) {
	t.Parallel()
	provider, _ := recorded(t)
	for name, tt := range map[string]struct {
		header string
		want   string
	}{
		"well-formed":                 {"00-" + remoteID + "-" + remoteSpan + "-01", remoteID},
		"random, and not sampled":     {"00-" + remoteID + "-" + remoteSpan + "-02", remoteID},
		"flags of another time":       {"00-" + remoteID + "-" + remoteSpan + "-f8", remoteID},
		"version 00 with a dash":      {"00-" + remoteID + "-" + remoteSpan + "-01-", ""},
		"a later version, longer":     {"01-" + remoteID + "-" + remoteSpan + "-01-what-comes", remoteID},
		"empty":                       {"", ""},
		"upper case":                  {"00-" + strings.ToUpper(remoteID) + "-" + remoteSpan + "-01", ""},
		"all zeros":                   {"00-" + strings.Repeat("0", 32) + "-" + remoteSpan + "-01", ""},
		"parent all zeros":            {"00-" + remoteID + "-0000000000000000-01", ""},
		"version ff":                  {"ff-" + remoteID + "-" + remoteSpan + "-01", ""},
		"version 00 with a tail":      {"00-" + remoteID + "-" + remoteSpan + "-01-x", ""},
		"later version, bad tail":     {"01-" + remoteID + "-" + remoteSpan + "-01x", ""},
		"not hexadecimal":             {"00-" + remoteID[:31] + "g-" + remoteSpan + "-01", ""},
		"dashes in the wrong places":  {"000" + remoteID + "-" + remoteSpan + "-01", ""},
		"too short":                   {"00-" + remoteID + "-" + remoteSpan, ""},
		"control characters as an id": {"00-" + strings.Repeat("\x00", 32) + "-" + remoteSpan + "-01", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, p := range []trace.Provider{nil, provider} {
				ctx, span := trace.Arrive(t.Context(), p, tt.header, "", "request")
				span.End()
				id := trace.ID(ctx)
				if len(id) != 32 || (id == remoteID) != (tt.want != "") {
					t.Errorf("with provider %v: %q, want %q", p != nil, id, tt.want)
				}
				if p != nil && span.SpanContext().TraceID().String() != id {
					t.Errorf("the span is of trace %s, the context of %s", span.SpanContext().TraceID(), id)
				}
			}
		})
	}
}

func TestArriveContinuesTheCallersSpan(t *testing.T) {
	t.Parallel()
	provider, exporter := recorded(t)
	_, span := trace.Arrive(t.Context(), provider, "00-"+remoteID+"-"+remoteSpan+"-01", "vendor=opaque", "request")
	span.End()
	_, unsampled := trace.Arrive(t.Context(), provider, "00-"+remoteID+"-"+remoteSpan+"-00", "", "request")
	unsampled.End()
	spans := exporter.GetSpans()
	if len(spans) != 1 {
		t.Fatalf("%d spans, want that of the request that is sampled", len(spans))
	}
	got := spans[0]
	if got.Parent.SpanID().String() != remoteSpan || !got.Parent.IsRemote() || got.SpanContext.TraceState().Get("vendor") != "opaque" {
		t.Errorf("parent %s, remote %v, tracestate %q", got.Parent.SpanID(), got.Parent.IsRemote(), got.SpanContext.TraceState())
	}
}

func TestBeginLinksInsteadOfContinuing(t *testing.T) {
	t.Parallel()
	provider, exporter := recorded(t)
	ctx, span := trace.Arrive(t.Context(), provider, "00-"+remoteID+"-"+remoteSpan+"-01", "", "connection")
	span.End()
	operation, second := trace.Begin(ctx, provider, oteltrace.SpanKindServer, "operation")
	second.End()
	got := exporter.GetSpans()[1]
	if trace.ID(operation) == remoteID || trace.ID(operation) != got.SpanContext.TraceID().String() || got.Parent.IsValid() {
		t.Errorf("the operation is of trace %s, its span of %s below %s", trace.ID(operation), got.SpanContext.TraceID(), got.Parent.SpanID())
	}
	if len(got.Links) != 1 || got.Links[0].SpanContext.SpanID() != span.SpanContext().SpanID() {
		t.Errorf("links %v, want one with %s", got.Links, span.SpanContext().SpanID())
	}
	without, _ := trace.Begin(ctx, nil, oteltrace.SpanKindServer, "operation")
	if id := trace.ID(without); len(id) != 32 || id == remoteID {
		t.Errorf("without a provider the operation is of trace %q", id)
	}
}

func TestStartBeginsNothingWhereNothingIsRecorded(t *testing.T) {
	t.Parallel()
	provider, exporter := recorded(t)
	ctx, over := trace.Arrive(t.Context(), provider, "", "", "over")
	over.End()
	unsampled, _ := trace.Arrive(t.Context(), provider, "00-"+remoteID+"-"+remoteSpan+"-00", "", "unsampled")
	for name, parent := range map[string]context.Context{"none": t.Context(), "over": ctx, "unsampled": unsampled} {
		got, span := trace.Start(parent, "child")
		trace.Fail(span, "fault")
		span.End()
		if got != parent || span.IsRecording() {
			t.Errorf("below a span that is %s, one began", name)
		}
	}
	if n := len(exporter.GetSpans()); n != 1 {
		t.Errorf("%d spans, want one", n)
	}
}

func BenchmarkStartWhereNothingIsRecorded(b *testing.B) {
	ctx, _ := trace.Arrive(b.Context(), nil, "", "", "request")
	b.ReportAllocs()
	for b.Loop() {
		_, span := trace.Start(ctx, "child")
		span.End()
	}
}

func recorded(t *testing.T) (*sdktrace.TracerProvider, *tracetest.InMemoryExporter) {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	t.Cleanup(func() { _ = provider.Shutdown(context.Background()) })
	return provider, exporter
}
