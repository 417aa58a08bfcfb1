package testkit

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Spans are those that a test's rooms have ended.
type Spans struct {
	// Provider is for the rooms.
	Provider oteltrace.TracerProvider

	tb       testing.TB
	exporter *tracetest.InMemoryExporter
}

// NewSpans returns a collection that records every span.
func NewSpans(tb testing.TB) *Spans {
	tb.Helper()
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	tb.Cleanup(func() { _ = provider.Shutdown(context.Background()) })
	return &Spans{Provider: provider, tb: tb, exporter: exporter}
}

// All returns the spans, in the order in which they ended.
func (s *Spans) All() tracetest.SpanStubs { return s.exporter.GetSpans() }

// Await waits for a span of that name, and returns the first that has ended.
func (s *Spans) Await(name string) tracetest.SpanStub {
	s.tb.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	for {
		all := s.All()
		if i := slices.IndexFunc(all, func(span tracetest.SpanStub) bool { return span.Name == name }); i >= 0 {
			return all[i]
		}
		select {
		case <-ticker.C:
		case <-timeout.C:
			s.tb.Fatalf("no span %q has ended:\n%s", name, s.Tree(oteltrace.SpanID{}))
		}
	}
}

// Tree returns the names of the spans below one, a line each, siblings in the order of their names; below the zero id those
// without parent.
func (s *Spans) Tree(below oteltrace.SpanID) string {
	var b strings.Builder
	children := map[oteltrace.SpanID][]tracetest.SpanStub{}
	for _, span := range s.All() {
		children[span.Parent.SpanID()] = append(children[span.Parent.SpanID()], span)
	}
	var write func(id oteltrace.SpanID, indent string)
	write = func(id oteltrace.SpanID, indent string) {
		siblings := children[id]
		slices.SortStableFunc(siblings, func(a, b tracetest.SpanStub) int { return strings.Compare(a.Name, b.Name) })
		for _, span := range siblings {
			b.WriteString(indent + span.Name + "\n")
			write(span.SpanContext.SpanID(), indent+"  ")
		}
	}
	write(below, "")
	return b.String()
}
