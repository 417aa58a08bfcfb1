// Package web is the front: routes, transports, the checks that come before a GraphQL operation, health and pages.
//
// The room owes the others requests that are what they say: from an allowed origin, in development to a loopback name,
// within the size limit, with a viewer and a trace id in the context. It owes clients the letter of GraphQL over HTTP,
// graphql-sse and graphql-transport-ws, typed errors only, and no connection that hangs or grows without bound. It must
// never decide a rule of the domain, know a resolver, speak SQL, or load anything from another machine into a page.
package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/internal/trace"
)

// Options is what a server needs. Executor and Auth must be set; the zero value of the rest is its default.
type Options struct {
	// Executor executes operations, whose variables and extensions it is given as models.Text. Its error presenter must give
	// every error extensions.code, retryable and traceId.
	Executor Executor
	// Auth turns the credentials of a request, or of a WebSocket's connection_init, into a viewer.
	Auth auth.Authenticator
	// Strangers lets requests without any credential over HTTP pass to Executor, which must refuse whatever needs one.
	Strangers bool
	// Ready returns nil when the server can do its work. Its error's text is shown to whoever asks, without credential:
	// plain words, no addresses. Default: always ready.
	Ready func(context.Context) error
	// Drain is done when no new work is to be taken: running queries and mutations finish, streams close resumably. Default:
	// never.
	Drain context.Context
	// Logger defaults to none.
	Logger *slog.Logger
	// Traces makes the spans of requests. Default: none.
	Traces trace.Provider
	// AllowedOrigins are the other origins that may call /graphql, as browsers send them. Empty allows none.
	AllowedOrigins []string
	// Limits counts requests. Default: none are counted.
	Limits *limit.Limits
	// TrustedProxies are the networks whose X-Forwarded-For and X-Forwarded-Proto are believed. IPv4 stands there as IPv4.
	TrustedProxies []netip.Prefix
	// Development is for an Auth that believes everyone: only requests are answered whose Host is a loopback name or address.
	Development bool
	// MaxBody bounds a request's body, and a WebSocket's message, in bytes. Default 16 MiB.
	MaxBody int64
	// RoomTimeout bounds how long a request of more than 64 KiB waits, once there are many, for others to end. Default 10 s.
	RoomTimeout time.Duration
	// RequestTimeout bounds the reading of a body, and the execution of a query or mutation. Default 60 s.
	RequestTimeout time.Duration
	// KeepAlive is the interval of pings on streams. A peer that does not receive one (on Linux), or a WebSocket's that does
	// not answer it, is gone before the next but one. Default 15 s.
	KeepAlive time.Duration
	// WriteTimeout bounds each write: a peer that does not read is disconnected. A stream's reader is told before, when two
	// thirds of it are over: SUBSCRIBER_TOO_SLOW; this needs HTTP/1.1 and a WriteTimeout that is no longer than KeepAlive.
	// Default 15 s.
	WriteTimeout time.Duration
	// InitTimeout bounds the wait for connection_init. Default 10 s.
	InitTimeout time.Duration
	// Observer is told of requests. Default: nobody.
	Observer Observer
	// Site is what the console's build has written: index.html, playground.html, and below assets what they load. Its files
	// are io.Seekers. Default: none, and small pages instead.
	Site fs.FS
	// Metrics is GET /metrics. Default: there is none here; see MetricsServer.
	Metrics http.Handler
	// MaxOperations bounds the operations that run on one WebSocket at a time. Default 100.
	MaxOperations int
}

func (o *Options) setDefaults() {
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	if o.Drain == nil {
		o.Drain = context.Background()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	o.MaxBody = orDefault(o.MaxBody, 16<<20)
	o.RoomTimeout = orDefault(o.RoomTimeout, 10*time.Second)
	o.RequestTimeout = orDefault(o.RequestTimeout, 60*time.Second)
	o.KeepAlive = orDefault(o.KeepAlive, 15*time.Second)
	o.WriteTimeout = orDefault(o.WriteTimeout, 15*time.Second)
	o.InitTimeout = orDefault(o.InitTimeout, 10*time.Second)
	o.MaxOperations = orDefault(o.MaxOperations, 100)
}

func orDefault[T int | int64 | time.Duration](value, fallback T) T {
	if value == 0 {
		return fallback
	}
	return value
}

// Server answers HTTP: an http.Handler with all routes.
type Server struct {
	opt     Options
	origins map[string]bool
	proxies proxies
	limited *pace
	handler http.Handler

	visits visits
	bodies *bodies
	// killed ends what has not ended by itself when the server is shut down.
	killed context.Context
	kill   context.CancelFunc
}

// New returns a server. It starts nothing: connections are the caller's, through HTTPServer or a server of its own.
func New(opt Options) *Server {
	opt.setDefaults()
	s := &Server{
		opt: opt, bodies: newBodies(opt), origins: map[string]bool{}, proxies: opt.TrustedProxies, limited: newPace(),
		visits: visits{arriving: map[*http.ResponseController]struct{}{}},
	}
	s.killed, s.kill = context.WithCancel(context.Background())
	for _, origin := range opt.AllowedOrigins {
		s.list(origin)
	}

	mux := http.NewServeMux()
	mux.Handle("/graphql", s.checkOrigin(s.allowOrigins(http.HandlerFunc(s.serveGraphQL))))
	mux.HandleFunc("GET /healthz", s.serveHealth)
	mux.HandleFunc("GET /readyz", s.serveReady)
	if opt.Metrics != nil {
		registerMetrics(mux, opt.Metrics)
	}
	registerPages(mux, opt.Site)
	s.handler = s.observe(s.tallied(s.checkHost(routed(mux))))
	return s
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// enter counts a request in, and leave counts it out; not ok while draining.
func (s *Server) enter() (leave func(), ok bool) {
	if s.draining() {
		return nil, false
	}
	return s.visits.enter()
}

// draining tells whether new work is refused.
func (s *Server) draining() bool { return s.opt.Drain.Err() != nil }
