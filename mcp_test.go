package main_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// tools is a host's session with `asyncgate mcp`.
type tools struct {
	t       *testing.T
	session *sdk.ClientSession
}

func connectTools(t *testing.T, transport sdk.Transport) *tools {
	t.Helper()
	host := sdk.NewClient(&sdk.Implementation{Name: "host", Version: "1"}, nil)
	session, err := host.Connect(t.Context(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return &tools{t, session}
}

// overStdio starts the command as a host does.
func overStdio(t *testing.T, settings []string, args ...string) *tools {
	t.Helper()
	return connectTools(t, &sdk.CommandTransport{Command: program.Command(t, settings, append([]string{"mcp"}, args...)...)})
}

// overHTTP calls a server of tools with these headers.
func overHTTP(t *testing.T, url string, headers http.Header) *tools {
	t.Helper()
	return connectTools(t, &sdk.StreamableClientTransport{
		Endpoint: url, HTTPClient: &http.Client{Transport: withHeaders{headers}}, DisableStandaloneSSE: true,
	})
}

type withHeaders struct{ http.Header }

// RoundTrip adds the headers.
func (h withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, values := range h.Header {
		r.Header[name] = values
	}
	return http.DefaultTransport.RoundTrip(r)
}

// call calls a tool that must succeed, and returns its structured answer.
func (h *tools) call(name string, arguments any) map[string]any {
	h.t.Helper()
	text, refused := h.try(name, arguments)
	if refused {
		h.t.Fatalf("%s: %s", name, text)
	}
	var answer map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		h.t.Fatal(err)
	}
	return answer
}

// try calls a tool and returns its text.
func (h *tools) try(name string, arguments any) (text string, refused bool) {
	h.t.Helper()
	result, err := h.session.CallTool(h.t.Context(), &sdk.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		h.t.Fatalf("%s: %v", name, err)
	}
	if len(result.Content) != 1 {
		h.t.Fatalf("%s: %d contents", name, len(result.Content))
	}
	content, ok := result.Content[0].(*sdk.TextContent)
	if !ok {
		h.t.Fatalf("%s: a %T", name, result.Content[0])
	}
	return content.Text, result.IsError
}

// expectRefused calls a tool that must be refused with these words.
func (h *tools) expectRefused(name string, arguments any, words ...string) {
	h.t.Helper()
	text, refused := h.try(name, arguments)
	if !refused {
		h.t.Errorf("%s: %s", name, text)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			h.t.Errorf("%s: %q does not say %q", name, text, word)
		}
	}
}

// at is the value below names, which must be there.
func at[T any](t *testing.T, value any, names ...string) T {
	t.Helper()
	for _, name := range names {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			if len(v) == 0 {
				t.Fatalf("nothing at %s", name)
			}
			value = v[0]
		}
	}
	found, ok := value.(T)
	if !ok {
		t.Fatalf("at %s is %v", strings.Join(names, "."), value)
	}
	return found
}

