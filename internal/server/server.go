// Package server is the house: it opens the rooms in their order, serves, and closes them when work has ended. The command serves
// from here, and so do tests of those who use AsyncGate.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/internal/metrics"
	"github.com/asyncgate/asyncgate/internal/otlp"
	"github.com/asyncgate/asyncgate/internal/outage"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/store"
)

// stopWithin bounds a graceful stop; what still runs then is cut off, and has settleWithin to see it. With the moments
// that web gives to connections, and the closing of the rooms, a stop takes less than 30 s.
const (
	stopWithin   = 25 * time.Second
	settleWithin = time.Second
)

// Options are what the settings don't say.
type Options struct {
	// Version and Commit are those of the program.
	Version, Commit string
	// Logger is where the rooms report.
	Logger *slog.Logger
	// Clock is for tests: the time by which everything in the database happens. Nil for the database's own.
	Clock func() time.Time
}

// Server is the open rooms.
type Server struct {
	config   config.Config
	options  Options
	logger   *slog.Logger
	unlock   func()
	traces   otlp.Traces
	store    *store.Store
	hub      *feed.Hub
	keys     *auth.Keys // nil where no credential is needed
	engine   *engine.Engine
	limits   *limit.Limits // nil for none
	web      *web.Server
	listener net.Listener
	shutdown func(context.Context) error
	metrics  *metrics.Metrics
	// readiness tells the log why the server is not ready, whoever asks.
	readiness *outage.Watch
	// draining is done once the server stops.
	draining   context.Context
	startDrain context.CancelFunc
	// scraped is where the metrics are served that have an address of their own; nil when they have none.
	scraped *scraped
	// background is what runs beside requests: the sweeper, the feed's poll, the watch over API keys.
	background sync.WaitGroup
	stop       context.CancelFunc
	// certificate is nil when TLS is not served.
	certificate *web.Certificate
}

// Start serves and sweeps; the channel tells of a server that ended by itself.
func (s *Server) Start() <-chan error {
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	loops := []func(context.Context) error{s.engine.Run, s.hub.Run}
	if s.keys != nil {
		loops = append(loops, s.keys.Run)
	}
	for _, run := range loops {
		s.background.Go(func() {
			if err := run(ctx); err != nil {
				s.logger.Error("a background loop ended", "error", err)
			}
		})
	}
	failed := make(chan error, 2)
	http := s.web.HTTPServer(s.config.Addr)
	s.shutdown = func(ctx context.Context) error { return s.web.Shutdown(ctx, http) }
	go func() { failed <- s.serveOn(s.listener, http) }()
	if s.scraped != nil {
		s.scraped.server = s.web.MetricsServer(s.metrics.Handler())
		go func() { failed <- s.scraped.server.Serve(s.scraped.listener) }()
	}
	return failed
}

// Drain stops gracefully: no new work, waits and streams end, running requests finish. It takes 26 s at most. A stop that has to
// cut something off is no failure: callers find out by repeating the request what became of it.
func (s *Server) Drain() { s.drainWithin(stopWithin) }

func (s *Server) drainWithin(limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := s.end(ctx); err != nil {
		s.logger.Warn("requests were cut off that were still running; their callers may repeat them", "after", limit.String())
	}
}

// Stop cuts off at once what runs, for tests.
func (s *Server) Stop() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.end(ctx) // that something was cut off is what was asked for
}

// end takes no new work and returns when all that runs has ended, or was cut off because ctx was done.
func (s *Server) end(ctx context.Context) error {
	s.startDrain()
	s.engine.StopWaiting()
	s.hub.Close()
	cut := s.shutdown(ctx)
	settled, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	return errors.Join(cut, s.engine.Close(settled))
}

// Close closes what is open, top to bottom.
func (s *Server) Close() {
	if s.scraped != nil {
		s.scraped.close()
	}
	if s.listener != nil {
		_ = s.listener.Close() // closed already, if it was served
	}
	if s.stop != nil {
		s.stop()
		s.background.Wait()
	}
	if s.limits != nil {
		s.limits.Close()
	}
	if s.hub != nil {
		s.hub.Close()
	}
	if s.store != nil {
		if err := s.store.Close(); err != nil {
			s.logger.Warn("closing the database", "error", err)
		}
	}
	if s.unlock != nil {
		s.unlock()
	}
	s.closeTraces()
}
