package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/internal/metrics"
	"github.com/asyncgate/asyncgate/internal/otlp"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/store"
)

// stopWithin bounds a graceful stop; what still runs then is cut off, and has settleWithin to see it. With the moments
// that web gives to connections, and the closing of the rooms, a stop takes less than 30 s.
const (
	stopWithin   = 25 * time.Second
	settleWithin = time.Second
)

// serve is the command: settings, rooms in their order, then until a signal.
func (p process) serve(ctx context.Context, args []string) error {
	c, warnings, err := config.Load(args, p.environ)
	if errors.Is(err, config.ErrHelp) {
		_, err = io.WriteString(p.stdout, config.Help())
		return err
	}
	if err != nil {
		return err
	}
	log := &held{to: p.stderr}
	defer log.letGo()
	logger := newLogger(c, log, terminal(p.stderr))
	for _, w := range warnings {
		logger.Warn(w)
	}
	// The second signal is not caught: it ends the process at once.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	defer keepHeadroom()()
	s, err := openServer(ctx, c, logger)
	if err != nil {
		return err
	}
	defer s.close()
	s.greet(p.stdout)
	s.explainKeys(ctx, p.stdout)
	log.letGo()
	failed := s.start()
	select {
	case <-ctx.Done():
		stop()
		logger.Info("stopping: no new work, running mutations finish, streams end resumably")
		return s.drain()
	case err := <-failed:
		return err
	}
}

// server is the open rooms.
type server struct {
	config   config.Config
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

// start serves and sweeps; the channel tells of a server that ended by itself.
func (s *server) start() <-chan error {
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

// drain stops gracefully: no new work, waits and streams end, running requests finish, then the rooms close. A stop that has
// to cut something off is no failure: callers find out by repeating the request what became of it.
func (s *server) drain() error {
	s.drainWithin(stopWithin)
	return nil
}

func (s *server) drainWithin(limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	s.startDrain()
	s.engine.StopWaiting()
	s.hub.Close()
	cut := s.shutdown(ctx)
	settled, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	if err := errors.Join(cut, s.engine.Close(settled)); err != nil {
		s.logger.Warn("requests were cut off that were still running; their callers may repeat them", "after", limit.String())
	}
}

// close closes what is open, top to bottom.
func (s *server) close() {
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
