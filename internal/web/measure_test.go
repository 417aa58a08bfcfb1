package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
)

// observed writes down what the server tells.
type observed struct {
	mu    sync.Mutex
	lines []string
	open  int
}

func (o *observed) note(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, fmt.Sprintf(format, args...))
}

func (o *observed) count(change int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open += change
}

func (o *observed) Request() func(string, int) {
	o.count(1)
	return func(route string, status int) {
		o.count(-1)
		o.note("%s %d", route, status)
	}
}

func (o *observed) Socket() func() {
	o.note("socket opened")
	return func() { o.note("socket closed") }
}

func (o *observed) Refused(reason string) { o.note("refused: %s", reason) }

// eventually waits until exactly these things were told since the last time, the end of all requests among them: that comes
// after their answers.
func (o *observed) eventually(t *testing.T, want string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for tick := time.Tick(time.Millisecond); ; {
		o.mu.Lock()
		got, over := strings.Join(o.lines, ", "), o.open == 0
		if over && got == want {
			o.lines = nil
		}
		o.mu.Unlock()
		if over && got == want {
			return
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("told %q, want %q", got, want)
		}
	}
}

// observedStage returns a server that o observes, with metrics on its main address.
func observedStage(t *testing.T) (*stage, *observed) {
	t.Helper()
	o := &observed{}
	return newStage(t, func(opt *web.Options) {
		opt.Observer = o
		opt.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "a 1") })
	}), o
}

func TestObserverHearsOfRequests(t *testing.T) {
	t.Parallel()
	s, o := observedStage(t)
	for _, test := range []struct {
		method, path, want string
		header             []string
	}{
		{"GET", "/healthz", "/healthz 200", nil},
		{"GET", "/", "/ 200", nil},
		{"GET", "/static/" + "playground.js", "/static/ 200", nil},
		{"GET", "/metrics", "/metrics 200", nil},
		{"GET", "/nowhere/at/all", " 404", nil},
		{"POST", "/metrics", " 405", nil},
		{"GET", "/graphql?query={whoami}", "/graphql 200", nil},
		{"GET", "/graphql?query={whoami}", "refused: origin, /graphql 403", []string{"Origin", "https://evil.example"}},
		{"GET", "/metrics", "refused: host,  403", []string{"Host", "evil.example"}},
		{"GET", "/graphql?query={whoami}", "refused: credential, /graphql 401", []string{"X-Tenant-ID", "no tenant"}},
		{"GET", "/graphql?query={whoami}", "/graphql 200", []string{"X-Principal", "service:svc:asyncgate"}},
	} {
		s.do(t, test.method, test.path, "", test.header...)
		o.eventually(t, test.want)
	}
	s.drain()
	s.do(t, "GET", "/graphql?query={whoami}", "")
	o.eventually(t, "refused: draining, /graphql 503")
}

// TestObserverHearsOfThoseWhoHangUp: they are no failures of the server.
func TestObserverHearsOfThoseWhoHangUp(t *testing.T) {
	t.Parallel()
	for name, start := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &observed{}
			s := start(t, func(opt *web.Options) { opt.Observer = o })
			ctx, hangUp := context.WithCancel(t.Context())
			go func() {
				await(t, "the mutation", s.entered)
				hangUp()
			}()
			request := s.request(t, "POST", "/graphql", `{"query":"mutation { hold }"}`)
			if resp, err := s.client.Do(request.WithContext(ctx)); err == nil {
				resp.Body.Close()
				t.Fatalf("it was answered %s", resp.Status)
			}
			o.eventually(t, "/graphql 0")
		})
	}
}

func TestObserverHearsOfSockets(t *testing.T) {
	t.Parallel()
	s, o := observedStage(t)
	p := s.connected(t)
	p.subscribe("1", "{ whoami }")
	p.expect("agent:dev", "complete")
	_ = p.ws.CloseNow()
	o.eventually(t, "socket opened, socket closed, /graphql 101")

	p = s.dial(t)
	p.send(`{"type":"connection_init","payload":{"x-tenant-id":"no tenant"}}`)
	p.expectClose(4401)
	o.eventually(t, "socket opened, refused: credential, socket closed, /graphql 101")
}

// The line of a request in the log says who sent it, wherever that was found out, and nothing of what it brought.
func TestRequestInTheLog(t *testing.T) {
	t.Parallel()
	s, o := observedStage(t)
	const tenant = "5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a01"
	s.do(t, "GET", "/graphql?query={echo(value:\"s3cret\")}", "", "X-Principal", "agent:planner", "X-Tenant-ID", tenant, "Authorization", "Bearer s3cret")
	o.eventually(t, "/graphql 200")
	p := s.connected(t, "X-Principal", "worker:builder")
	_ = p.ws.CloseNow()
	o.eventually(t, "socket opened, socket closed, /graphql 101")
	s.do(t, "GET", "/"+strings.Repeat("long", 100), "")
	o.eventually(t, " 404")
	log := s.logs.String()
	for _, want := range []string{"tenant=" + tenant + " principal=agent:planner", "principal=worker:builder"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	if strings.Contains(log, "s3cret") || strings.Contains(log, strings.Repeat("long", 30)) {
		t.Errorf("the log has what it should not have:\n%s", log)
	}
}

// A listener of the metrics' own serves nothing else, and the main address then has none.
func TestMetricsServer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	apart := httptest.NewUnstartedServer(nil)
	apart.Config = s.web.MetricsServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "a 1") }))
	apart.Start()
	defer apart.Close()
	main := s.url
	for _, test := range []struct {
		url, path, host string
		status          int
		body            string
	}{
		{main, "/metrics", "", http.StatusNotFound, ""},
		{apart.URL, "/metrics", "", http.StatusOK, "a 1\n"},
		{apart.URL, "/metrics", "evil.example", http.StatusForbidden, ""},
		{apart.URL, "/graphql?query={whoami}", "", http.StatusNotFound, ""},
		{apart.URL, "/readyz", "", http.StatusNotFound, ""},
	} {
		s.url = test.url
		header := []string{}
		if test.host != "" {
			header = []string{"Host", test.host}
		}
		r := s.do(t, "GET", test.path, "", header...)
		if r.status != test.status || test.body != "" && r.body != test.body || r.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s%s (%s): %d %q", test.url, test.path, test.host, r.status, r.body)
		}
	}
}

// Requests over the limit are told of, whichever limit it is and wherever it is found out.
func TestObserverHearsOfTheRateLimit(t *testing.T) {
	t.Parallel()
	o := &observed{}
	s := newCounted(t, 2, func(opt *web.Options) { opt.Observer = o })
	for _, test := range []struct{ query, want string }{
		{"{whoami}", "/graphql 200"},
		{"{a:whoami,b:whoami,c:whoami}", "refused: rate, /graphql 429"}, // more than is ever allowed
		{"{whoami}", "refused: rate, /graphql 429"},                     // which counted all the same
	} {
		s.do(t, "GET", "/graphql?query="+test.query, "")
		o.eventually(t, test.want)
	}
}
