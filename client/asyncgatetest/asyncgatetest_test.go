package asyncgatetest_test

import (
	"os"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/client/asyncgatetest"
	"github.com/asyncgate/asyncgate/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// TestAdvance: what is due by the test's clock happens at once, and nothing before.
func TestAdvance(t *testing.T) {
	t.Parallel()

	t.Run("a delayed task is offered to who waits", func(t *testing.T) {
		t.Parallel()
		s := asyncgatetest.Start(t)
		if _, err := s.Client("agent:a").CreateTask(t.Context(), client.CreateTaskInput{Type: "x", Delay: time.Hour}); err != nil {
			t.Fatal(err)
		}
		worker := s.Client("worker:w")
		if leases := claim(t, worker, 0); len(leases) != 0 {
			t.Fatalf("claimed %d tasks before their time", len(leases))
		}
		waited := make(chan []*client.Lease)
		go func() { waited <- claim(t, worker, 30*time.Second) }()
		s.Advance(time.Hour)
		if leases := <-waited; len(leases) != 1 {
			t.Errorf("claimed %d tasks, want 1", len(leases))
		}
	})

	t.Run("a lease expires, and its task is another's", func(t *testing.T) {
		t.Parallel()
		s := asyncgatetest.Start(t)
		if _, err := s.Client("agent:a").CreateTask(t.Context(), client.CreateTaskInput{Type: "x"}); err != nil {
			t.Fatal(err)
		}
		lost := claim(t, s.Client("worker:lost"), 0)
		s.Advance(2*time.Minute - time.Second)
		if leases := claim(t, s.Client("worker:next"), 0); len(leases) != 0 {
			t.Fatal("the task was claimable while its lease was live")
		}
		s.Advance(time.Second)
		next := claim(t, s.Client("worker:next"), 0)
		if len(lost) != 1 || len(next) != 1 || next[0].Task.ID != lost[0].Task.ID {
			t.Fatalf("first %v, then %v", lost, next)
		}
		if at := next[0].AcquiredAt; !at.Equal(s.Now()) {
			t.Errorf("acquired at %s, and the clock says %s", at, s.Now())
		}
	})
}

// TestStart: servers know nothing of each other.
func TestStart(t *testing.T) {
	t.Parallel()
	one, other := asyncgatetest.Start(t), asyncgatetest.Start(t)
	created, err := one.Client("agent:a").CreateTask(t.Context(), client.CreateTaskInput{Type: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Client("agent:a").Task(t.Context(), created.Task.ID); client.CodeOf(err) != client.CodeNotFound {
		t.Errorf("another server knows the task: %v", err)
	}
}

// BenchmarkStart is what each test pays that starts a server.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		asyncgatetest.Start(b)
	}
}

func claim(t *testing.T, worker *client.Client, wait time.Duration) []*client.Lease {
	t.Helper()
	leases, err := worker.ClaimTasks(t.Context(), client.ClaimTasksInput{Wait: wait})
	if err != nil {
		t.Error(err)
	}
	return leases
}
