package examples_test

import (
	"slices"
	"testing"
)

// A worker is killed in the middle of its work, and one of another language goes on where it was.
func TestWorkerKilled(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i int, s *server) {
		s.start("ASYNCGATE_MIN_LEASE_TTL=1s", "ASYNCGATE_LEASE_TTL=3s", "ASYNCGATE_SWEEP_INTERVAL=200ms", "ASYNCGATE_EXPIRY_JITTER=0s")
		id := s.mustDelegate(vars{"title": "Long", "pages": 6})

		first := start(t, languages[i].worker, t.TempDir(), "ASYNCGATE_URL="+s.url, "ASYNCGATE_PRINCIPAL=worker:first")
		s.mustReach(id, 2)
		first.kill()
		second := start(t, next(i).worker, t.TempDir(), "ASYNCGATE_URL="+s.url, "ASYNCGATE_PRINCIPAL=worker:second")
		done := s.mustBecome(id, "SUCCEEDED")
		second.mustStop() // at once, although it waits for work

		if got, want := done.pages(), []int{1, 2, 3, 4, 5, 6}; !slices.Equal(got, want) {
			t.Errorf("the pages that were reported are %v, want %v", got, want)
		}
		if done.types("first")[0] != "TASK_ACCEPTED" || !slices.Contains(done.types("second"), "TASK_COMPLETED") {
			t.Errorf("it was not begun by the first and completed by the second: %+v", done.Receipts.Nodes)
		}
		s.mustVerify()
	})
}

// A worker that loses answers, tasks and its server.
func TestWorker(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i int, s *server) {
		s.start()
		way := newForgetful(t, s.url, "claimTasks", "reportProgress", "completeTask", "failTask")
		w := start(t, languages[i].worker, t.TempDir(), "ASYNCGATE_URL="+way.url, "ASYNCGATE_PRINCIPAL=worker:w")

		// Answers are lost: what they told was done once.
		done := s.mustBecome(s.mustDelegate(vars{"title": "Short", "pages": 2}), "SUCCEEDED")
		want := []string{"TASK_ACCEPTED", "TASK_STARTED", "TASK_PROGRESS", "TASK_PROGRESS", "TASK_COMPLETED"}
		if got := done.types("w"); !slices.Equal(got, want) {
			t.Errorf("the worker has written %v, want %v", got, want)
		}
		wrong := s.mustBecome(s.mustDelegate(vars{"title": "Without pages"}), "FAILED")
		if got := wrong.Receipts.Nodes[len(wrong.Receipts.Nodes)-2].Body.TerminalReason; got != "not_retryable" {
			t.Errorf("a task that can't be done failed because of %q, want not_retryable", got)
		}
		way.mustForget()

		// The task is canceled: the worker leaves it and takes the next.
		endless := s.mustDelegate(vars{"title": "Endless", "pages": 10_000})
		s.mustReach(endless, 1)
		s.mustAsk("agent:planner", `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled } }`, vars{"i": vars{"taskId": endless}}, nil)
		endless = s.mustDelegate(vars{"title": "Endless again", "pages": 10_000})
		s.mustReach(endless, 1)

		// The server dies: the worker goes on with the same task.
		s.restart()
		s.mustReach(endless, s.mustLook(endless).Progress.Data.Pages+2)

		// It is told to stop: it gives the task back.
		w.mustStop()
		left := s.mustBecome(endless, "QUEUED")
		if got := left.types("w"); got[0] != "TASK_ACCEPTED" || got[len(got)-1] != "LEASE_RELEASED" || slices.Contains(got[1:], "TASK_ACCEPTED") {
			t.Errorf("the worker has not claimed it once, and released it: %v", got)
		}
		s.mustVerify()
	})
}
