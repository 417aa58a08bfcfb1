package main_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// keyed is a production server, or several on one database, and what makes keys for it.
type keyed struct {
	settings []string
	servers  []*testkit.RunningServer
	clients  []*client
}

func newKeyed(t *testing.T, url string, servers int) *keyed {
	t.Helper()
	k := &keyed{settings: []string{"ASYNCGATE_DATABASE_URL=" + url}}
	for range servers {
		s := program.Serve(t, append([]string{"ASYNCGATE_ENV=production", "ASYNCGATE_METRICS_ADDR=off"}, k.settings...))
		k.servers, k.clients = append(k.servers, s), append(k.clients, newClient(t, s.URL))
	}
	return k
}

// mustMake makes a key and returns its id and the key itself.
func (k *keyed) mustMake(t *testing.T, principal, scopes string, flags ...string) (id, secret string) {
	t.Helper()
	return mustMakeKey(t, k.settings, append([]string{"--principal", principal, "--scope", scopes}, flags...)...)
}

const askViewer = `{ viewer { tenantId principal { kind id } scopes } }`

// TestFirstKey: a server that demands keys and has none says how to make one, and that command does, without a restart.
func TestFirstKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		k := newKeyed(t, url, 1)
		command := k.servers[0].AwaitPrinted(regexp.MustCompile(`\n  asyncgate (keys create --tenant [0-9a-f-]{36} .*)\n`))
		k.servers[0].AwaitLog("asyncgate " + command)
		r := program.Run(t, k.settings, strings.Fields(command)...)
		if r.Code != 0 {
			t.Fatalf("%s: %+v", command, r)
		}
		var got struct {
			Viewer struct {
				TenantID string
				Scopes   []string
			}
		}
		k.clients[0].with(strings.TrimSpace(r.Stdout)).must(t, "", askViewer, nil, &got)
		if !strings.Contains(command, got.Viewer.TenantID) || fmt.Sprint(got.Viewer.Scopes) != "[ADMIN]" {
			t.Errorf("got %+v", got)
		}
		k.servers[0].Stop()
		again := newKeyed(t, url, 1)
		again.servers[0].Stop()
		if r := again.servers[0].Wait(); strings.Contains(r.Stdout+r.Stderr, "keys create") {
			t.Errorf("it still explains: %+v", r)
		}
	})
}

