package server

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/metrics"
	"github.com/asyncgate/asyncgate/internal/web"
)

// newMetrics makes the metrics, which the rooms are opened with.
func newMetrics(o Options) *metrics.Metrics {
	operations, subscriptions := graph.Operations()
	return metrics.New(metrics.Options{
		Version: o.Version, Commit: o.Commit, Operations: operations, Subscriptions: subscriptions, Refusals: web.Refusals(),
	})
}

// watch adds to the metrics what they ask the open rooms for.
func (s *Server) watch() {
	s.metrics.Watch(metrics.Sources{
		Totals: s.store, Pools: s.store.Pools,
		WaitingCommands: s.engine.WaitingCommands, WaitingClaims: s.engine.WaitingClaims, FollowedTenants: s.hub.Tenants,
		LastSweep: s.engine.LastSweep, LastPoll: s.hub.LastPoll,
		Draining: func() bool { return s.draining.Err() != nil },
	})
}

// mainMetrics is what the main address serves of them: nothing when they have an address of their own, or none.
func (s *Server) mainMetrics() http.Handler {
	if s.config.MetricsAddr != s.config.Addr {
		return nil
	}
	return s.metrics.Handler()
}

// scraped is the metrics at an address of their own. It is the last to go, so that a scrape sees the server drain.
type scraped struct {
	listener net.Listener
	server   *http.Server // nil before it is served
}

// listenForScrapes takes the metrics' own address, if they have one. An error is an address that somebody chose and that can't
// be had.
func (s *Server) listenForScrapes(ctx context.Context) error {
	addr := s.config.MetricsAddr
	if addr == "" || addr == s.config.Addr {
		return nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		err = fmt.Errorf("ASYNCGATE_METRICS_ADDR: %s can't be served: %w; choose another with --metrics-addr, or off", addr, err)
		if s.config.MetricsChosen {
			return err
		}
		// The default is one port for all servers of a machine.
		s.logger.WarnContext(ctx, "no metrics", "error", err)
		return nil
	}
	s.scraped = &scraped{listener: listener}
	s.logger.InfoContext(ctx, "metrics are served", "url", "http://"+listener.Addr().String()+"/metrics")
	return nil
}

// close lets scrapes end that have begun.
func (s *scraped) close() {
	if s.server == nil {
		_ = s.listener.Close()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), settleWithin)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		s.server.Close()
	}
}
