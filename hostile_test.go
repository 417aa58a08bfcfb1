package main_test

import (
	"encoding/json"
	"testing"
)

// TestHostileTextIsText: whatever a caller writes, it is a value and never a part of a statement.
func TestHostileTextIsText(t *testing.T) {
	t.Parallel()
	hostile := []string{
		"'; DROP TABLE tasks; --", `"; DELETE FROM receipts; --`, "' OR '1'='1", "?", "?0 ?1 ?TableName ?TableAlias ?PKs",
		"$1", "\\'; --", "\\", "E'\\x41'", "%s%n%!d(x)", "/* */ -- ;", "'); ROLLBACK; SELECT ('", "{}[]<>&\u2028", "NULL",
	}
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		c := newClient(t, server.URL)
		for _, text := range hostile {
			planner, worker := "agent:"+text, "worker:"+text
			var created struct {
				CreateTask struct{ Task struct{ ID string } }
			}
			c.must(t, planner, `mutation($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }`, map[string]any{"input": map[string]any{
				"type": text, "payload": map[string]any{text: text}, "payloadPointer": text, "idempotencyKey": text,
				"requirements": map[string]any{"capabilities": []string{text}, "tags": []string{text}},
			}}, &created)
			var claimed struct {
				ClaimTasks struct{ Leases []struct{ ID string } }
			}
			c.must(t, worker, `mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { leases { id } } }`,
				map[string]any{"input": map[string]any{"types": []string{text}, "capabilities": []string{text}}}, &claimed)
			if len(claimed.ClaimTasks.Leases) != 1 {
				t.Fatalf("%q: the task is not found by its type and capability", text)
			}
			var completed struct {
				CompleteTask struct{ Task struct{ ID string } }
			}
			c.must(t, worker, `mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { id } } }`,
				map[string]any{"input": map[string]any{"leaseId": claimed.ClaimTasks.Leases[0].ID, "summary": text, "result": text}}, &completed)

			type task struct {
				ID, Type, PayloadPointer string
				Payload                  map[string]string
				Requirements             struct{ Capabilities, Tags []string }
				Outcome                  struct{ Result string }
			}
			var found struct {
				Tasks struct{ Nodes []task }
			}
			c.must(t, planner, `query($filter: TaskFilter!) { tasks(filter: $filter) { nodes {
				id type payloadPointer payload requirements { capabilities tags } outcome { result } } } }`,
				map[string]any{"filter": map[string]any{"types": []string{text}, "idempotencyKey": text}}, &found)
			want := task{ID: created.CreateTask.Task.ID, Type: text, PayloadPointer: text, Payload: map[string]string{text: text}}
			want.Requirements.Capabilities, want.Requirements.Tags = []string{text}, []string{text}
			want.Outcome.Result = text
			if got := mustText(t, found.Tasks.Nodes); got != mustText(t, []task{want}) {
				t.Errorf("%q comes back as %s", text, got)
			}
		}
		if n := len(c.mustReadLedger(t)); n != 4*len(hostile) {
			t.Errorf("the ledger has %d receipts, want four for each life", n)
		}
		server.Stop()
		expectNoViolations(t, url)
	})
}

func mustText(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
