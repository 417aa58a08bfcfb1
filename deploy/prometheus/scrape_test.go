package prometheus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// metricName is a metric that servers tell of.
var metricName = regexp.MustCompile(`\b(?:asyncgate|process|go)_[a-z_]+\b`)

// source is a Prometheus.
type source struct{ url string }

// ask returns the data of an answer of its API.
func (s source) ask(ctx context.Context, path string, data any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer := struct {
		Status, Error string
		Data          any
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", path, answer.Error)
	}
	return nil
}

// tells whether a query has a result that is a number, now.
func (s source) tells(t *testing.T, query string) bool {
	t.Helper()
	var data struct {
		Result []struct{ Value [2]any }
	}
	if err := s.ask(t.Context(), "/api/v1/query?query="+url.QueryEscape(query), &data); err != nil {
		t.Fatal(err)
	}
	for _, r := range data.Result {
		if r.Value[1] != "NaN" {
			return true
		}
	}
	return false
}

// TestPrometheus: one that scrapes servers under load has an answer to each query of the dashboard, knows each metric of the
// rules, and wakes nobody.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	configuration := "global: {scrape_interval: 250ms, evaluation_interval: 1s}\nscrape_configs:\n"
	databases := map[string]string{"SQLite": "sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db"), "PostgreSQL": testkit.Postgres(t)}
	for job, database := range databases {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + database, "ASYNCGATE_LEASE_TTL=1s", "ASYNCGATE_MIN_LEASE_TTL=1s",
			"ASYNCGATE_SWEEP_INTERVAL=500ms", "ASYNCGATE_EXPIRY_JITTER=0s", "ASYNCGATE_RATE_LIMIT_ENABLED=false"})
		load(t, server.URL)
		configuration += fmt.Sprintf("  - {job_name: %s, static_configs: [{targets: [%q]}]}\n", job, strings.TrimPrefix(server.URL, "http://"))
	}
	rules, err := filepath.Abs(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	s := source{testkit.Prometheus(t, configuration+fmt.Sprintf("rule_files: [%q]\n", rules))}

	for job := range databases {
		for title, queries := range mustReadDashboard(t).queries(job) {
			for _, query := range queries {
				s.await(t, title, query)
			}
		}
	}
	for _, annotation := range mustReadDashboard(t).Annotations.List {
		s.tells(t, strings.NewReplacer("$job", "SQLite", "$instance", ".*").Replace(annotation.Expr))
	}
	s.mustKnowTheRules(t)
}

// await asks until there is an answer.
func (s source) await(t *testing.T, title, query string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for tick := time.Tick(100 * time.Millisecond); !s.tells(t, query); {
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("%s has nothing to show: %s", title, query)
		}
	}
}

func (s source) mustKnowTheRules(t *testing.T) {
	t.Helper()
	var names []string
	if err := s.ask(t.Context(), "/api/v1/label/__name__/values", &names); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	for _, r := range mustReadRules(t) {
		for _, name := range metricName.FindAllString(r.Expr, -1) {
			if !known[name] {
				t.Errorf("%s asks for %s, which no server tells", r.Alert, name)
			}
		}
	}
	var loaded struct {
		Groups []struct {
			Rules []struct{ Name, Health, State, LastError string }
		}
	}
	if err := s.ask(t.Context(), "/api/v1/rules", &loaded); err != nil {
		t.Fatal(err)
	}
	for _, g := range loaded.Groups {
		for _, r := range g.Rules {
			if r.Health == "err" || r.State == "firing" {
				t.Errorf("%s is %s %s: %s", r.Name, r.Health, r.State, r.LastError)
			}
		}
	}
	if len(loaded.Groups) == 0 {
		t.Error("no rules were loaded")
	}
}
