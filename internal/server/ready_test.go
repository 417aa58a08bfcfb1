package server

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// ask returns the status and the text of the answer to a request, whose body is JSON if there is one.
func (o *opened) ask(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, o.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// awaitReadyz asks until the answer is this.
func (o *opened) awaitReadyz(t *testing.T, status int, says string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for tick := time.Tick(20 * time.Millisecond); ; {
		got, text := o.ask(t, http.MethodGet, "/readyz", "")
		if got == status && strings.Contains(text, says) {
			return
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("/readyz says %d %q, want %d %q", got, text, status, says)
		}
	}
}

// onBoth runs a test on each database, an empty one, given by its URL.
func onBoth(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	for name, database := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db") },
		"PostgreSQL": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, database(t))
		})
	}
}

// TestReady: whoever asks hears what is wrong.
func TestReady(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		o := openOn(t, database, "ASYNCGATE_SWEEP_INTERVAL=1h")
		expect := func(err error, says string) {
			t.Helper()
			if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
				t.Errorf("got %v, want %q", err, says)
			}
		}
		o.awaitReadyz(t, http.StatusOK, "ready")

		// The interval of the sweep is no measure for the feed.
		last := o.hub.LastPoll()
		expect(o.late(last.Add(9*time.Second)), "")
		expect(o.late(last.Add(time.Minute)), "the feed has not read the ledger for 10s")
		expect(o.late(o.engine.LastSweep().Add(4*time.Hour)), "no sweep for expired leases")

		db := o.sql(t)
		mustExec(t, db, "UPDATE bun_migrations SET name = name || '_later' WHERE id = (SELECT max(id) FROM bun_migrations)")
		o.awaitReadyz(t, http.StatusServiceUnavailable, "not ready: the database's migrations are not those of this version")
		mustExec(t, db, "UPDATE bun_migrations SET name = replace(name, '_later', '')")
		o.awaitReadyz(t, http.StatusOK, "ready")

		gone, cancel := context.WithCancel(t.Context())
		cancel() // what a database that does not answer comes to
		expect(o.ready(gone), "the database doesn't answer")
	})
}

// A loop in the background that fails is told although the database answers.
func TestReadyTellsOfALoopThatFails(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		o := openOn(t, database, "ASYNCGATE_SWEEP_INTERVAL=10ms")
		o.awaitReadyz(t, http.StatusOK, "ready")
		db := o.sql(t)
		mustExec(t, db, "ALTER TABLE leases RENAME TO gone")
		o.awaitReadyz(t, http.StatusServiceUnavailable, "no sweep for expired leases has succeeded for 10.03s")
		mustExec(t, db, "ALTER TABLE gone RENAME TO leases")
		o.awaitReadyz(t, http.StatusOK, "ready")
	})
}

// followWork subscribes to what becomes claimable, which gives the feed all the work that it has.
func (o *opened) followWork(t *testing.T) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.url+"/graphql",
		strings.NewReader(`{"query":"subscription { taskAvailable { type } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	for deadline, tick := time.After(time.Minute), time.Tick(10*time.Millisecond); o.hub.Tenants() == 0; {
		select {
		case <-tick:
		case <-deadline:
			t.Fatal("nobody follows")
		}
	}
}

// TestReadyAfterAnOutage: a server whose database stops says so, and is ready again by itself. Its log has that once, whoever
// notices it and however often.
func TestReadyAfterAnOutage(t *testing.T) {
	t.Parallel()
	database := testkit.StartPostgres(t)
	o := openOn(t, database.URL("postgres"), "ASYNCGATE_SWEEP_INTERVAL=100ms")
	o.awaitReadyz(t, http.StatusOK, "ready")
	o.followWork(t)
	database.Stop("immediate")
	for tick := time.Tick(50 * time.Millisecond); time.Since(o.hub.LastPoll()) < 3*time.Second; <-tick {
		o.awaitReadyz(t, http.StatusServiceUnavailable, "not ready: the database doesn't answer")
	}
	database.Start()
	o.awaitReadyz(t, http.StatusOK, "ready")
	o.expectLog(t, `level=WARN msg="the database doesn't answer" database=`, 1)
	o.expectLog(t, `level=INFO msg="the database is back" database=`, 1)
	o.expectLog(t, "level=WARN", 1+strings.Count(o.logs.String(), "notifications between servers do not arrive"))
}
