package examples_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// server serves one database, killed and started again at the address that it had.
type server struct {
	t           *testing.T
	databaseURL string
	settings    []string
	process     *testkit.RunningServer
	url         string
}

var databases = map[string]func(t *testing.T) string{
	"SQLite":     func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db") },
	"PostgreSQL": func(t *testing.T) string { return testkit.Postgres(t) },
}

// onEachDatabase runs a test with a server that has not been started, on each database.
func onEachDatabase(t *testing.T, test func(t *testing.T, s *server)) {
	t.Helper()
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sources(t)
			test(t, &server{t: t, databaseURL: database(t), settings: []string{"ASYNCGATE_LOG_LEVEL=warn"}})
		})
	}
}

func (s *server) start(settings ...string) {
	s.t.Helper()
	s.settings = append(s.settings, settings...)
	s.process = program.Serve(s.t, append([]string{"ASYNCGATE_DATABASE_URL=" + s.databaseURL}, s.settings...))
	if s.url == "" {
		s.url = s.process.URL
		s.settings = append(s.settings, "ASYNCGATE_ADDR="+strings.TrimPrefix(s.url, "http://"))
	}
}

func (s *server) restart() {
	s.t.Helper()
	s.process.Kill()
	s.start()
}

// mustMakeKey makes a key.
func (s *server) mustMakeKey(principal string, scopes ...string) string {
	s.t.Helper()
	args := []string{"keys", "create", "--tenant", "7d444840-9dc0-11d1-b245-5ffdce74fad2", "--principal", principal}
	for _, scope := range scopes {
		args = append(args, "--scope", scope)
	}
	r := program.Run(s.t, []string{"ASYNCGATE_DATABASE_URL=" + s.databaseURL}, args...)
	if r.Code != 0 {
		s.t.Fatalf("keys create: %+v", r)
	}
	return strings.TrimSpace(r.Stdout)
}

// mustVerify runs the audit beside the server.
func (s *server) mustVerify() {
	s.t.Helper()
	if r := program.Run(s.t, []string{"ASYNCGATE_DATABASE_URL=" + s.databaseURL}, "verify"); r.Code != 0 {
		s.t.Errorf("verify ended with %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}

type vars map[string]any

// mustAsk asks the server in development as somebody, and decodes the data of the answer.
func (s *server) mustAsk(principal, query string, v vars, data any) {
	s.t.Helper()
	body, err := json.Marshal(vars{"query": query, "variables": v})
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Principal", principal)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	if answer.Errors != nil {
		s.t.Fatalf("%s: %s", query, answer.Errors)
	}
	if data == nil {
		return
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		s.t.Fatal(err)
	}
}
