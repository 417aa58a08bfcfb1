package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// An agent is killed and started again, and so is its server: it prints each result once.
func TestAgentKilled(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i int, s *server) {
		s.start()
		way := newForgetful(t, s.url, "createTask")
		folder := t.TempDir()
		run := func() *process {
			return start(t, languages[i].agent, folder, "ASYNCGATE_URL="+way.url, "ASYNCGATE_PRINCIPAL=agent:a")
		}

		a := run()
		lines := []string{s.mustFinishOne(), a.mustPrint()}
		s.mustBeRemembered(folder)
		a.kill()
		lines = append(lines, s.mustFinishOne())
		s.restart()
		a = run()
		lines = append(lines, a.mustPrint())
		s.mustBeRemembered(folder)
		s.restart()
		lines = append(lines, s.mustFinishOne(), a.mustPrint())
		if rest := a.mustEnd(); len(rest) > 0 {
			t.Errorf("it has also printed %q", rest)
		}

		way.mustForget()
		for i := 0; i < len(lines); i += 2 {
			if title, line := lines[i], lines[i+1]; !strings.HasPrefix(line, title+" SUCCEEDED ") {
				t.Errorf("line %d is %q, want the result of %q", i/2+1, line, title)
			}
		}
		var got struct{ Tasks struct{ Nodes []task } }
		s.mustAsk("agent:a", `{ tasks { nodes { id } } }`, nil, &got)
		if n := len(got.Tasks.Nodes); n != 3 {
			t.Errorf("there are %d tasks, want 3", n)
		}
		if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
			t.Errorf("there is left of it: %v, %v", files, err)
		}
		s.mustVerify()
	})
}

// mustFinishOne does a task as its worker, and returns its title.
func (s *server) mustFinishOne() string {
	s.t.Helper()
	var got struct {
		ClaimTasks struct {
			Leases []struct {
				ID   string
				Task struct{ Payload struct{ Title string } }
			}
		}
	}
	eventually(s.t, "there is a task", func() bool {
		s.mustAsk("worker:w", `mutation { claimTasks(input: {types: ["example.report"], waitSeconds: 30}) { leases { id task { payload } } } }`, nil, &got)
		return len(got.ClaimTasks.Leases) > 0
	})
	lease := got.ClaimTasks.Leases[0]
	s.mustAsk("worker:w", `mutation($i: CompleteTaskInput!) { completeTask(input: $i) { task { id } } }`,
		vars{"i": vars{"leaseId": lease.ID, "result": vars{"title": lease.Task.Payload.Title}}}, nil)
	return lease.Task.Payload.Title
}

// mustBeRemembered waits until an agent has the cursor behind its newest result in a file.
func (s *server) mustBeRemembered(folder string) {
	s.t.Helper()
	var got struct {
		Receipts struct{ PageInfo struct{ EndCursor string } }
	}
	s.mustAsk("agent:a", `{ receipts(last: 1, filter: {types: [TASK_RESULT_READY]}) { pageInfo { endCursor } } }`, nil, &got)
	eventually(s.t, "the agent remembers", func() bool {
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			s.t.Fatal(err)
		}
		return slices.ContainsFunc(files, func(file string) bool {
			text, err := os.ReadFile(file)
			return err == nil && strings.Contains(string(text), got.Receipts.PageInfo.EndCursor) // it may have been renamed
		})
	})
}

// Agents and workers of all languages have keys, as in production, and work for one another.
func TestTogether(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		s.start("ASYNCGATE_ENV=staging", "ASYNCGATE_METRICS_ADDR=off")
		run := func(argv []string, principal, scope string) *process {
			return start(t, argv, t.TempDir(), "ASYNCGATE_URL="+s.url, "ASYNCGATE_API_KEY="+s.mustMakeKey(principal, "read", scope))
		}
		var agents, workers []*process
		for i, l := range languages {
			workers = append(workers, run(l.worker, fmt.Sprintf("worker:w%d", i), "lease"))
			agents = append(agents, run(l.agent, fmt.Sprintf("agent:a%d", i), "task"))
		}
		for i, a := range agents {
			lines := a.mustEnd()
			for j, line := range lines {
				lines[j], _, _ = strings.Cut(line, " {")
			}
			slices.Sort(lines)
			if want := []string{"Chapter 1 SUCCEEDED", "Chapter 2 SUCCEEDED", "Chapter 3 SUCCEEDED"}; !slices.Equal(lines, want) {
				t.Errorf("the agent in %s has printed %q, want %q", languages[i].name, lines, want)
			}
		}
		for _, w := range workers {
			w.mustStop()
		}
		s.mustVerify()
	})
}
