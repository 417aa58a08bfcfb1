package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/asyncgate/asyncgate/models"
)

// Observer is told of requests, for figures. Its methods are called by many at once and must return at once.
type Observer interface {
	// Request tells that a request has begun. The function it returns is called at its end, a WebSocket's included, with the
	// route, "" for none, and the HTTP status, 0 when the peer had gone before there was one.
	Request() func(route string, status int)
	// Socket tells that a WebSocket was opened; the function it returns, that it was closed.
	Socket() func()
	// Refused tells of a request that was turned away at the door, for one of Refusals.
	Refused(reason string)
}

// Why a request is turned away at the door: before anybody asked what it wants.
const (
	// RefusedHost: in development, to a name that is not this machine's.
	RefusedHost = "host"
	// RefusedOrigin: from a page of a foreign origin.
	RefusedOrigin = "origin"
	// RefusedCredential: without a credential, or with one that is not valid.
	RefusedCredential = "credential"
	// RefusedRate: too many in too short a time.
	RefusedRate = "rate"
	// RefusedDraining: the server is shutting down.
	RefusedDraining = "draining"
)

// Refusals returns all reasons.
func Refusals() []string {
	return []string{RefusedHost, RefusedOrigin, RefusedCredential, RefusedRate, RefusedDraining}
}

// unobserved is the Observer of who wants none.
type unobserved struct{}

func (unobserved) Request() func(string, int) { return func(string, int) {} }
func (unobserved) Socket() func()             { return func() {} }
func (unobserved) Refused(string)             {}

// routeOf returns the path of a pattern: there are few, whatever is asked for.
func routeOf(pattern string) string {
	_, path, found := strings.Cut(pattern, " ")
	if !found {
		path = pattern
	}
	if strings.HasPrefix(path, "/static/") {
		return "/static/"
	}
	return strings.TrimSuffix(path, "{$}")
}

// notes are what the layers find out of a request, for each other, its line in the log and its figures. They belong to the
// goroutine of the request, or to that which outlives it.
type notes struct {
	// pattern is the one of the routes that the request met, "" for none.
	pattern string
	// viewer is who sends it, once that is known.
	viewer models.Viewer
	known  bool
	// tally is where the request counts, nil for nowhere.
	tally *tally
	// answered is called, once, when the request is over, with the status and the bytes of its answer; outlived tells that
	// this is not when its handler returns.
	answered func(status int, bytes int64)
	outlived bool
}

type notesKey struct{}

func withNotes(ctx context.Context) (context.Context, *notes) {
	n := &notes{}
	return context.WithValue(ctx, notesKey{}, n), n
}

func notesOf(ctx context.Context) *notes {
	n, ok := ctx.Value(notesKey{}).(*notes)
	if !ok {
		n = &notes{} // which nobody reads
	}
	return n
}

// outlive makes the notes belong to the caller, who goes on with a request when its handler has returned, and calls answered
// when it is over.
func (n *notes) outlive(r *http.Request) (answered func(status int, bytes int64)) {
	n.pattern, n.outlived = r.Pattern, true
	return n.answered
}

// identify notes who sends the request.
func (n *notes) identify(v models.Viewer) { n.viewer, n.known = v, true }

// routed notes which pattern the request meets: the layers between may hand on a copy of the request.
func routed(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if n := notesOf(r.Context()); !n.outlived {
				n.pattern = r.Pattern
			}
		}()
		mux.ServeHTTP(w, r)
	})
}

// MetricsServer returns an http.Server for a listener on which metrics is GET /metrics, and nothing else is served. Its
// timeouts, and in development the check of the Host, are those of HTTPServer.
func (s *Server) MetricsServer(metrics http.Handler) *http.Server {
	mux := http.NewServeMux()
	registerMetrics(mux, metrics)
	server := s.HTTPServer("")
	server.Handler = s.observe(s.checkHost(routed(mux)))
	return server
}

func registerMetrics(mux *http.ServeMux, metrics http.Handler) {
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		metrics.ServeHTTP(w, r)
	})
}
