package metrics_test

import (
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/asyncgate/asyncgate/internal/metrics"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// newWatched returns metrics that watch these figures and otherwise constants.
func newWatched(figures metrics.TotalsReader) *metrics.Metrics {
	m := metrics.New(metrics.Options{
		Version: "1.2.3", Commit: "abc", Operations: []string{"create_task", "viewer"}, Subscriptions: []string{"receipts"}, Refusals: []string{"origin"},
	})
	m.Watch(metrics.Sources{
		Totals: figures,
		Pools: func() map[string]store.Pool {
			return map[string]store.Pool{"all": {Max: 16, InUse: 3, Idle: 4, Waits: 5, Waited: 1500 * time.Millisecond}}
		},
		WaitingCommands: func() int { return 6 }, WaitingClaims: func() int { return 7 }, FollowedTenants: func() int { return 8 },
		LastSweep: func() time.Time { return time.UnixMilli(1_500) }, LastPoll: func() time.Time { return time.Time{} },
		Draining: func() bool { return true },
	})
	return m
}

// scrape returns the lines about asyncgate, without the comments.
func scrape(t *testing.T, m *metrics.Metrics) map[string]string {
	t.Helper()
	r := httptest.NewRecorder()
	m.Handler().ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	text, err := io.ReadAll(r.Result().Body)
	if err != nil || r.Code != 200 {
		t.Fatalf("%d, %v: %s", r.Code, err, text)
	}
	lines := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && strings.HasPrefix(name, "asyncgate_") {
			if i := strings.LastIndex(line, "} "); i > 0 { // a label's value may have spaces
				name, value = line[:i+1], strings.TrimSpace(line[i+2:])
			}
			lines[name] = value
		}
	}
	return lines
}

func expect(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
}

// What is told is what is shown, and what has not happened is zero, not missing.
func TestFigures(t *testing.T) {
	t.Parallel()
	m := newWatched(&figures{})
	expect(t, scrape(t, m), map[string]string{
		`asyncgate_operations_total{code="OK",operation="create_task"}`:  "0",
		`asyncgate_operation_duration_seconds_count{operation="viewer"}`: "0",
		`asyncgate_subscriptions_open{subscription="receipts"}`:          "0",
		`asyncgate_http_refused_total{reason="origin"}`:                  "0",
		`asyncgate_lease_expiries_total{outcome="failed"}`:               "0",
		`asyncgate_receipts_total{type="task.completed"}`:                "0",
		`asyncgate_sweeps_total{outcome="failed"}`:                       "0",
		`asyncgate_database_connections{pool="all",state="in_use"}`:      "3",
		`asyncgate_database_connections{pool="all",state="idle"}`:        "4",
		`asyncgate_database_connections_max{pool="all"}`:                 "16",
		`asyncgate_database_connection_waits_total{pool="all"}`:          "5",
		`asyncgate_database_connection_wait_seconds_total{pool="all"}`:   "1.5",
		`asyncgate_commands_waiting`:                                     "6",
		`asyncgate_claims_waiting`:                                       "7",
		`asyncgate_feed_tenants`:                                         "8",
		`asyncgate_sweep_last_success_timestamp_seconds`:                 "1.5",
		`asyncgate_feed_poll_last_success_timestamp_seconds`:             "0",
		`asyncgate_draining`:                                             "1",
		`asyncgate_database_up`:                                          "1",
		`asyncgate_tasks{status="queued"}`:                               "2",
		`asyncgate_tasks{status="canceled"}`:                             "0",
		`asyncgate_obligations_open`:                                     "3",
	})

	m.Operations.Answered("create_task", "OK", 2*time.Second)
	m.Operations.Answered("create_task", "BAD_USER_INPUT", time.Millisecond)
	m.Operations.Refused("FORBIDDEN")
	for range 2 {
		m.Operations.Subscribed("receipts")
	}
	m.Operations.Delivered("receipts")
	m.Operations.Unsubscribed("receipts", "SUBSCRIBER_TOO_SLOW")
	m.Requests.Refused("origin")
	m.Requests.Request()("", 404)
	m.Requests.Request()("/graphql", 0)
	m.Requests.Request()
	m.Requests.Socket()()
	m.Requests.Socket()
	m.Engine.Commit(3)(true, []*models.Receipt{{Type: models.TaskAssigned}, {Type: models.TaskAssigned}}, nil)
	m.Engine.Commit(4)(false, nil, errors.New("refused"))
	m.Engine.Commit(1)(false, nil, nil)
	m.Engine.Expired(true)
	m.Engine.Expired(false)
	m.Engine.Swept(errors.New("refused"))
	m.Feed.Arrived([]*models.Receipt{{CreatedAt: time.Now().Add(time.Hour)}, {CreatedAt: time.Now().Add(-time.Hour)}})
	m.Feed.ReadLedger()
	expect(t, scrape(t, m), map[string]string{
		`asyncgate_operations_total{code="OK",operation="create_task"}`:                           "1",
		`asyncgate_operations_total{code="BAD_USER_INPUT",operation="create_task"}`:               "1",
		`asyncgate_operations_total{code="FORBIDDEN",operation="none"}`:                           "1",
		`asyncgate_operation_duration_seconds_sum{operation="create_task"}`:                       "2.001",
		`asyncgate_subscriptions_open{subscription="receipts"}`:                                   "1",
		`asyncgate_subscriptions_ended_total{code="SUBSCRIBER_TOO_SLOW",subscription="receipts"}`: "1",
		`asyncgate_subscription_events_total{subscription="receipts"}`:                            "1",
		`asyncgate_http_refused_total{reason="origin"}`:                                           "1",
		`asyncgate_http_requests_total{route="none",status="4xx"}`:                                "1",
		`asyncgate_http_requests_total{route="/graphql",status="none"}`:                           "1",
		`asyncgate_http_requests_in_flight`:                                                       "1",
		`asyncgate_websockets_open`:                                                               "1",
		`asyncgate_commits_total{outcome="ok"}`:                                                   "1",
		`asyncgate_commits_total{outcome="failed"}`:                                               "1",
		`asyncgate_commits_total{outcome="empty"}`:                                                "1",
		`asyncgate_commit_commands_sum`:                                                           "8",
		`asyncgate_commit_duration_seconds_count`:                                                 "3",
		`asyncgate_receipts_total{type="task.assigned"}`:                                          "2",
		`asyncgate_lease_expiries_total{outcome="failed"}`:                                        "1",
		`asyncgate_lease_expiries_total{outcome="requeued"}`:                                      "1",
		`asyncgate_sweeps_total{outcome="failed"}`:                                                "1",
		`asyncgate_feed_lag_seconds_count`:                                                        "2",
		`asyncgate_feed_lag_seconds_bucket{le="0.001"}`:                                           "1", // a clock that differs hides it
		`asyncgate_feed_ledger_reads_total`:                                                       "1",
	})
}

func TestNamesFollowTheConventions(t *testing.T) {
	t.Parallel()
	problems, err := testutil.GatherAndLint(newWatched(&figures{}).Registry())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "asyncgate_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}
