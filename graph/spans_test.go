package graph_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/internal/trace"
)

// marker is in everything that a client can write.
const marker = "MARKER5e6a01"

// traced executes in a trace, and returns the spans below its root.
func (s *stage) traced(t *testing.T, spans *testkit.Spans, query, variables string) string {
	t.Helper()
	ctx, root := trace.Begin(t.Context(), spans.Provider, oteltrace.SpanKindServer, "request")
	s.doIn(auth.WithViewer(ctx, s.viewer), t, query, variables)
	root.End()
	return spans.Tree(root.SpanContext().SpanID())
}

func TestSpans(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		fill(t, s, 3)
		for _, tt := range []struct{ query, want string }{
			{`query Q { ledgerHead }`, `
query ledgerHead
  Query.ledgerHead
    SELECT ledger_heads
`},
			{`mutation M($p: JSON) { a: createTask(input: {type: "` + marker + `", payload: $p, idempotencyKey: "` + marker + `"}) { task { id obligation { isOpen } } } }`, `
mutation createTask
  Mutation.createTask
    Receipt.isOpen
      SELECT obligations
    Task.obligation
      SELECT receipts
    await commit
      commit batch
        lock and read
        write and commit
`},
			{`{ ` + marker + `: openObligations { nodes { isOpen task { lease { id } } children { nodes { id } } } } }`, `
query openObligations
  Query.openObligations
    Receipt.children
      SELECT receipts
    Receipt.isOpen
      SELECT obligations
    Receipt.task
      SELECT tasks
    SELECT receipts
    Task.lease
      SELECT leases
`},
			{`{ viewer { tenantId } service { name } queueStats { type } ledgerHead __typename }`, `
query viewer service queueStats …
  Query.ledgerHead
    SELECT ledger_heads
  Query.queueStats
    SELECT task_counts
  Query.service
  Query.viewer
`},
		} {
			spans := testkit.NewSpans(t)
			if got := s.traced(t, spans, tt.query, `{"p": {"secret": "`+marker+`"}}`); "\n"+got != tt.want {
				t.Errorf("%s\nspans:\n%swant:%s", tt.query, got, tt.want)
			}
			if all := fmt.Sprintf("%+v", spans.All()); strings.Contains(all, marker) {
				t.Errorf("what a client wrote is in a span: %s", all)
			}
		}
	})
}

func TestSpansOfAClaimThatWaits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		spans := testkit.NewSpans(t)
		tree := make(chan string, 1)
		go func() {
			tree <- s.traced(t, spans, `mutation { claimTasks(input: {waitSeconds: 30}) { leases { id } } }`, "")
		}()
		spans.Await("commit batch") // it has looked, and found nothing
		s.create(t)
		got := <-tree
		for _, want := range []string{
			"mutation claimTasks\n  Mutation.claimTasks\n    SELECT tasks\n", "\n    await work\n",
			"\n    await commit\n      commit batch\n        lock and read\n    await commit\n", "\n        write and commit\n",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
	})
}

func TestSpanOfASubscriptionEndsOnceItIsSetUp(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		spans := testkit.NewSpans(t)
		ctx, root := trace.Begin(t.Context(), spans.Provider, oteltrace.SpanKindServer, "request")
		next := s.subscribe(auth.WithViewer(ctx, s.viewer), t, `subscription { receipts { receipt { task { id } } } }`, "")
		root.End()
		s.create(t)
		if next() == nil {
			t.Fatal("no event")
		}
		want := "subscription receipts\n  SELECT ledger_heads\n"
		if got := spans.Tree(root.SpanContext().SpanID()); got != want {
			t.Errorf("spans:\n%swant:\n%s", got, want)
		}
	})
}

func TestSpansOfErrors(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		for _, tt := range []struct {
			query, span, code string
			failed            bool
		}{
			{`{ task(id: "` + marker + `") { id } }`, "query task", "BAD_USER_INPUT", false},
			{`{ ` + marker + ` }`, "request", "GRAPHQL_VALIDATION_FAILED", false},
			{`{ ledgerHead }`, "query ledgerHead", "INTERNAL", true},
		} {
			spans := testkit.NewSpans(t)
			ctx, root := trace.Begin(t.Context(), spans.Provider, oteltrace.SpanKindServer, "request")
			ctx, cancel := context.WithCancel(auth.WithViewer(ctx, s.viewer))
			if tt.failed {
				_ = s.store.Close()
			}
			s.respond(ctx, &graphql.RawParams{Query: tt.query})
			cancel()
			root.End()
			span := spans.Await(tt.span)
			if got := attributeOf(span, "asyncgate.error.codes"); got != `["`+tt.code+`"]` {
				t.Errorf("%s: codes %s, want %s", tt.query, got, tt.code)
			}
			if got := span.Status.Code == codes.Error; got != tt.failed {
				t.Errorf("%s: failed %v, want %v", tt.query, got, tt.failed)
			}
			if all := fmt.Sprintf("%+v", spans.All()); strings.Contains(all, marker) {
				t.Errorf("what a client wrote is in a span: %s", all)
			}
		}
	})
}

func attributeOf(span tracetest.SpanStub, key string) string {
	for _, a := range span.Attributes {
		if string(a.Key) == key {
			return a.Value.String()
		}
	}
	return ""
}
