package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// piped writes lines to `asyncgate mcp`, as a script does, and returns what it answers, by id; what has none is under "".
func piped(t *testing.T, url string, lines ...string) map[string]string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := program.Command(t, nil, "mcp", "--url", url)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(strings.Join(lines, "\n")), &stdout, &stderr
	if err := command.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("it ended with %v\n%s", err, &stderr)
	}
	answers := map[string]string{}
	for line := range strings.Lines(stdout.String()) {
		var answer struct{ ID any }
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if answer.ID == nil {
			answer.ID = ""
		}
		answers[fmt.Sprint(answer.ID)] += line
	}
	return answers
}

func calling(id int, tool, arguments string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, id, tool, arguments)
}

const initializing = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"host","version":"1"}}}`

// TestMCPPiped: a host that closes the input behind its calls gets all answers: a wait ends early, with its handle.
func TestMCPPiped(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		var lines []string
		for id := range 20 {
			lines = append(lines, calling(id+1, "create_task", fmt.Sprintf(`{"type":"report","idempotencyKey":"%d"}`, id)))
		}
		answers := piped(t, server.URL, append([]string{initializing}, lines...)...)
		if len(answers) != 21 {
			t.Fatalf("%d answers: %v", len(answers), answers)
		}
		var created struct {
			Result struct {
				Content struct{ Task struct{ TaskID string } } `json:"structuredContent"`
			}
		}
		if err := json.Unmarshal([]byte(answers["1"]), &created); err != nil || created.Result.Content.Task.TaskID == "" {
			t.Fatalf("%s: %v", answers["1"], err)
		}
		answers = piped(t, server.URL, initializing,
			calling(1, "await_task", `{"taskId":"`+created.Result.Content.Task.TaskID+`"}`),
			calling(2, "claim_tasks", `{"maxTasks":20}`),
			calling(3, "claim_tasks", `{"types":["unheard"]}`),
			calling(4, "collect_results", `{}`))
		for id, says := range map[string]string{"1": "call await_task again", "2": `"leaseId"`, "3": "held_leases", "4": `"results":[]`} {
			if !strings.Contains(answers[id], says) {
				t.Errorf("call %s: %s, want %q", id, answers[id], says)
			}
		}
	})
}

// TestMCPNoMessage: a line that is no message is answered, and what follows is served.
func TestMCPNoMessage(t *testing.T) {
	t.Parallel()
	const nowhere = "http://127.0.0.1:1"
	for line, want := range map[string]string{
		`{"jsonrpc":`: `"id":null,"error":{"code":-32700,"message":"the line is no JSON: `,
		`hello`:       `"id":null,"error":{"code":-32700,`,
		`[` + calling(5, "held_leases", `{}`) + `]`: `"id":null,"error":{"code":-32600,`,
		`{"jsonrpc":"2.0"}`:                         `"id":null,"error":{"code":-32600,`,
		`{"id":5,"method":"ping"}`:                  `"id":5,"error":{"code":-32600,`,
		`{"jsonrpc":"2.0","id":"x","method":5}`:     `"id":"x","error":{"code":-32600,`,
		`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`: `"id":5,"error":{"code":-32`,
	} {
		answers := piped(t, nowhere, initializing, line, "", "\r", `{"jsonrpc":"2.0","id":9,"method":"ping"}`)
		if all := answers[""] + answers["5"] + answers["x"]; !strings.Contains(all, want) || len(answers) != 3 {
			t.Errorf("%.80s: %v, want %s", line, answers, want)
		}
	}
}
