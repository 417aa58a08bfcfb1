package main_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// mustGet returns the status and the text of an answer.
func (c *client) mustGet(t *testing.T, url string) (int, string) {
	t.Helper()
	status, text, err := c.get(t, url)
	if err != nil {
		t.Fatal(err)
	}
	return status, text
}

func (c *client) get(t *testing.T, url string) (int, string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

// figures are the lines of a scrape.
func (c *client) figures(t *testing.T, url string) map[string]string {
	t.Helper()
	status, text := c.mustGet(t, url)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", url, status, text)
	}
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			found[line[:i]] = strings.TrimSpace(line[i:])
		}
	}
	return found
}

// eventually scrapes until the figures are these: some are counted when the answer is on its way already.
func (c *client) eventually(t *testing.T, url string, want map[string]string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for tick := time.Tick(20 * time.Millisecond); ; {
		got := c.figures(t, url)
		missing := ""
		for name, value := range want {
			if got[name] != value {
				missing += name + " is " + got[name] + ", want " + value + "\n"
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatal(missing)
		}
	}
}

// TestMetrics: what clients do is what the figures say, at the main address in development.
func TestMetrics(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_LEASE_TTL=1s", "ASYNCGATE_MIN_LEASE_TTL=1s", "ASYNCGATE_SWEEP_INTERVAL=100ms"})
		c := newClient(t, server.URL)
		stream, err := c.follow(t.Context(), "0")
		if err != nil {
			t.Fatal(err)
		}
		defer stream.close()
		const secret = "a type that nobody else shall read"
		c.mustCreate(t, secret)
		if _, err := c.create(t.Context(), map[string]any{"type": ""}); codeOf(err) != "BAD_USER_INPUT" {
			t.Errorf("got %v", err)
		}
		if leases, _, err := c.claim(t.Context(), secret, 1, 0); err != nil || len(leases) != 1 {
			t.Errorf("claimed %v, %v", leases, err)
		}
		for range 3 { // assigned, accepted, expired
			mustNext(t, stream)
		}
		at := server.URL + "/metrics"
		c.eventually(t, at, map[string]string{
			`asyncgate_operations_total{code="OK",operation="create_task"}`:             "1",
			`asyncgate_operations_total{code="BAD_USER_INPUT",operation="create_task"}`: "1",
			`asyncgate_operations_total{code="OK",operation="claim_tasks"}`:             "1",
			`asyncgate_operation_duration_seconds_count{operation="create_task"}`:       "2",
			`asyncgate_subscriptions_open{subscription="receipts"}`:                     "1",
			`asyncgate_subscription_events_total{subscription="receipts"}`:              "3",
			`asyncgate_lease_expiries_total{outcome="requeued"}`:                        "1",
			`asyncgate_receipts_total{type="task.assigned"}`:                            "1",
			`asyncgate_receipts_total{type="lease.expired"}`:                            "1",
			`asyncgate_http_requests_total{route="/graphql",status="2xx"}`:              "3",
			`asyncgate_draining`:    "0",
			`asyncgate_database_up`: "1",
			`asyncgate_build_info{commit="` + testkit.ProgramCommit + `",go_version="` + runtime.Version() + `",version="` + testkit.ProgramVersion + `"}`: "1",
		})
		_, text := c.mustGet(t, at)
		for _, never := range []string{secret, "planner", "builder", "00000000-0000"} {
			if strings.Contains(text, never) {
				t.Errorf("the metrics tell %q", never)
			}
		}
		for _, must := range []string{"asyncgate_obligations_open ", `asyncgate_tasks{status="queued"} `, "asyncgate_feed_lag_seconds_count ", "process_open_fds ", "go_goroutines "} {
			if !strings.Contains(text, "\n"+must) {
				t.Errorf("the metrics lack %s", must)
			}
		}
	})
}

var scrapedAt = regexp.MustCompile(`metrics are served.*(http://[0-9.:]+/metrics)`)

// TestMetricsAddress: an address of their own serves metrics and nothing else, to the end; the main one has none then.
func TestMetricsAddress(t *testing.T) {
	t.Parallel()
	// Any free port, written otherwise than the main address.
	server := program.Serve(t, nil, "--metrics-addr", "127.0.0.1:00")
	at := server.AwaitLogged(scrapedAt)
	c := newClient(t, server.URL)
	if status, _ := c.mustGet(t, server.URL+"/metrics"); status != http.StatusNotFound {
		t.Errorf("the main address answers /metrics with %d", status)
	}
	if status, _ := c.mustGet(t, strings.TrimSuffix(at, "/metrics")+"/readyz"); status != http.StatusNotFound {
		t.Errorf("the metrics' address answers /readyz with %d", status)
	}
	c.eventually(t, at, map[string]string{"asyncgate_draining": "0"})
	conn, reader := slowRequest(t, server.URL) // which keeps it draining
	server.Signal(syscall.SIGTERM)
	c.eventually(t, at, map[string]string{"asyncgate_draining": "1"})
	io.WriteString(conn, slowBody)
	if _, err := http.ReadResponse(reader, nil); err != nil {
		t.Error(err)
	}
	if r := server.Wait(); r.Code != 0 {
		t.Errorf("the server ended with %d\n%s", r.Code, r.Stderr)
	}
}

func TestMetricsOff(t *testing.T) {
	t.Parallel()
	server := program.Serve(t, []string{"ASYNCGATE_METRICS_ADDR=off"})
	if status, _ := newClient(t, server.URL).mustGet(t, server.URL+"/metrics"); status != http.StatusNotFound {
		t.Errorf("/metrics is answered with %d", status)
	}
	server.Stop()
}

// TestMetricsAddressTaken: the start is refused in one line, which says what to do.
func TestMetricsAddressTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	addr := taken.Addr().String()
	r := program.Run(t, []string{"ASYNCGATE_ADDR=127.0.0.1:0", "ASYNCGATE_METRICS_ADDR=" + addr}, "serve")
	var last string
	for scanner := bufio.NewScanner(strings.NewReader(r.Stderr)); scanner.Scan(); {
		last = scanner.Text()
	}
	for _, part := range []string{"asyncgate: ASYNCGATE_METRICS_ADDR: " + addr + " can't be served", "address already in use", "--metrics-addr", "off"} {
		if r.Code != 1 || !strings.Contains(last, part) {
			t.Errorf("it ended with %d and %q, which lacks %q", r.Code, last, part)
		}
	}
}
