package main_test

import (
	"strings"
	"testing"
	"time"
)

// TestTimesHaveAZone: instants are instants, whatever zone the machine, the database's session or the caller lives in.
func TestTimesHaveAZone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		if strings.HasPrefix(url, "postgres") {
			separator := "?"
			if strings.Contains(url, "?") {
				separator = "&"
			}
			url += separator + "timezone=Asia/Kathmandu"
		}
		server := program.Serve(t, []string{"TZ=America/St_Johns", "ASYNCGATE_DATABASE_URL=" + url})
		c := newClient(t, server.URL)
		before := time.Now().Add(-time.Minute)
		id := c.mustCreate(t, "t")

		var task struct {
			Task struct {
				CreatedAt string
				Receipts  struct{ Nodes []struct{ CreatedAt string } }
			}
		}
		c.must(t, "agent:planner", `query($id: ID!) { task(id: $id) { createdAt receipts { nodes { createdAt } } } }`, map[string]any{"id": id}, &task)
		for _, text := range []string{task.Task.CreatedAt, task.Task.Receipts.Nodes[0].CreatedAt} {
			at, err := time.Parse(time.RFC3339Nano, text)
			if err != nil || !strings.HasSuffix(text, "Z") || at.Before(before) || at.After(time.Now().Add(time.Minute)) {
				t.Errorf("created at %s, which should be now, in UTC: %v", text, err)
			}
		}

		created, err := time.Parse(time.RFC3339Nano, task.Task.CreatedAt)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := created.In(time.FixedZone("", -9*3600-1800)).Format(time.RFC3339Nano)
		var tasks struct {
			After  struct{ Nodes []struct{ ID string } }
			Before struct{ Nodes []struct{ ID string } }
		}
		c.must(t, "agent:planner", `query($at: DateTime!) {
			after: tasks(filter: {createdAfter: $at}) { nodes { id } }
			before: tasks(filter: {createdBefore: $at}) { nodes { id } } }`, map[string]any{"at": elsewhere}, &tasks)
		if len(tasks.After.Nodes) != 1 || len(tasks.Before.Nodes) != 0 {
			t.Errorf("%s, written as %s, finds %+v", task.Task.CreatedAt, elsewhere, tasks)
		}

		zoneless := strings.TrimSuffix(task.Task.CreatedAt, "Z")
		err = c.do(t.Context(), "agent:planner", `query($at: DateTime!) { tasks(filter: {createdAfter: $at}) { nodes { id } } }`,
			map[string]any{"at": zoneless}, &tasks)
		if codeOf(err) != "BAD_USER_INPUT" {
			t.Errorf("%s, without a zone, is answered: %v", zoneless, err)
		}
		server.Stop()
	})
}
