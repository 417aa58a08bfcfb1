package main_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// results calls collect_results and returns the status of each, and the answer.
func (h *tools) results(arguments map[string]any) ([]string, map[string]any) {
	h.t.Helper()
	answer := h.call("collect_results", arguments)
	statuses := []string{}
	for _, r := range at[[]any](h.t, answer, "results") {
		statuses = append(statuses, at[string](h.t, r, "task", "status"))
	}
	return statuses, answer
}

// expectResults collects, with one more call when a busy machine gave fewer than are wanted, and returns the last answer.
func (h *tools) expectResults(arguments map[string]any, want ...string) map[string]any {
	h.t.Helper()
	got, answer := h.results(arguments)
	for more := got; len(more) > 0 && len(got) < len(want); got = append(got, more...) {
		more, answer = h.results(map[string]any{"after": answer["cursor"]})
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("%v: collected %v, want %v", arguments, got, want)
	}
	return answer
}

// TestMCPCollect: whoever has forgotten everything gets all results that nobody has acknowledged, in order, page by page, and then
// waits for more.
func TestMCPCollect(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		front := program.ServeMCP(t, server.URL).URL
		agent := overHTTP(t, front, http.Header{"X-Principal": {"agent:planner"}})
		worker := overHTTP(t, front, http.Header{"X-Principal": {"worker:writer"}})
		agent.expectResults(map[string]any{"waitSeconds": 0})

		create := func() string {
			return at[string](t, agent.call("create_task", map[string]any{"type": "report", "payload": "secret"}), "task", "taskId")
		}
		claim := func() string {
			return at[string](t, worker.call("claim_tasks", nil), "leases", "0", "leaseId")
		}
		succeeded := create()
		worker.call("complete_task", map[string]any{"leaseId": claim(), "result": map[string]any{"pages": 12}})
		create()
		worker.call("fail_task", map[string]any{"leaseId": claim(), "error": "no paper"})
		agent.call("cancel_task", map[string]any{"taskId": create(), "reason": "too late"})

		end := at[string](t, agent.expectResults(nil, "SUCCEEDED", "FAILED", "CANCELED"), "cursor")
		page := agent.expectResults(map[string]any{"first": 1}, "SUCCEEDED")
		first := at[map[string]any](t, page, "results", "0")
		if at[string](t, first, "task", "taskId") != succeeded || first["task"].(map[string]any)["payload"] != nil {
			t.Errorf("the first is %v", first)
		}
		at[any](t, first, "task", "outcome", "result", "pages")
		page = agent.expectResults(map[string]any{"first": 1, "after": at[string](t, page, "cursor")}, "FAILED")
		page = agent.expectResults(map[string]any{"after": at[string](t, page, "cursor")}, "CANCELED")
		if at[string](t, page, "cursor") != end {
			t.Errorf("the end is %s or %v", end, page["cursor"])
		}
		none := agent.expectResults(map[string]any{"after": end, "waitSeconds": 0})
		if at[string](t, none, "cursor") != end {
			t.Errorf("nothing behind %s, and then the cursor is %v", end, none["cursor"])
		}

		receipt := at[string](t, first, "receiptId")
		if awaited := agent.call("await_task", map[string]any{"taskId": succeeded}); at[string](t, awaited, "receiptId") != receipt {
			t.Errorf("the receipt of %v is %s", awaited, receipt)
		}
		agent.call("acknowledge_receipt", map[string]any{"receiptId": receipt})
		agent.expectResults(nil, "FAILED", "CANCELED")
		agent.expectResults(map[string]any{"after": end, "waitSeconds": 0})

		fresh := create()
		collected := make(chan []string, 1)
		go func() {
			defer close(collected)
			statuses, _ := agent.results(map[string]any{"after": end})
			collected <- statuses
		}()
		worker.call("complete_task", map[string]any{"leaseId": claim()})
		if got := <-collected; !slices.Equal(got, []string{"SUCCEEDED"}) {
			t.Errorf("waiting for %s brought %v", fresh, got)
		}

		agent.expectRefused("collect_results", map[string]any{"after": "elsewhere"}, "BAD_USER_INPUT", "cursor")
		agent.expectRefused("collect_results", map[string]any{"first": 51}, "BAD_USER_INPUT", "1 to 50")
		expectNoViolations(t, url)
	})
}

// TestMCPArchived: of a task whose content has moved to a file, a model is told that it has.
func TestMCPArchived(t *testing.T) {
	t.Parallel()
	database := databases["SQLite"](t)
	server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + database})
	front := program.ServeMCP(t, server.URL).URL
	model := overHTTP(t, front, http.Header{"X-Principal": {"agent:planner"}})
	task := at[string](t, model.call("create_task", map[string]any{"type": "report"}), "task", "taskId")
	lease := at[string](t, model.call("claim_tasks", nil), "leases", "0", "leaseId")
	model.call("complete_task", map[string]any{"leaseId": lease, "result": 42})
	if got := model.call("await_task", map[string]any{"taskId": task}); got["task"].(map[string]any)["archived"] != nil {
		t.Errorf("not archived yet: %v", got)
	}
	mustRun(t, nil, "archive", "--database-url", database, "--before", "0s", "--to", t.TempDir())
	got := model.call("await_task", map[string]any{"taskId": task})
	if !at[bool](t, got, "task", "archived") || at[string](t, got, "task", "status") != "SUCCEEDED" {
		t.Errorf("awaited %v", got)
	}
	got = model.expectResults(nil, "SUCCEEDED")
	at[bool](t, got, "results", "0", "task", "archived")
}

// TestMCPLost: a model whose answer was lost is told how not to delegate twice, and how to find what it holds.
func TestMCPLost(t *testing.T) {
	t.Parallel()
	server := newDoor(t, program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + databases["SQLite"](t)}).URL)
	model := overStdio(t, []string{"ASYNCGATE_URL=" + server.URL, "ASYNCGATE_PRINCIPAL=agent:planner"})
	server.losing.Store(true)
	text, refused := model.try("create_task", map[string]any{"type": "report"})
	key := regexp.MustCompile(`idempotencyKey "([^"]+)"`).FindStringSubmatch(text)
	if !refused || key == nil || !strings.HasPrefix(text, "UNAVAILABLE: ") {
		t.Fatalf("lost: %s", text)
	}
	model.expectRefused("claim_tasks", map[string]any{"waitSeconds": 0}, "UNAVAILABLE", "held_leases")
	server.losing.Store(false)
	if again := model.call("create_task", map[string]any{"type": "report", "idempotencyKey": key[1]}); at[bool](t, again, "created") {
		t.Errorf("created again: %v", again)
	}
	if held := model.call("held_leases", nil); at[string](t, held, "leases", "0", "task", "type") != "report" {
		t.Errorf("held: %v", held)
	}
}
