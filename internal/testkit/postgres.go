// Package testkit is for tests only: it gives them a real PostgreSQL made of the machine's own programs.
//
// It owes the tests a database that is theirs alone, and the machine that nothing of it is left when the test process ends,
// however it ends. It must never skip a test because something is missing: that would hide a database that is not tested.
package testkit

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// Postgres returns the URL of a fresh, empty database, which is dropped when the test ends. All databases of a test process
// are on one server, started by the first call; it does not wait for the disk (fsync is off), since its data need not outlive
// the machine. A test that stops the server takes StartPostgres.
func Postgres(tb testing.TB) string {
	tb.Helper()
	c, err := shared.start()
	if err != nil {
		tb.Fatal(err)
	}
	name, err := c.createDatabase(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// The test's context has ended by now.
		if err := c.dropDatabase(context.Background(), name); err != nil {
			tb.Error(err)
		}
	})
	return c.url(name)
}

// Run is the body of a package's TestMain: os.Exit(testkit.Run(m)). It runs the tests, stops the shared server, and fails
// the package when goroutines are left over.
func Run(m *testing.M) int {
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping PostgreSQL:", err)
		return 1
	}
	http.DefaultClient.CloseIdleConnections()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "goroutines are left when the tests have ended:", err)
			return 1
		}
	}
	return code
}

// Server is a PostgreSQL server of one test's own, to be stopped and started again. Its methods end the test on failure.
type Server struct {
	tb      testing.TB
	cluster *cluster
}

// Option changes how StartPostgres starts its server.
type Option func(*cluster)

// Durable makes the server wait for the disk as one in production does (fsync is on): for benchmarks. A server that is
// stopped in any mode keeps its commits without it, since the operating system lives on.
func Durable() Option {
	return func(c *cluster) { c.durable = true }
}

// Setting gives the server a setting of its own, by its name in postgresql.conf.
func Setting(name, value string) Option {
	return func(c *cluster) { c.settings = append(c.settings, name+"="+value) }
}

// Port gives the server this port instead of an unused one.
func Port(port int) Option {
	return func(c *cluster) { c.port = port }
}

// WithClients takes a server whose programs for clients are there too: see Client.
func WithClients() Option {
	return func(c *cluster) { c.find = findClients }
}

// StartPostgres starts a server for this test alone and removes it with its data when the test ends. It has one empty
// database, "postgres".
func StartPostgres(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	c, err := newCluster(options...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.remove(); err != nil {
			tb.Error(err)
		}
	})
	return &Server{tb: tb, cluster: c}
}

// URL returns the URL of a database on the server; it stays the same when the server is started again.
func (s *Server) URL(database string) string { return s.cluster.url(database) }

// Stop stops the server and keeps its data. Mode "fast" ends the connections in good order; "immediate" ends it as a crash
// would, so that the next Start recovers from the log.
func (s *Server) Stop(mode string) {
	s.tb.Helper()
	if err := s.cluster.stop(mode); err != nil {
		s.tb.Fatal(err)
	}
}

// Start starts the stopped server on the port and the data it had.
func (s *Server) Start() {
	s.tb.Helper()
	if err := s.cluster.start(); err != nil {
		s.tb.Fatal(err)
	}
}

// shared is the one server of this test process. It is global because the tests of a package share nothing else.
var shared sharedCluster

type sharedCluster struct {
	once    sync.Once
	cluster *cluster
	err     error
}

func (s *sharedCluster) start() (*cluster, error) {
	s.once.Do(func() { s.cluster, s.err = newCluster() })
	return s.cluster, s.err
}

// stop is called when no test runs any more; a start after it would find the server gone.
func (s *sharedCluster) stop() error {
	if s.cluster == nil {
		return nil
	}
	return s.cluster.remove()
}
