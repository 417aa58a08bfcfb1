package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// marker is in all that a client sends which is none of the log's business.
const marker = "m4rk3r"

// marked is a client whose every request carries the marker where a secret or a payload would be.
type marked struct {
	*client
	tenant string
}

// post sends a document; %s in it becomes the marker, as the variable $v is.
func (m marked) post(t *testing.T, document string, variables map[string]any) string {
	t.Helper()
	if variables == nil {
		variables = map[string]any{}
	}
	document = strings.ReplaceAll(document, "MARK", marker)
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables, "extensions": map[string]any{marker: marker}})
	if err != nil {
		t.Fatal(err)
	}
	return m.send(t, http.MethodPost, "/graphql", string(body))
}

func (m marked) send(t *testing.T, method, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, m.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + marker, "Cookie": "session=" + marker, "Referer": "http://localhost/" + marker,
		"Content-Type": "application/json", "X-Principal": "agent:planner", "X-Tenant-ID": m.tenant,
	} {
		request.Header.Set(name, value)
	}
	response, err := m.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// socket runs a document on a WebSocket.
func (m marked) socket(t *testing.T, document string) {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), m.url+"/graphql", &websocket.DialOptions{
		HTTPClient: m.http, Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Authorization": {"Bearer " + marker}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.CloseNow() }()
	text, err := json.Marshal(map[string]any{"id": marker, "type": "subscribe", "payload": map[string]any{"query": strings.ReplaceAll(document, "MARK", marker)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range []string{
		fmt.Sprintf(`{"type":"connection_init","payload":{"authorization":"Bearer %s","x-principal":"worker:onsocket","x-tenant-id":%q}}`, marker, m.tenant),
		string(text),
	} {
		if err := ws.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ws.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLogHoldsNoPayload: at the most talkative level, whatever goes wrong, the log says who asked for what and how it ended, and
// nothing of what was sent.
func TestLogHoldsNoPayload(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, database string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + database, "ASYNCGATE_LOG_LEVEL=debug", "ASYNCGATE_LOG_FORMAT=json"})
		m := marked{newClient(t, server.URL), "5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a01"}
		const create = `mutation MARK($v: JSON, $k: String) { MARK: createTask(input: {type: "MARK", payload: $v, payloadPointer: "MARK", idempotencyKey: $k}) { task { MARK: id payload } } } # MARK`
		secrets := map[string]any{"v": map[string]any{marker: marker}}

		expect := func(answer, part string) {
			t.Helper()
			if !strings.Contains(answer, part) {
				t.Errorf("answered %s, want %s", answer, part)
			}
		}
		expect(m.post(t, create, secrets), `"payload"`)
		expect(m.post(t, create, map[string]any{"v": 1, "k": marker}), `"payload"`)
		expect(m.post(t, create, map[string]any{"v": 2, "k": marker}), "IDEMPOTENCY_CONFLICT")
		expect(m.post(t, `{ MARK `, secrets), "GRAPHQL_PARSE_FAILED")
		expect(m.post(t, `{ MARK }`, secrets), "GRAPHQL_VALIDATION_FAILED")
		expect(m.post(t, `query($v: Int) { tasks(first: $v) { nodes { id } } }`, secrets), "errors")
		expect(m.post(t, `{ task(id: "MARK") { id } }`, nil), "BAD_USER_INPUT")
		expect(m.post(t, `mutation { failTask(input: {leaseId: "5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a99", error: {MARK: "MARK"}}) { task { id } } }`, nil), "LEASE_INVALID")
		expect(m.send(t, http.MethodGet, "/graphql?query="+url.QueryEscape(`{ MARK`+marker+`: viewer { tenantId } }`)+"&"+marker+"=1", ""), `"tenantId"`)
		expect(m.send(t, http.MethodPost, "/graphql", `{"query": "`+marker), "BAD_USER_INPUT")
		expect(m.send(t, http.MethodPost, "/graphql", `["`+marker+`"]`), "BAD_USER_INPUT")
		m.socket(t, `mutation { MARK: createTask(input: {type: "MARK", payload: {a: "MARK"}}) { created } }`)
		m.socket(t, `{ MARK }`)

		for _, breaks := range breakTasks(database) {
			mustExec(t, database, breaks.do)
			expect(m.post(t, create, secrets), "INTERNAL")
			mustExec(t, database, breaks.undo)
		}
		server.Stop()
		expectDiscreet(t, server.Wait().Stderr, m.tenant)
	})
}

// breakTasks makes the database refuse tasks, with errors that quote what was sent if the database does so at all.
func breakTasks(database string) []struct{ do, undo string } {
	if strings.HasPrefix(database, "sqlite:") {
		return []struct{ do, undo string }{
			{"CREATE TRIGGER refused BEFORE INSERT ON tasks BEGIN SELECT RAISE(ABORT, 'refused'); END", "DROP TRIGGER refused"},
			{"CREATE TRIGGER refused BEFORE INSERT ON tasks BEGIN SELECT json(NEW.type); END", "DROP TRIGGER refused"},
			{"ALTER TABLE task_counts RENAME TO gone", "ALTER TABLE gone RENAME TO task_counts"},
		}
	}
	check := func(condition string) struct{ do, undo string } {
		return struct{ do, undo string }{"ALTER TABLE tasks ADD CONSTRAINT refused CHECK (" + condition + ") NOT VALID", "ALTER TABLE tasks DROP CONSTRAINT refused"}
	}
	return []struct{ do, undo string }{
		check("type = 'no'"),        // 23514, whose detail is the whole row
		check("type::int > 0"),      // 22P02, whose message quotes it
		check("type::json IS NULL"), // 22P02, whose context does
	}
}

// expectDiscreet reads a log in JSON.
func expectDiscreet(t *testing.T, log, tenant string) {
	t.Helper()
	counts := map[string]int{}
	for line := range strings.Lines(log) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Errorf("%v: %s", err, line)
			continue
		}
		if strings.Contains(line, marker) {
			t.Errorf("the log tells what was sent: %s", line)
		}
		message, _ := record["msg"].(string)
		counts[message]++
		switch message {
		case "operation", "request failed":
			principal := record["principal"]
			if record["trace_id"] == nil || record["tenant"] != tenant || principal != "agent:planner" && principal != "worker:onsocket" {
				t.Errorf("the log doesn't tell whose it is: %s", line)
			}
		case "request":
			if record["trace_id"] == nil || record["tenant"] != tenant {
				t.Errorf("the log doesn't tell whose it is: %s", line)
			}
		}
	}
	// Three operations that succeed or not, one more of GET and of a socket, and what the database refused.
	if counts["operation"] < 8 || counts["request"] < 12 || counts["request failed"] != 3 {
		t.Errorf("the log has %v:\n%s", counts, log)
	}
}