// TestMCP: an agent delegates and collects, a worker works, each by tools alone; over stdio and over HTTP.
func TestMCP(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		agent := overStdio(t, nil, "--url", server.URL, "--principal", "agent:planner")
		worker := overHTTP(t, program.ServeMCP(t, server.URL).URL, http.Header{"X-Principal": {"worker:writer"}})

		large := json.Number("9007199254740993")
		order := map[string]any{"type": "report", "payload": map[string]any{"id": large}, "idempotencyKey": "q3", "expects": "RESULT"}
		task := at[string](t, agent.call("create_task", order), "task", "taskId")
		if again := agent.call("create_task", order); at[bool](t, again, "created") || at[string](t, again, "task", "taskId") != task {
			t.Errorf("the same again: %v", again)
		}
		if owed := agent.call("open_obligations", nil); at[string](t, owed, "obligations", "0", "taskId") != task {
			t.Errorf("owed: %v", owed)
		}
		if waiting := agent.call("await_task", map[string]any{"taskId": task, "waitSeconds": 1}); at[bool](t, waiting, "task", "done") {
			t.Errorf("waited for: %v", waiting)
		}

		claimed := worker.call("claim_tasks", map[string]any{"types": []string{"report"}})
		if got := at[json.Number](t, claimed, "leases", "0", "task", "payload", "id"); got != large {
			t.Errorf("the payload arrived as %s", got)
		}
		if held := worker.call("held_leases", nil); at[string](t, held, "leases", "0", "leaseId") != at[string](t, claimed, "leases", "0", "leaseId") {
			t.Errorf("held: %v", held)
		}
		worker.call("release_task", map[string]any{"leaseId": at[string](t, claimed, "leases", "0", "leaseId"), "reason": "lunch"})
		claimed = worker.call("claim_tasks", map[string]any{"types": []string{"report"}, "capabilities": nil})
		lease := at[string](t, claimed, "leases", "0", "leaseId")
		progress := map[string]any{"leaseId": lease, "progress": map[string]any{"percent": 50}}
		before := at[string](t, claimed, "leases", "0", "expiresAt")
		if reported := worker.call("report_progress", progress); at[string](t, reported, "expiresAt") != before {
			t.Errorf("a lease that has just begun was extended: %v", reported)
		}
		progress["leaseSeconds"] = 1800
		if reported := worker.call("report_progress", progress); at[string](t, reported, "expiresAt") <= before {
			t.Errorf("the lease was not extended: %v", reported)
		}
		worker.expectRefused("complete_task", map[string]any{"leaseId": lease, "summary": "written"}, "OUTCOME_REQUIRED")
		worker.call("complete_task", map[string]any{"leaseId": lease, "summary": "written", "result": map[string]any{"pages": large}})

		ended := agent.call("await_task", map[string]any{"taskId": task})
		if !at[bool](t, ended, "task", "done") || at[json.Number](t, ended, "task", "outcome", "result", "pages") != large {
			t.Errorf("it ended as %v", ended)
		}
		if owed := agent.call("open_obligations", nil); len(at[[]any](t, owed, "obligations")) > 0 {
			t.Errorf("still owed: %v", owed)
		}
		worker.expectRefused("fail_task", map[string]any{"leaseId": lease, "error": "late"}, "LEASE_INVALID_OR_EXPIRED")
		expectNoViolations(t, url)
	})
}

// TestMCPRefusals: what a model did wrong it is told, in words that say what to do.
func TestMCPRefusals(t *testing.T) {
	t.Parallel()
	database := databases["SQLite"](t)
	server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + database, "ASYNCGATE_AUTH=keys"})
	_, key := mustMakeKey(t, []string{"ASYNCGATE_DATABASE_URL=" + database})
	worker := overStdio(t, []string{"ASYNCGATE_API_KEY=" + key}, "--url", server.URL)
	worker.expectRefused("create_task", map[string]any{"type": "report"}, "FORBIDDEN", "trace ")
	for _, wrong := range []struct {
		tool      string
		arguments any
		says      string
	}{
		{"create_task", map[string]any{"kind": "report"}, "kind"},
		{"create_task", map[string]any{"type": nil}, "type"},
		{"create_task", []string{"report"}, "no JSON object"},
		{"create_task", map[string]any{"type": "report", "delaySeconds": 18446744074}, "delaySeconds"}, // 290 ms in nanoseconds of 64 bits
		{"create_task", map[string]any{"type": "report", "expects": "SOMETHING"}, "ANY RESULT ARTIFACT"},
		{"await_task", map[string]any{"taskId": "the first"}, "taskId"},
		{"claim_tasks", map[string]any{"maxTasks": 101, "waitSeconds": 0}, "maxTasks"},
		{"claim_tasks", map[string]any{"leaseSeconds": -1}, "leaseSeconds"},
	} {
		worker.expectRefused(wrong.tool, wrong.arguments, "BAD_USER_INPUT", wrong.says)
	}
	if claimed := worker.call("claim_tasks", map[string]any{"waitSeconds": 0}); len(at[[]any](t, claimed, "leases")) > 0 {
		t.Errorf("claimed %v", claimed)
	}
	_, planner := mustMakeKey(t, []string{"ASYNCGATE_DATABASE_URL=" + database}, "--principal", "agent:planner", "--scope", "task")
	overStdio(t, []string{"ASYNCGATE_API_KEY=" + planner}, "--url", server.URL).call("create_task", map[string]any{"type": "report"})
	lease := at[string](t, worker.call("claim_tasks", nil), "leases", "0", "leaseId")
	worker.call("report_progress", map[string]any{"leaseId": lease, "progress": "begun"})
	stranger := overStdio(t, []string{"ASYNCGATE_API_KEY=" + key[:len(key)-4] + "AAAA"}, "--url", server.URL)
	stranger.expectRefused("claim_tasks", nil, "UNAUTHENTICATED")

	front := program.ServeMCP(t, server.URL)
	overHTTP(t, front.URL, http.Header{"Authorization": {"Bearer " + key}}).call("claim_tasks", map[string]any{"waitSeconds": 0})
	server.Stop()
	worker.expectRefused("claim_tasks", map[string]any{"waitSeconds": 0}, "UNAVAILABLE", "Claim again")
}

