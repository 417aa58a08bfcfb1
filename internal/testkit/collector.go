package testkit

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// Collector takes traces over OTLP, as an operator's collector does.
type Collector struct {
	// URL is its address over HTTP, GRPC over gRPC.
	URL, GRPC string

	collector.UnimplementedTraceServiceServer
	mu       sync.Mutex
	received []*otlp.ResourceSpans
	headers  []http.Header
}

// NewCollector starts a collector on the loopback address. It ends with the test.
func NewCollector(tb testing.TB) *Collector {
	tb.Helper()
	c := &Collector{}
	web := httptest.NewServer(http.HandlerFunc(c.take))
	tb.Cleanup(web.Close)
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, c)
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(server.Stop)
	c.URL, c.GRPC = web.URL, "http://"+listener.Addr().String()
	return c
}

// take answers OTLP over HTTP.
func (c *Collector) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &request) != nil {
		http.Error(w, "no traces", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received = append(c.received, request.GetResourceSpans()...)
	c.headers = append(c.headers, r.Header)
}

// Export answers OTLP over gRPC.
func (c *Collector) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received = append(c.received, request.GetResourceSpans()...)
	return &collector.ExportTraceServiceResponse{}, nil
}

// Text is all that it received, as text.
func (c *Collector) Text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, r := range c.received {
		b.WriteString(r.String())
	}
	return b.String()
}

// Resources are the descriptions of those who sent something, and the headers of what they sent over HTTP.
func (c *Collector) Resources() (resources []*resource.Resource, headers []http.Header) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.received {
		resources = append(resources, r.GetResource())
	}
	return resources, c.headers
}

// Tree returns the names of the spans of a trace below one of them, as Spans.Tree does.
func (c *Collector) Tree(traceID, below []byte) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	children := map[string][]*otlp.Span{}
	for _, r := range c.received {
		for _, s := range r.GetScopeSpans() {
			for _, span := range s.GetSpans() {
				if string(span.GetTraceId()) == string(traceID) {
					parent := string(span.GetParentSpanId())
					children[parent] = append(children[parent], span)
				}
			}
		}
	}
	var write func(id []byte, indent string)
	write = func(id []byte, indent string) {
		siblings := children[string(id)]
		slices.SortStableFunc(siblings, func(a, b *otlp.Span) int { return strings.Compare(a.GetName(), b.GetName()) })
		for _, span := range siblings {
			b.WriteString(indent + span.GetName() + "\n")
			write(span.GetSpanId(), indent+"  ")
		}
	}
	write(below, "")
	return b.String()
}
