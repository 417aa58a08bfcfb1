package main_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// ask sends a query of so many root fields, and returns the answer without its body.
func ask(t *testing.T, url string, fields int) *http.Response {
	t.Helper()
	query := "{"
	for i := range fields {
		query += fmt.Sprintf(" f%d: service { version }", i)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", strings.NewReader(`{"query":"`+query+` }"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer
}

func expectLeft(t *testing.T, answer *http.Response, status int, remaining string) {
	t.Helper()
	if got := answer.Header.Get("X-RateLimit-Remaining"); answer.StatusCode != status || got != remaining {
		t.Errorf("got %d with %q left, want %d with %q", answer.StatusCode, got, status, remaining)
	}
}

const alone = "requests are counted by each server for itself"

// TestRateLimit: a server counts as it is told to, and says on PostgreSQL when it does so for itself.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_RATE_LIMIT=5-D"})
		expectLeft(t, ask(t, server.URL, 2), 200, "3")
		expectLeft(t, ask(t, server.URL, 3), 200, "0")
		refused := ask(t, server.URL, 1)
		expectLeft(t, refused, 429, "0")
		if refused.Header.Get("Retry-After") == "" {
			t.Error("it does not say when to try again")
		}
		server.Signal(syscall.SIGTERM)
		if r := server.Wait(); strings.Count(r.Stderr, alone) != strings.Count(url[:8], "postgres") {
			t.Errorf("it said:\n%s", r.Stderr)
		}
	})
	t.Run("6000 a minute unless told otherwise", func(t *testing.T) {
		t.Parallel()
		expectLeft(t, ask(t, program.Serve(t, nil).URL, 1), 200, "5999")
	})
	t.Run("turned off", func(t *testing.T) {
		t.Parallel()
		server := program.Serve(t, []string{"ASYNCGATE_RATE_LIMIT=1-D", "ASYNCGATE_RATE_LIMIT_ENABLED=false"})
		expectLeft(t, ask(t, server.URL, 2), 200, "")
	})
}

// TestServersShareTheRateLimit: through Redis, which may be killed.
func TestServersShareTheRateLimit(t *testing.T) {
	t.Parallel()
	redis := testkit.Redis(t)
	var servers []*testkit.RunningServer
	for range 2 {
		servers = append(servers, program.Serve(t, []string{
			"ASYNCGATE_DATABASE_URL=sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db"),
			"ASYNCGATE_RATE_LIMIT=100000-D", "ASYNCGATE_REDIS_URL=" + redis.URL,
		}))
	}
	left := func(server *testkit.RunningServer) int {
		t.Helper()
		answer := ask(t, server.URL, 1)
		n, err := strconv.Atoi(answer.Header.Get("X-RateLimit-Remaining"))
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("got %d, %v", answer.StatusCode, answer.Header)
		}
		return n
	}
	// Not at the first try on a machine so busy that Redis is lost for a moment.
	deadline := time.Now().Add(time.Minute)
	for left(servers[1]) != left(servers[0])+1 {
		if time.Now().After(deadline) {
			t.Fatal("they don't count together")
		}
	}
	redis.Kill()
	for _, server := range servers {
		if first := left(server); left(server) != first-1 {
			t.Error("it does not count for itself")
		}
		server.AwaitLog("Redis is out of reach")
		server.Stop()
	}
}
