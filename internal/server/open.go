package server

import (
	"context"
	"fmt"
	"time"

	"github.com/asyncgate/asyncgate/console"
	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Open takes what another process may have, then opens the rooms, bottom to top. Close the server in the end.
func Open(ctx context.Context, c config.Config, options Options) (*Server, error) {
	s := &Server{config: c, options: options, logger: options.Logger, metrics: newMetrics(options), readiness: newReadiness(options.Logger)}
	s.draining, s.startDrain = context.WithCancel(context.Background())
	for _, open := range []func(context.Context) error{
		s.lock, s.loadCertificate, s.listen, s.openTraces, s.openStore, s.openFeed, s.openEngine, s.openLimits, s.openWeb,
	} {
		if err := open(ctx); err != nil {
			s.Close()
			return nil, err
		}
	}
	s.watch()
	return s, nil
}

// openStore opens the database and applies the migrations, or with --no-migrate only checks them.
func (s *Server) openStore(ctx context.Context) (err error) {
	if s.store, err = store.Open(ctx, s.config.DatabaseURL, store.Options{Clock: s.options.Clock, Logger: s.logger}); err != nil {
		return err
	}
	if s.config.NoMigrate {
		err = s.store.CheckSchema(ctx)
	} else {
		err = s.migrate(ctx)
	}
	if err != nil {
		return err
	}
	steps, err := s.store.Migrations(ctx)
	for _, step := range steps {
		if step.Beside {
			s.logger.InfoContext(ctx, "serving beside a migration of a newer version", "name", step.Name)
		}
	}
	return err
}

func (s *Server) migrate(ctx context.Context) error {
	applied, err := s.store.Migrate(ctx)
	for _, name := range applied {
		s.logger.InfoContext(ctx, "migration applied", "name", name)
	}
	return err
}

func (s *Server) openFeed(context.Context) error {
	news, err := s.store.Notifications(store.NotificationOptions{URL: s.config.ListenDatabaseURL, Logger: s.logger})
	if err != nil {
		return fmt.Errorf("ASYNCGATE_LISTEN_DATABASE_URL: %w", err)
	}
	s.hub = feed.New(s.store, feed.Options{Logger: s.logger, Traces: s.traces.Provider(), News: news, Observer: s.metrics.Feed})
	return nil
}

func (s *Server) openEngine(context.Context) error {
	c := s.config
	s.engine = engine.New(s.store, engine.Options{
		Rules: models.Rules{
			MinLeaseTTL: c.MinLeaseTTL, LeaseTTL: c.LeaseTTL, MaxLeaseTTL: c.MaxLeaseTTL, MaxRenewals: c.MaxLeaseRenewals,
			MaxLeaseLifetime: c.MaxLeaseLifetime, MaxExpiries: c.MaxLeaseExpiries, ExpiryJitter: c.ExpiryJitter,
			MaxAttempts: c.MaxAttempts, RetryBackoff: c.RetryBackoff, MaxRetryBackoff: c.MaxRetryBackoff,
		},
		Bell: s.hub, SweepInterval: c.SweepInterval, Logger: s.logger, Traces: s.traces.Provider(), Observer: s.metrics.Engine,
	})
	return nil
}

// openWeb opens the front, and behind it the interpreter, which keeps nothing open.
func (s *Server) openWeb(context.Context) error {
	c := s.config
	executor := graph.New(graph.Options{
		Store: s.store, Engine: s.engine, Feed: s.hub, Logger: s.logger, Observer: s.metrics.Operations,
		MaxDepth: c.MaxDepth, MaxComplexity: c.MaxComplexity,
		Service: graph.ServiceInfo{Version: s.options.Version, InstanceID: c.InstanceID, Environment: c.Env, StartedAt: time.Now()},
		Introspection: func(ctx context.Context) bool {
			_, authenticated := auth.ViewerFrom(ctx)
			return c.Introspection == config.IntrospectionAlways || (c.Introspection == config.IntrospectionAuthenticated && authenticated)
		},
	})
	s.web = web.New(web.Options{
		Executor: executor, Auth: s.authenticator(), Limits: s.limits, MaxBody: c.MaxBody,
		Development: c.Auth == config.AuthNone, Strangers: c.Auth == config.AuthKeys && c.Introspection == config.IntrospectionAlways,
		AllowedOrigins: c.AllowedOrigins, TrustedProxies: c.TrustedProxies,
		Ready: s.ready, Drain: s.draining, Site: console.Files(),
		Logger: s.logger, Traces: s.traces.Provider(), Observer: s.metrics.Requests, Metrics: s.mainMetrics(),
	})
	return nil
}

// AnyKey tells whether there is an API key that is valid.
func (s *Server) AnyKey(ctx context.Context) (bool, error) { return s.store.AnyKey(ctx) }

// authenticator decides who callers are: by their API keys, or in development by their word.
func (s *Server) authenticator() auth.Authenticator {
	if s.config.Auth == config.AuthNone {
		return auth.Development{}
	}
	s.keys = auth.NewKeys(auth.Options{Store: s.store, Logger: s.logger})
	return s.keys
}
