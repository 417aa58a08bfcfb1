// Package asyncgatetest is an AsyncGate for tests of those who use it: a whole server in the test's own process, on a loopback
// address, with an empty database in memory and a clock that only the test moves.
//
//	server := asyncgatetest.Start(t)
//	agent := server.Client("agent:planner")
//	worker := server.Client("worker:resizer")
//	…
//	server.Advance(3 * time.Minute) // leases expire, delayed tasks become claimable
//
// It is the server that runs in production, with these differences: whoever calls is believed (no API keys), nobody is rate
// limited, and what a task must wait for after a lost lease is not left to chance.
package asyncgatetest

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/server"
	"github.com/asyncgate/asyncgate/store"
)

// Server is a running server. It is safe for concurrent use.
type Server struct {
	// URL is its address, for clients of other kinds: http://127.0.0.1:PORT.
	URL string

	server *server.Server
	fail   func(error)

	mu      sync.Mutex
	now     time.Time
	clients []*client.Client
}

// settings are those of development, without what leaves something to chance or to the machine.
var settings = []string{
	"ASYNCGATE_ADDR=127.0.0.1:0", "ASYNCGATE_RATE_LIMIT_ENABLED=false", "ASYNCGATE_EXPIRY_JITTER=0s", "ASYNCGATE_METRICS_ADDR=off",
	"ASYNCGATE_INSTANCE_ID=asyncgatetest",
}

// Start starts a server, which ends with the test. Servers know nothing of each other: tests may run in parallel. It takes some
// 20 ms. What the server warns of is in the test's output.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s, err := open(slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		tb.Fatal(err)
	}
	s.fail = func(err error) {
		tb.Helper()
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// New is Start where there is no test, as for TestMain and for examples. Close the server after use.
func New() (*Server, error) { return open(slog.New(slog.DiscardHandler)) }

func open(logger *slog.Logger) (*Server, error) {
	c, _, err := config.Load(nil, settings)
	if err != nil {
		return nil, fmt.Errorf("asyncgatetest: %w", err)
	}
	c.DatabaseURL = store.InMemory
	s := &Server{now: time.Now().UTC().Truncate(time.Second), fail: func(err error) { panic(err) }}
	s.server, err = server.Open(context.Background(), c, server.Options{Version: "test", Logger: logger, Clock: s.Now})
	if err != nil {
		return nil, fmt.Errorf("asyncgatetest: %w", err)
	}
	s.URL = s.server.URL()
	s.server.Start()
	return s, nil
}

// Close ends the server, whatever it is doing, and everything that it holds is gone.
func (s *Server) Close() {
	s.server.Stop()
	s.server.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clients {
		c.CloseIdleConnections()
	}
}

// Client returns a client that acts as a principal, kind:id as in worker:resizer-1. Others are made of the URL.
func (s *Server) Client(principal string) *client.Client {
	c, err := client.New(s.URL, client.Options{Principal: principal, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		s.fail(fmt.Errorf("asyncgatetest: %w", err))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = append(s.clients, c)
	return c
}

// Now returns the server's time. It stands until Advance moves it, and begins at the machine's.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance moves the server's time forwards. When it returns, leases that are over by it have expired and their tasks are claimable
// again; who waits for work is offered what was delayed until then. Waits of calls (Wait of ClaimTasks, AwaitTask) go by real
// time, and so do the renewals of a client.Worker: one that holds a task can't renew its lease while the time jumps past it.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	s.now = s.now.Add(d)
	s.mu.Unlock()
	if err := s.server.ClockMoved(context.Background()); err != nil {
		s.fail(fmt.Errorf("asyncgatetest: %w", err))
	}
}
