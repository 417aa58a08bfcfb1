package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/asyncgate/asyncgate/internal/trace"
)

// Spans of requests say method, route and status, and nothing else of a request: its path and its query string are what
// somebody wrote, documents and variables among them.

// startRequest begins the span of a request, in whose context it returns. Probes and scrapes have none: they come every few
// seconds and tell nothing.
func (s *Server) startRequest(r *http.Request) context.Context {
	p := s.opt.Traces
	switch r.URL.Path {
	case "/healthz", "/readyz", "/metrics":
		p = nil
	}
	ctx, _ := trace.Arrive(r.Context(), p, r.Header.Get("Traceparent"), r.Header.Get("Tracestate"), methodOf(r))
	return ctx
}

// endRequest ends the span of a request that was answered with a status; 0 when it was not. What is answered for as long as
// somebody listens ends once it has begun: a span of hours would tell nothing, and be sent after them.
func endRequest(r *http.Request, status int) {
	span := trace.Current(r.Context())
	if !span.IsRecording() {
		return
	}
	method := methodOf(r)
	if route := r.Pattern[strings.IndexByte(r.Pattern, ' ')+1:]; route != "" {
		span.SetName(method + " " + route)
		span.SetAttributes(semconv.HTTPRoute(route))
	}
	span.SetAttributes(semconv.HTTPRequestMethodKey.String(method))
	if status != 0 {
		span.SetAttributes(semconv.HTTPResponseStatusCode(status))
	}
	if status >= http.StatusInternalServerError {
		trace.Fail(span, strconv.Itoa(status))
	}
	span.End()
}

// methodOf returns the request's method where it is a known one, since others are what somebody wrote.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return r.Method
	default:
		return "_OTHER"
	}
}

// startOperation begins the trace of an operation on a socket, whose client names none; it is linked with the socket's.
func (c *socket) startOperation() context.Context {
	ctx, _ := trace.Begin(c.known, c.s.opt.Traces, oteltrace.SpanKindServer, "SUBSCRIBE /graphql")
	return ctx
}
