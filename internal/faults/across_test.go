package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// What happens on one server ends the waits on another one: by notifications, and where those don't arrive by polling.
func TestWaitingAcrossServers(t *testing.T) {
	t.Parallel()
	for news, reached := range map[string]func(t *testing.T) string{
		"notified": func(t *testing.T) string { t.Helper(); return testkit.Postgres(t) },
		"polling behind PgBouncer": func(t *testing.T) string {
			t.Helper()
			through, err := url.Parse(testkit.PgBouncer(t, testkit.Postgres(t)))
			if err != nil {
				t.Fatal(err)
			}
			q := through.Query()
			q.Set("default_query_exec_mode", "exec")
			through.RawQuery = q.Encode()
			return through.String()
		},
	} {
		t.Run(news, func(t *testing.T) {
			t.Parallel()
			databaseURL := reached(t)
			// Long enough for the tests' own calls, so that a lease expires only where a test waits for it.
			waitAcross(t, serve(t, []string{databaseURL, databaseURL},
				"ASYNCGATE_MIN_LEASE_TTL=1s", "ASYNCGATE_SWEEP_INTERVAL=200ms", "ASYNCGATE_EXPIRY_JITTER=0s"))
		})
	}
}

func waitAcross(t *testing.T, all servers) {
	t.Helper()
	const waiters = 4

	t.Run("claimTasks gets what is created elsewhere", func(t *testing.T) {
		t.Parallel()
		s := newScene(t, all)
		claimed := make(chan string, waiters)
		for i := range waiters {
			worker := s.as(fmt.Sprintf("worker:w%d", i))
			go func() { claimed <- claimWaiting(worker, s.to[1]) }()
		}
		// One after the other: the later ones certainly wait by then.
		for range waiters {
			task := s.taskAt(0, "t")
			if got := receive(t, "a claim's answer", claimed); got != task {
				t.Errorf("got %s, want the task %s", got, task)
			}
		}
	})

	t.Run("awaitTask hears of the end elsewhere", func(t *testing.T) {
		t.Parallel()
		s := newScene(t, all)
		ended := make(chan string, waiters)
		var leases []string
		for range waiters {
			lease := s.lease()
			leases = append(leases, lease)
			task := s.taskOf(lease)
			go func() { ended <- awaitEnd(s.agent, s.to[1], task) }()
		}
		for _, lease := range leases {
			s.worker.must(t, s.to[:1], `mutation($i: CompleteTaskInput!) { completeTask(input: $i) { task { id } } }`,
				vars{"i": vars{"leaseId": lease, "result": "done"}}, nil)
			if got, want := receive(t, "the end of a task", ended), "SUCCEEDED "+s.taskOf(lease); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	})

	for transport := range transports {
		t.Run("taskAvailable rings for work from elsewhere, by "+transport, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, all)
			heard := listen(t, s.worker, s.to[1], transport, `subscription { taskAvailable { type } }`, "taskAvailable.type",
				func() { s.taskAt(0, "first") })
			for i := range waiters {
				kind := fmt.Sprint("t", i)
				s.taskAt(0, kind)
				heard(kind)
			}
		})

		t.Run("leaseEnded tells what was ended elsewhere, by "+transport, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, all)
			cancel := func() (lease string) {
				lease = s.lease()
				s.agent.must(t, s.to[:1], `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled } }`,
					vars{"i": vars{"taskId": s.taskOf(lease)}}, nil)
				return lease
			}
			heard := listen(t, s.worker, s.to[1], transport, `subscription { leaseEnded { id } }`, "leaseEnded.id", func() { cancel() })
			for range waiters {
				heard(cancel())
			}
			s.taskAt(0, "t")
			var claimed map[string]any
			s.worker.must(t, s.to[:1], `mutation { claimTasks(input: {ttlSeconds: 1}) { leases { id } } }`, nil, &claimed)
			heard(fmt.Sprint(dig(claimed, "claimTasks.leases.0.id"))) // when it has expired
		})
	}
}

func (s *scene) as(principal string) caller { return s.agent.as(principal) }

// taskAt creates a task of a type on one server and returns its id.
func (s *scene) taskAt(server int, kind string) string {
	s.t.Helper()
	var a map[string]any
	s.agent.must(s.t, s.to[server:server+1], `mutation($i: CreateTaskInput!) { createTask(input: $i) { task { id } } }`,
		vars{"i": vars{"type": kind, "idempotencyKey": uuid.NewString()}}, &a)
	return fmt.Sprint(dig(a, "createTask.task.id"))
}

func (s *scene) taskOf(lease string) string {
	s.t.Helper()
	var a map[string]any
	s.agent.must(s.t, s.to[:1], `query($id: ID!) { lease(id: $id) { task { id } } }`, vars{"id": lease}, &a)
	return fmt.Sprint(dig(a, "lease.task.id"))
}

// claimWaiting waits for a task and returns its id, or what went wrong.
func claimWaiting(c caller, to address) string {
	var a map[string]any
	err := c.once(context.Background(), to, `mutation { claimTasks(input: {waitSeconds: 30}) { leases { task { id } } } }`, nil, &a)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(dig(a, "claimTasks.leases.0.task.id"))
}

// awaitEnd waits for the end of a task and returns its status and id, or what went wrong.
func awaitEnd(c caller, to address, task string) string {
	var a map[string]any
	err := c.once(context.Background(), to, `query($id: ID!) { awaitTask(id: $id, timeoutSeconds: 30) { id status } }`, vars{"id": task}, &a)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(dig(a, "awaitTask.status"), " ", dig(a, "awaitTask.id"))
}

// listen subscribes and returns what waits for an event with a value at a path; what came before is passed over. provoke
// makes an event: a WebSocket does not say when its subscription stands, so listen provokes until it hears something.
func listen(t *testing.T, c caller, to address, transport, query, path string, provoke func()) (heard func(want string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := transports[transport](ctx, c, to(), query, nil)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	values := make(chan string, 1000)
	var group sync.WaitGroup
	group.Go(func() {
		for {
			raw, err := s.next(ctx)
			if err != nil {
				values <- err.Error()
				return
			}
			var data map[string]any
			if err := json.Unmarshal(raw, &data); err != nil {
				values <- err.Error()
				return
			}
			values <- fmt.Sprint(dig(data, path))
		}
	})
	t.Cleanup(func() {
		cancel()
		s.close()
		group.Wait()
	})
	eventually(t, "the subscription stands", func() bool {
		provoke()
		pause(ctx, 200*time.Millisecond)
		return len(values) > 0
	})
	return func(want string) {
		t.Helper()
		for last := ""; last != want; {
			last = receive(t, fmt.Sprintf("an event of %s; the last was of %q", want, last), values)
		}
	}
}

// receive waits for a value.
func receive[V any](t *testing.T, what string, from <-chan V) V {
	t.Helper()
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	select {
	case value := <-from:
		return value
	case <-timeout.C:
		t.Fatalf("not within %s: %s", within, what)
		panic("unreachable")
	}
}