// TestMCPMany: many calls at once are as many tasks.
func TestMCPMany(t *testing.T) {
	t.Parallel()
	server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + databases["SQLite"](t)})
	agent := overStdio(t, nil, "--url", server.URL)
	var calls sync.WaitGroup
	for range 100 {
		calls.Go(func() {
			if text, refused := agent.try("create_task", map[string]any{"type": "report"}); refused {
				t.Error(text)
			}
		})
	}
	calls.Wait()
	if owed := agent.call("open_obligations", map[string]any{"first": 200}); len(at[[]any](t, owed, "obligations")) != 100 {
		t.Errorf("%d are owed", len(at[[]any](t, owed, "obligations")))
	}
}

// TestMCPUsage: a command line that can't be understood is told in one line.
func TestMCPUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--http", "127.0.0.1:0", "--principal", "agent:x"}, {"--stdio"}, {"--tenant", "mine"}, {"--principal", "planner"}} {
		expectRefusal(t, program.Run(t, nil, append([]string{"mcp"}, args...)...), 2, "asyncgate mcp --help")
	}
	expectRefusal(t, program.Run(t, nil, "mcp", "--url", "ftp://localhost"), 1, "http://")
	expectRefusal(t, program.Run(t, []string{"ASYNCGATE_TENANT=mine"}, "mcp"), 1, "ASYNCGATE_TENANT")
	for _, command := range []string{"mcp", "demo"} {
		expectRefusal(t, program.Run(t, []string{"ASYNCGATE_PRINCIPAL=planner"}, command), 1, "ASYNCGATE_PRINCIPAL", "agent:planner")
	}
	expectRefusal(t, program.Run(t, nil, "demo", "--url", "foo"), 2, "http://127.0.0.1:8080", "https://")
}

// TestMCPUnauthorized: over HTTP whoever has no key, or none that the server knows, is answered 401, which makes hosts ask for one:
// when they begin, and by each call.
func TestMCPUnauthorized(t *testing.T) {
	t.Parallel()
	database := []string{"ASYNCGATE_DATABASE_URL=" + databases["SQLite"](t)}
	server := program.Serve(t, append([]string{"ASYNCGATE_AUTH=keys"}, database...))
	front := program.ServeMCP(t, server.URL).URL
	_, key := mustMakeKey(t, database)
	expect := func(credential, message string, status int) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front, strings.NewReader(message))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}}
		if credential != "" {
			request.Header.Set("Authorization", credential)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		challenged := response.Header.Get("WWW-Authenticate") != ""
		if response.StatusCode != status || challenged != (status == http.StatusUnauthorized) {
			t.Errorf("%s with %q: %s", message, credential, response.Status)
		}
	}
	claim := calling(1, "claim_tasks", `{"waitSeconds":0}`)
	for _, credential := range []string{"", "Basic eDp5", "Bearer nonsense", "Bearer " + key[:len(key)-4] + "AAAA"} {
		expect(credential, initializing, http.StatusUnauthorized)
		expect(credential, claim, http.StatusUnauthorized)
	}
	expect("Bearer "+key, initializing, http.StatusOK)
	expect("Bearer "+key, claim, http.StatusOK)
	expect("Bearer "+key, calling(1, "create_task", `{"type":"report"}`), http.StatusOK) // FORBIDDEN: another key is not the remedy
	host := sdk.NewClient(&sdk.Implementation{Name: "host", Version: "1"}, nil)
	if _, err := host.Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: front, HTTPClient: &http.Client{
		Transport: withHeaders{http.Header{"Authorization": {"Bearer nonsense"}}},
	}}, nil); err == nil || !strings.Contains(err.Error(), "Unauthorized") {
		t.Errorf("a host that begins is told %v", err)
	}
	server.Stop()
	expect("Bearer "+key, initializing, http.StatusOK) // nobody knows better
}