// TestKeysAreDemanded: what is no valid key gets 401, and pages and health need none.
func TestKeysAreDemanded(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		k := newKeyed(t, url, 1)
		c := k.clients[0]
		_, good := k.mustMake(t, "agent:planner", "lease")
		revokedID, revoked := k.mustMake(t, "agent:planner", "admin")
		mustRun(t, k.settings, "keys", "revoke", revokedID)
		_, expired := k.mustMake(t, "agent:planner", "admin", "--expires", "1ms")

		ask := func(method, path, host string, header http.Header) (*http.Response, string) {
			t.Helper()
			request, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(`{"query": "{ service { version } viewer { tenantId } }"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header, request.Host = header, host
			request.Header.Set("Content-Type", "application/json")
			response, err := c.http.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			return response, string(text)
		}
		for name, authorization := range map[string]string{
			"none": "", "another scheme": "Basic " + good, "malformed": "Bearer ag_x", "two": "Bearer " + good + " " + good,
			"unknown": "Bearer ag_" + strings.Repeat("A", 43), "revoked": "Bearer " + revoked, "expired": "Bearer " + expired,
		} {
			for _, accept := range []string{"application/json", "application/graphql-response+json", "text/event-stream"} {
				header := http.Header{"Accept": {accept}, "X-Principal": {"agent:planner"}}
				if authorization != "" {
					header.Set("Authorization", authorization)
				}
				response, text := ask("POST", "/graphql", "", header)
				if response.StatusCode != 401 || !strings.Contains(text, `"code":"UNAUTHENTICATED"`) ||
					!strings.HasPrefix(response.Header.Get("WWW-Authenticate"), "Bearer") {
					t.Errorf("%s, %s: %s %v %s", name, accept, response.Status, response.Header, text)
				}
			}
		}
		// Any name of the server will do: only development mode is for loopback.
		for _, host := range []string{"", "asyncgate.example.com"} {
			if response, text := ask("POST", "/graphql", host, http.Header{"Authorization": {"bearer " + good}}); response.StatusCode != 200 {
				t.Errorf("a good key at %q: %s %s", host, response.Status, text)
			}
		}
		for _, path := range []string{"/", "/playground", "/static/playground.js", "/healthz", "/readyz"} {
			if response, text := ask("GET", path, "asyncgate.example.com", http.Header{}); response.StatusCode != 200 {
				t.Errorf("%s: %s %s", path, response.Status, text)
			}
		}
	})
}

// TestWhoMayIntrospect: strangers only where everyone may, and nothing else even there.
func TestWhoMayIntrospect(t *testing.T) {
	t.Parallel()
	const schema, data = `{ __schema { queryType { name } } }`, `{ service { version } }`
	url := databases["SQLite"](t)
	for _, tt := range []struct{ setting, stranger, known string }{
		{"always", "", ""}, {"authenticated", "UNAUTHENTICATED", ""}, {"never", "UNAUTHENTICATED", "FORBIDDEN"},
	} {
		settings := []string{"ASYNCGATE_DATABASE_URL=" + url}
		_, key := (&keyed{settings: settings}).mustMake(t, "agent:a", "lease")
		server := program.Serve(t, append([]string{"ASYNCGATE_ENV=production", "ASYNCGATE_INTROSPECTION=" + tt.setting}, settings...))
		stranger := newClient(t, server.URL)
		for _, ask := range []struct {
			who            *client
			document, code string
		}{
			{stranger, schema, tt.stranger}, {stranger, data, "UNAUTHENTICATED"}, {stranger, `{ __typename }`, "UNAUTHENTICATED"},
			{stranger, schema[:len(schema)-1] + data[1:], "UNAUTHENTICATED"}, {stranger.with("ag_wrong"), schema, "UNAUTHENTICATED"},
			{stranger.with(key), schema, tt.known}, {stranger.with(key), data, ""},
		} {
			if err := ask.who.do(t.Context(), "", ask.document, nil, &struct{}{}); codeOf(err) != ask.code || err != nil && ask.code == "" {
				t.Errorf("%s: %s: got %v, want %q", tt.setting, ask.document, err, ask.code)
			}
		}
		server.Stop()
	}
}

// TestDemoWithAKey: an ADMIN key acts as both of the demo's people, another one as neither.
func TestDemoWithAKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		k := newKeyed(t, url, 1)
		_, admin := k.mustMake(t, "human:admin", "admin")
		_, planner := k.mustMake(t, "agent:planner", "read,task,lease")
		at := k.servers[0].URL
		if r := program.Run(t, []string{"ASYNCGATE_API_KEY=" + admin}, "demo", "--url", at); r.Code != 0 || r.Stderr != "" {
			t.Errorf("demo: %+v", r)
		}
		expectRefusal(t, program.Run(t, []string{"ASYNCGATE_API_KEY=" + planner}, "demo", "--url", at), 1, "FORBIDDEN", "scope admin", "keys create")
		expectRefusal(t, program.Run(t, nil, "demo", "--url", at), 1, "UNAUTHENTICATED", "ASYNCGATE_API_KEY", "keys create")
	})
}

// TestKeysInWebSockets: the key is in the handshake's headers or in connection_init; two different ones contradict each other.
func TestKeysInWebSockets(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		k := newKeyed(t, url, 1)
		_, one := k.mustMake(t, "agent:one", "read")
		_, two := k.mustMake(t, "agent:two", "read")
		for _, test := range []struct {
			name, header, init string
			code               websocket.StatusCode // 0 is welcome
		}{
			{"in the header", "Bearer " + one, `{}`, 0},
			{"in connection_init", "", `{"Authorization":"Bearer ` + one + `"}`, 0},
			{"in both", "Bearer " + one, `{"authorization":"bearer ` + one + `"}`, 0},
			{"beside a proxy's", "Basic eDp5", `{"authorization":"Bearer ` + one + `"}`, 0},
			{"two", "Bearer " + one, `{"authorization":"Bearer ` + two + `"}`, 4403},
			{"none", "", `{}`, 4401},
			{"another's principal", "Bearer " + one, `{"x-principal":"agent:two"}`, 4403},
			{"another's tenant", "Bearer " + one, `{"x-tenant-id":"00000000-0000-0000-0000-000000000000"}`, 4403},
		} {
			header := http.Header{}
			if test.header != "" {
				header.Set("Authorization", test.header)
			}
			ws, _, err := websocket.Dial(t.Context(), k.clients[0].url+"/graphql",
				&websocket.DialOptions{HTTPClient: k.clients[0].http, HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"}})
			if err != nil {
				t.Fatal(err)
			}
			s := &socketStream{ws}
			if err := s.send(t.Context(), socketMessage{Type: "connection_init", Payload: []byte(test.init)}); err != nil {
				t.Fatal(err)
			}
			m, err := s.read(t.Context())
			if welcome := m.Type == "connection_ack"; welcome != (test.code == 0) || !welcome && websocket.CloseStatus(err) != test.code {
				t.Errorf("%s: got %+v, %v; want %d", test.name, m, err, test.code)
			}
			s.close()
		}
	})
}

// running is what runs under a key at a server: an event stream, a WebSocket's subscription, a claim and a wait for a task.
type running struct {
	streams map[string]stream
	waits   map[string]chan error
}

func startUnder(t *testing.T, c *client, task string) *running {
	t.Helper()
	sse, err := c.follow(t.Context(), "0")
	if err != nil {
		t.Fatal(err)
	}
	ws, err := c.followOnSocket(t.Context(), "0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{streams: map[string]stream{"SSE": sse, "WebSocket": ws}, waits: map[string]chan error{"claim": make(chan error, 1), "wait": make(chan error, 1)}}
	t.Cleanup(func() {
		for _, s := range r.streams {
			s.close()
		}
	})
	for _, s := range r.streams {
		mustNext(t, s)
	}
	go func() {
		_, _, err := c.claim(context.WithoutCancel(t.Context()), "nothing", 1, 30)
		r.waits["claim"] <- err
	}()
	go func() {
		r.waits["wait"] <- c.do(context.WithoutCancel(t.Context()), "", `query($id: ID!) { awaitTask(id: $id, timeoutSeconds: 30) { id } }`,
			map[string]any{"id": task}, &struct{}{})
	}()
	return r
}

// expectGone waits for the end of all, and returns how long after a time the last one ended.
func (r *running) expectGone(t *testing.T, since time.Time) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := r.streams["SSE"].next(ctx); codeOf(err) != "UNAUTHENTICATED" {
		t.Errorf("SSE: %v", err)
	}
	if _, err := r.streams["SSE"].next(ctx); !errors.Is(err, errComplete) {
		t.Errorf("SSE: then %v", err)
	}
	if _, err := r.streams["WebSocket"].next(ctx); websocket.CloseStatus(err) != 4401 {
		t.Errorf("WebSocket: %v", err)
	}
	for name, wait := range r.waits {
		if err := <-wait; codeOf(err) != "UNAUTHENTICATED" {
			t.Errorf("%s: %v", name, err)
		}
	}
	return time.Since(since)
}

// TestRevocationEndsWhatRuns: within seconds, on every server, and what waited for a task takes none.
func TestRevocationEndsWhatRuns(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		servers := 2
		if strings.HasPrefix(url, "sqlite") {
			servers = 1
		}
		k := newKeyed(t, url, servers)
		_, admin := k.mustMake(t, "agent:planner", "admin")
		id, secret := k.mustMake(t, "worker:builder", "read,lease")
		here, there := k.clients[0].with(secret), k.clients[servers-1].with(secret)
		task := k.clients[0].with(admin).mustCreate(t, "something")
		kept, err := k.clients[servers-1].with(admin).follow(t.Context(), "0")
		if err != nil {
			t.Fatal(err)
		}
		defer kept.close()
		mustNext(t, kept)
		r := startUnder(t, there, task)
		here.must(t, "", askViewer, nil, &struct{}{})

		start := time.Now()
		mustRun(t, k.settings, "keys", "revoke", id)
		revoked := time.Now()
		t.Logf("all that ran had ended %s after the revocation, which took %s", r.expectGone(t, revoked), revoked.Sub(start))
		for i, c := range []*client{here, there} {
			for codeOf(c.do(t.Context(), "", askViewer, nil, &struct{}{})) != "UNAUTHENTICATED" {
				if time.Since(revoked) > time.Minute {
					t.Fatalf("server %d still takes the key", i)
				}
			}
		}
		t.Logf("all servers refused the key %s after the revocation", time.Since(revoked))

		wanted := k.clients[0].with(admin).mustCreate(t, "nothing")
		if _, tasks, err := k.clients[0].with(admin).claim(t.Context(), "nothing", 1, 0); err != nil || len(tasks) != 1 || tasks[0] != wanted {
			t.Errorf("the task that the claim had waited for is not there: %v, %v", tasks, err)
		}
		mustNext(t, kept) // of another key
	})
}

// TestExpiryEndsWhatRuns: an expired key needs nobody who ends it.
func TestExpiryEndsWhatRuns(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		k := newKeyed(t, url, 1)
		_, admin := k.mustMake(t, "agent:planner", "admin")
		task := k.clients[0].with(admin).mustCreate(t, "something")
		expires := time.Now().Add(15 * time.Second)
		_, secret := k.mustMake(t, "worker:builder", "read,lease", "--expires", "15s")
		r := startUnder(t, k.clients[0].with(secret), task)
		t.Logf("all that ran had ended %s after the expiry, or less", r.expectGone(t, expires))
	})
}
