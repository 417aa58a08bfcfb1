package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/internal/metrics"
	"github.com/asyncgate/asyncgate/internal/otlp"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
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
	s, err := openServer(ctx, c, logger)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.listen(ctx); err != nil {
		return err
	}
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
	draining chan struct{}
	listener net.Listener
	shutdown func(context.Context) error
	metrics  *metrics.Metrics
	// scraped is where the metrics are served that have an address of their own; nil when they have none.
	scraped *scraped
	// background is what runs beside requests: the sweeper, the feed's poll, the watch over API keys.
	background sync.WaitGroup
	stop       context.CancelFunc
	// certificate is nil when TLS is not served.
	certificate *web.Certificate
}

// openServer opens the rooms, bottom to top.
func openServer(ctx context.Context, c config.Config, logger *slog.Logger) (*server, error) {
	unlock, err := lockFile(c.DatabaseURL)
	if err != nil {
		return nil, err
	}
	s := &server{config: c, logger: logger, unlock: unlock, draining: make(chan struct{}), metrics: newMetrics()}
	if err := s.loadCertificate(); err != nil {
		unlock()
		return nil, err
	}
	s.store, err = store.Open(ctx, c.DatabaseURL, store.Options{})
	if err != nil {
		unlock()
		return nil, err
	}
	if err := s.schema(ctx); err != nil {
		s.close()
		return nil, err
	}
	s.openTraces(ctx)
	news, err := s.store.Notifications(store.NotificationOptions{URL: c.ListenDatabaseURL, Logger: logger})
	if err != nil {
		s.close()
		return nil, fmt.Errorf("ASYNCGATE_LISTEN_DATABASE_URL: %w", err)
	}
	s.hub = feed.New(s.store, feed.Options{Logger: logger, Traces: s.traces.Provider(), News: news, Observer: s.metrics.Feed})
	s.engine = engine.New(s.store, engine.Options{
		Rules: rules(c), Bell: s.hub, Logger: logger, Traces: s.traces.Provider(), SweepInterval: c.SweepInterval,
		Observer: s.metrics.Engine,
	})
	executor := graph.New(graph.Options{
		Store: s.store, Engine: s.engine, Feed: s.hub, Logger: logger, MaxDepth: c.MaxDepth, MaxComplexity: c.MaxComplexity,
		Observer: s.metrics.Operations,
		Service:  graph.ServiceInfo{Version: version, InstanceID: c.InstanceID, Environment: c.Env, StartedAt: time.Now()},
		Introspection: func(ctx context.Context) bool {
			_, authenticated := auth.ViewerFrom(ctx)
			return c.Introspection == config.IntrospectionAlways || (c.Introspection == config.IntrospectionAuthenticated && authenticated)
		},
	})
	if s.limits, err = openLimits(c, logger); err != nil {
		s.close()
		return nil, err
	}
	s.web = web.New(web.Options{
		Strangers: c.Auth == config.AuthKeys && c.Introspection == config.IntrospectionAlways,
		Limits:    s.limits, TrustedProxies: c.TrustedProxies,
		Executor: executor, Auth: s.authenticator(), Ready: s.ready, Drain: s.draining, Logger: logger, Traces: s.traces.Provider(),
		AllowedOrigins: c.AllowedOrigins, Development: c.Auth == config.AuthNone, MaxBody: c.MaxBody,
		Observer: s.metrics.Requests, Metrics: s.mainMetrics(),
	})
	s.watch()
	return s, nil
}

// authenticator decides who callers are: by their API keys, or in development by their word.
func (s *server) authenticator() auth.Authenticator {
	if s.config.Auth == config.AuthNone {
		return auth.Development{}
	}
	s.keys = auth.NewKeys(auth.Options{Store: s.store, Logger: s.logger})
	return s.keys
}

// schema applies the migrations, or with --no-migrate only checks them.
func (s *server) schema(ctx context.Context) error {
	if s.config.NoMigrate {
		return s.store.CheckSchema(ctx)
	}
	applied, err := s.store.Migrate(ctx)
	for _, name := range applied {
		s.logger.Info("migration applied", "name", name)
	}
	return err
}

func rules(c config.Config) models.Rules {
	return models.Rules{
		MinLeaseTTL: c.MinLeaseTTL, LeaseTTL: c.LeaseTTL, MaxLeaseTTL: c.MaxLeaseTTL, MaxRenewals: c.MaxLeaseRenewals,
		MaxLeaseLifetime: c.MaxLeaseLifetime, MaxExpiries: c.MaxLeaseExpiries, ExpiryJitter: c.ExpiryJitter,
		MaxAttempts: c.MaxAttempts, RetryBackoff: c.RetryBackoff, MaxRetryBackoff: c.MaxRetryBackoff,
	}
}

// pollWithin is how long the feed may be without a successful poll, which it tries every second.
const pollWithin = 10 * time.Second

// ready says why the server can't do its work now.
func (s *server) ready(ctx context.Context) error {
	err := s.store.CheckSchema(ctx)
	if err == nil {
		return s.late(time.Now())
	}
	s.logger.WarnContext(ctx, "not ready", "error", err)
	if _, err := s.store.Migrations(ctx); err != nil {
		return errors.New("the database doesn't answer")
	}
	return errors.New("the database's migrations are not those of this version; `asyncgate migrate status` lists them")
}

// late says which of the loops in the background has not succeeded lately.
func (s *server) late(now time.Time) error {
	sweepWithin := 3*s.engine.SweepInterval() + 10*time.Second
	if now.Sub(s.engine.LastSweep()) > sweepWithin {
		return fmt.Errorf("no sweep for expired leases has succeeded for %s", sweepWithin)
	}
	if now.Sub(s.hub.LastPoll()) > pollWithin {
		return fmt.Errorf("the feed has not read the ledger for %s", pollWithin)
	}
	return nil
}

func (s *server) listen(ctx context.Context) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", s.config.Addr)
	if err != nil {
		return fmt.Errorf("ASYNCGATE_ADDR: %s can't be served: %w; choose another with --addr", s.config.Addr, err)
	}
	s.listener = listener
	if err := s.listenForScrapes(ctx); err != nil {
		_ = listener.Close()
		return err
	}
	return nil
}

// greet names what to open, for whoever looks at the terminal.
func (s *server) greet(w io.Writer) {
	base := scheme(s.config) + s.listener.Addr().String()
	_, _ = fmt.Fprintf(w, "AsyncGate %s: open %s/playground, the API is %s/graphql\n", version, base, base)
	if s.config.Auth == config.AuthNone {
		_, _ = fmt.Fprintln(w, "Development: there is no authentication; whoever reaches this address acts as anyone.")
	}
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
		go func() { failed <- s.scraped.serve() }()
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
	close(s.draining)
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
	if err := s.store.Close(); err != nil {
		s.logger.Warn("closing the database", "error", err)
	}
	s.unlock()
	s.closeTraces()
}
