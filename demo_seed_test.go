package main_test

import (
	"strings"
	"testing"
)

// TestSeedData: an empty tenant is filled with tasks in all states, leases and receipts of every kind among them, and then left
// alone. Who needs a key needs one that may act as everybody.
func TestSeedData(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		k := &keyed{settings: []string{"ASYNCGATE_DATABASE_URL=" + url}}
		// A lease that is lost four times is an anomaly; with these that takes some seconds.
		server := program.Serve(t, append([]string{"ASYNCGATE_AUTH=keys", "ASYNCGATE_LEASE_TTL=2s", "ASYNCGATE_MIN_LEASE_TTL=1s",
			"ASYNCGATE_SWEEP_INTERVAL=100ms", "ASYNCGATE_EXPIRY_JITTER=0s"}, k.settings...))
		_, planner := k.mustMake(t, "agent:planner", "read,task,lease")
		_, admin := k.mustMake(t, "human:maria", "admin")
		seed := []string{"demo", "--seed-data", "--url", server.URL}
		expectRefusal(t, program.Run(t, nil, seed...), 1, "UNAUTHENTICATED")
		expectRefusal(t, program.Run(t, []string{"ASYNCGATE_API_KEY=" + planner}, seed...), 1, "FORBIDDEN")

		r := program.Run(t, []string{"ASYNCGATE_API_KEY=" + admin}, seed...)
		if r.Code != 0 || r.Stderr != "" {
			t.Fatalf("demo: %+v", r)
		}
		expectInOrder(t, r.Stdout, "Filled tenant "+keysTenant, "queued", "leased", "running", "succeeded", "failed", "canceled",
			server.URL+"/#/obligations", server.URL+"/#/graph?task=", server.URL+"/#/ledger", "anomaly")
		c := newClient(t, server.URL).with(admin)
		c.expectAllStates(t)
		before := len(c.mustReadLedger(t))
		expectRefusal(t, program.Run(t, []string{"ASYNCGATE_API_KEY=" + admin}, seed...), 1, "has receipts already")
		if after := len(c.mustReadLedger(t)); after != before {
			t.Errorf("the refused one has written %d receipts", after-before)
		}
		expectNoViolations(t, url)
	})
}

// TestSeedDataRefuses: on a server without keys the tenant is the default one or the one that is named; what it holds is kept.
func TestSeedDataRefuses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		for _, named := range [][]string{nil, {"--tenant", keysTenant}} {
			if r := program.Run(t, nil, append([]string{"demo", "--url", server.URL}, named...)...); r.Code != 0 {
				t.Errorf("demo: %+v", r)
			}
			tenant := "00000000-0000-0000-0000-000000000000"
			if named != nil {
				tenant = keysTenant
			}
			expectRefusal(t, program.Run(t, nil, append([]string{"demo", "--seed-data", "--url", server.URL}, named...)...), 1, "tenant "+tenant+" has receipts already")
		}
		if r := expectNoViolations(t, url); !strings.HasPrefix(r.Stdout, "2 tenants: 14 receipts ") {
			t.Errorf("verify: %s", r.Stdout)
		}
	})
}

// expectAllStates fails unless there are a few hundred tasks, and at least one of each kind of thing that a console shows.
func (c *client) expectAllStates(t *testing.T) {
	t.Helper()
	var got struct {
		QueueStats []struct {
			Status string
			Count  int
		}
	}
	c.must(t, "agent:planner", `{ queueStats { status count } }`, nil, &got)
	tasks, count := map[string]int{}, 0
	for _, q := range got.QueueStats {
		tasks[q.Status] += q.Count
		count += q.Count
	}
	if len(tasks) != 6 || count < 300 || count > 400 {
		t.Errorf("there are %d tasks: %v", count, tasks)
	}
	receipts := map[string]int{}
	for _, r := range c.mustReadLedger(t) {
		receipts[r.Type]++
	}
	if len(receipts) != 13 {
		t.Errorf("there are receipts of %d types only: %v", len(receipts), receipts)
	}
	leases, left := c.mustLookAround(t)
	if len(leases) != 6 || left != 1 {
		t.Errorf("there are leases in the states %v, and %d results left out for their size", leases, left)
	}
}

// mustLookAround counts leases by state, and results that were too large for their receipts, over all pages.
func (c *client) mustLookAround(t *testing.T) (leases map[string]int, left int) {
	t.Helper()
	leases = map[string]int{}
	var after *string
	for {
		var got struct {
			Tasks struct {
				Nodes []struct {
					Leases   struct{ Nodes []struct{ State string } }
					Receipts struct {
						Nodes []struct{ Body struct{ Retrieve string } }
					}
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		c.must(t, "agent:planner", `query($after: String) { tasks(first: 200, after: $after) {
			nodes { leases { nodes { state } } receipts(types: [TASK_RESULT_READY]) { nodes { body } } } pageInfo { hasNextPage endCursor }
		} }`, map[string]any{"after": after}, &got)
		for _, task := range got.Tasks.Nodes {
			for _, l := range task.Leases.Nodes {
				leases[l.State]++
			}
			for _, r := range task.Receipts.Nodes {
				if r.Body.Retrieve == "task.outcome" {
					left++
				}
			}
		}
		if after = got.Tasks.PageInfo.EndCursor; !got.Tasks.PageInfo.HasNextPage {
			return leases, left
		}
	}
}
