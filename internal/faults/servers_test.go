package faults_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// server is a process that serves one database, killed and started again as a test likes, each time at another address.
type server struct {
	t           *testing.T
	program     *testkit.Program
	databaseURL string
	settings    []string

	process *testkit.RunningServer
	mu      sync.Mutex
	url     string // "" while it is down: its port may be another's by then
}

// serve starts servers, one for each database URL; several on one database are replicas.
func serve(t *testing.T, databaseURLs []string, settings ...string) servers {
	t.Helper()
	return serveVersion(t, program, databaseURLs, settings...)
}

func serveVersion(t *testing.T, version *testkit.Program, databaseURLs []string, settings ...string) servers {
	t.Helper()
	lookAtSources(t)
	var all servers
	for _, url := range databaseURLs {
		s := &server{t: t, program: version, databaseURL: url, settings: settings}
		s.start()
		all = append(all, s)
	}
	return all
}

// lookAtSources makes go test run these tests again when anything has changed of what they build: it repeats a result as long
// as nothing has changed of what the tests are made of and have looked at.
func lookAtSources(t *testing.T) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *server) start() {
	s.t.Helper()
	s.process = s.program.Serve(s.t, append([]string{
		"ASYNCGATE_DATABASE_URL=" + s.databaseURL, "ASYNCGATE_LOG_LEVEL=warn", "ASYNCGATE_RATE_LIMIT_ENABLED=false",
	}, s.settings...))
	s.setURL(s.process.URL)
}

// kill ends the process by SIGKILL. One that has ended by itself is a failure.
func (s *server) kill() {
	s.t.Helper()
	s.setURL("")
	select {
	case <-s.process.Ended():
		s.t.Errorf("a server has ended by itself: %+v", s.process.Wait())
	default:
		s.process.Kill()
	}
}

// stop ends the server as an operator does. It must not have had anything to warn of.
func (s *server) stop() {
	s.t.Helper()
	s.setURL("")
	s.process.Signal(syscall.SIGTERM)
	if r := s.process.Wait(); r.Code != 0 || r.Stderr != "" {
		s.t.Errorf("a server ended with %d and said\n%s", r.Code, r.Stderr)
	}
}

func (s *server) setURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url = url
}

// address returns where the server answers now, "" while it is down.
func (s *server) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// servers serve one database.
type servers []*server

// addresses are where to ask, one after the other when one does not answer.
func (all servers) addresses() []address {
	var list []address
	for _, s := range all {
		list = append(list, s.address)
	}
	return list
}

// address returns where a server answers now, "" while it is down.
type address func() string

func at(url string) address { return func() string { return url } }

// mustVerify runs the audit beside the servers and returns what it counted.
func (all servers) mustVerify(t *testing.T, databaseURL string) string {
	t.Helper()
	result := program.Run(t, []string{"ASYNCGATE_DATABASE_URL=" + databaseURL}, "verify")
	if result.Code != 0 {
		t.Errorf("verify ended with %d:\n%s%s", result.Code, result.Stdout, result.Stderr)
	}
	return strings.ReplaceAll(strings.TrimSpace(result.Stdout), "\n", "; ")
}

// databases are what there is to serve: SQLite by one server, PostgreSQL by two.
var databases = map[string]func(t *testing.T) []string{
	"SQLite": func(t *testing.T) []string { return []string{sqliteURL(t)} },
	"PostgreSQL": func(t *testing.T) []string {
		url := testkit.Postgres(t)
		return []string{url, url}
	},
}

func sqliteURL(t *testing.T) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db")
}

// onEach runs a test on servers of each database, an empty one.
func onEach(t *testing.T, test func(t *testing.T, all servers)) {
	t.Helper()
	for name, urls := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, serve(t, urls(t)))
		})
	}
}