// TestLogHoldsNoKey: keys that are valid, wrong or revoked are in no line, and the line of a request says whom the key is for.
func TestLogHoldsNoKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, database string) {
		settings := []string{"ASYNCGATE_DATABASE_URL=" + database}
		server := program.Serve(t, append([]string{
			"ASYNCGATE_ENV=production", "ASYNCGATE_METRICS_ADDR=off", "ASYNCGATE_LOG_LEVEL=debug", "ASYNCGATE_LOG_FORMAT=json",
		}, settings...))
		_, good := mustMakeKey(t, settings, "--principal", "agent:planner", "--scope", "task")
		id, revoked := mustMakeKey(t, settings, "--principal", "agent:planner", "--scope", "task")
		mustRun(t, settings, "keys", "revoke", id)
		wrong := "ag_" + strings.Repeat("B", 43)
		c := newClient(t, server.URL)
		for key, want := range map[string]string{good: "", revoked: "UNAUTHENTICATED", wrong: "UNAUTHENTICATED", marker: "UNAUTHENTICATED"} {
			if err := c.with(key).do(t.Context(), "", "{ viewer { tenantId } }", nil, &struct{}{}); codeOf(err) != want {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		server.Stop()
		log := server.Wait().Stderr
		for _, secret := range []string{good, revoked, wrong, marker} {
			if strings.Contains(log, secret) || strings.Contains(log, strings.TrimPrefix(secret, "ag_")) {
				t.Errorf("the log has the key %s:\n%s", secret, log)
			}
		}
		if strings.Count(log, `"msg":"request"`) < 4 || strings.Count(log, `"principal":"agent:planner"`) != 2 { // operation and request
			t.Errorf("the log doesn't tell whose the requests were:\n%s", log)
		}
	})
}

// TestLogDurations: in either format a duration says what it is counted in.
func TestLogDurations(t *testing.T) {
	t.Parallel()
	for format, pattern := range map[string]string{
		"json": `"msg":"%s".*"duration_ms":([0-9]+(?:\.[0-9]{1,3})?)[,}]`,
		"text": `msg=%s .*duration_ms=([0-9]+(?:\.[0-9]{1,3})?)[ \n]`,
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			server := program.Serve(t, []string{
				"ASYNCGATE_DATABASE_URL=sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db"), "ASYNCGATE_LOG_LEVEL=debug", "ASYNCGATE_LOG_FORMAT=" + format,
			})
			marked{newClient(t, server.URL), "5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a01"}.post(t, "{ viewer { tenantId } }", nil)
			for _, line := range []string{"operation", "request"} {
				server.AwaitLogged(regexp.MustCompile(fmt.Sprintf(pattern, line)))
			}
		})
	}
}
