package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/internal/web"
)

const (
	callersID   = "0af7651916cd43dd8448eb211c80319c"
	traceparent = "00-" + callersID + "-b7ad6b7169203331-01"
)

func tracedStage(t *testing.T) (*stage, *testkit.Spans) {
	t.Helper()
	spans := testkit.NewSpans(t)
	return newStage(t, func(o *web.Options) { o.Traces = spans.Provider }), spans
}

func TestSpansOfRequests(t *testing.T) {
	t.Parallel()
	const marker = "MARKER5e6a01"
	for _, tt := range []struct {
		method, path, body string
		header             []string
		span, attributes   string
		failed             bool
	}{
		{"POST", "/graphql?" + marker, `{"query":"{ a: echo(value: \"` + marker + `\") }"}`, nil,
			"POST /graphql", "http.request.method=POST http.response.status_code=200 http.route=/graphql", false},
		{"GET", "/graphql?query=" + url.QueryEscape(`{echo(value:"`+marker+`")}`), "", nil,
			"GET /graphql", "http.request.method=GET http.response.status_code=200 http.route=/graphql", false},
		{"POST", "/graphql", `{"query":"{ unavailable }"}`, []string{"Accept", "application/graphql-response+json"},
			"POST /graphql", "error.type=503 http.request.method=POST http.response.status_code=503 http.route=/graphql", true},
		{"GET", "/" + marker, "", nil, "GET", "http.request.method=GET http.response.status_code=404", false},
		{marker, "/graphql", "", []string{"User-Agent", marker, "Tracestate", marker},
			"_OTHER /graphql", "http.request.method=_OTHER http.response.status_code=405 http.route=/graphql", false},
		{"GET", "/healthz", "", nil, "", "", false},
		{"GET", "/readyz", "", nil, "", "", false},
		{"GET", "/metrics", "", nil, "", "", false},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			t.Parallel()
			s, spans := tracedStage(t)
			s.do(t, tt.method, tt.path, tt.body, append(tt.header, "Traceparent", traceparent)...)
			// A handler's last words are said behind its answer; this request is behind them.
			s.client.CloseIdleConnections()
			s.server.Close()
			all := spans.All()
			if tt.span == "" {
				if len(all) > 0 {
					t.Errorf("spans:\n%s", spans.Tree(oteltrace.SpanID{}))
				}
				return
			}
			if len(all) != 1 {
				t.Fatalf("%d spans, want one", len(all))
			}
			span := all[0]
			if span.Name != tt.span || attributesOf(span) != tt.attributes || (span.Status.Code == codes.Error) != tt.failed ||
				span.SpanKind != oteltrace.SpanKindServer || span.Parent.SpanID().String() != "b7ad6b7169203331" {
				t.Errorf("%s %s of kind %s, %v, below %s", span.Name, attributesOf(span), span.SpanKind, span.Status, span.Parent.SpanID())
			}
			if strings.Contains(fmt.Sprintf("%+v", all), marker) {
				t.Errorf("what a client wrote is in a span: %+v", all)
			}
		})
	}
}

func attributesOf(span tracetest.SpanStub) string {
	var texts []string
	for _, key := range []string{"error.type", "http.request.method", "http.response.status_code", "http.route"} {
		for _, a := range span.Attributes {
			if string(a.Key) == key {
				texts = append(texts, key+"="+a.Value.String())
			}
		}
	}
	if len(texts) != len(span.Attributes) {
		return fmt.Sprint(span.Attributes)
	}
	return strings.Join(texts, " ")
}

func TestTheTraceIDIsTheSpans(t *testing.T) {
	t.Parallel()
	s, spans := tracedStage(t)
	told := s.post(t, "{ traceId }").Data["traceId"]
	if span := spans.Await("POST /graphql"); span.SpanContext.TraceID().String() != told {
		t.Errorf("the caller is told %s, the span is of %s", told, span.SpanContext.TraceID())
	}
}

func TestSpanOfAStreamEndsOnceItHasBegun(t *testing.T) {
	t.Parallel()
	s, spans := tracedStage(t)
	e := s.stream(t, "subscription { ticks }")
	span := spans.Await("GET /graphql")
	if got := attributesOf(span); got != "http.request.method=GET http.response.status_code=200 http.route=/graphql" {
		t.Errorf("attributes %s", got)
	}
	s.ticks <- "one"
	e.expect(`{"ticks":"one"}`)
}

func TestSpansOfASocket(t *testing.T) {
	t.Parallel()
	s, spans := tracedStage(t)
	p := s.connected(t, "Traceparent", traceparent)
	connection := spans.Await("GET /graphql")
	if got := attributesOf(connection); connection.SpanContext.TraceID().String() != callersID ||
		got != "http.request.method=GET http.response.status_code=101 http.route=/graphql" {
		t.Errorf("the connection is of trace %s: %s", connection.SpanContext.TraceID(), got)
	}
	p.subscribe("a", "subscription { ticks }")
	operation := spans.Await("SUBSCRIBE /graphql") // while it goes on
	if operation.SpanContext.TraceID() == connection.SpanContext.TraceID() || operation.Parent.IsValid() {
		t.Errorf("the operation has no trace of its own: %s below %s", operation.SpanContext.TraceID(), operation.Parent.SpanID())
	}
	if len(operation.Links) != 1 || !operation.Links[0].SpanContext.Equal(connection.SpanContext) {
		t.Errorf("links %v, want one with the connection", operation.Links)
	}
	p.subscribe("b", "{ traceId }")
	p.expect(`{"id":"b","type":"next"`, `{"id":"b","type":"complete"}`)
	s.ticks <- "one"
	p.expect(`{"id":"a","type":"next","payload":{"data":{"ticks":"one"}}}`)
}

func TestWithoutProviderTheTraceIDIsTheCallers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if got := s.post(t, "{ traceId }", "Traceparent", traceparent).Data["traceId"]; got != callersID {
		t.Errorf("trace id %s, want %s", got, callersID)
	}
	r := s.do(t, http.MethodGet, "/healthz", "")
	if r.status != http.StatusOK {
		t.Errorf("status %d", r.status)
	}
}
