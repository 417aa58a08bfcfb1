package engine_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
)

func TestAwaitTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		await := func(v models.Viewer, id uuid.UUID, timeout time.Duration) (*models.Task, error) {
			return w.engine.AwaitTask(w.ctx(), v, id, timeout)
		}
		t.Run("TerminalAtOnce", func(t *testing.T) {
			task, _ := w.succeeded(engine.CreateTask{})
			if got, err := await(w.agent, task.ID, 30*time.Second); err != nil || got.Status != models.StatusSucceeded {
				t.Errorf("got %+v, %v", got, err)
			}
		})
		t.Run("AsItIsWhenTheTimeIsOver", func(t *testing.T) {
			task := w.create(engine.CreateTask{})
			if got, err := await(w.agent, task.ID, 0); err != nil || got.Status != models.StatusQueued {
				t.Errorf("got %+v, %v", got, err)
			}
		})
		t.Run("Unknown", func(t *testing.T) {
			task := w.create(engine.CreateTask{})
			for _, v := range []models.Viewer{w.agent, elsewhere(w.agent)} {
				id := task.ID
				if v.TenantID == w.tenant {
					id = uuid.New()
				}
				if got, err := await(v, id, 30*time.Second); err != nil || got != nil {
					t.Errorf("got %+v, %v", got, err)
				}
			}
		})
		t.Run("OutOfRange", func(t *testing.T) {
			for _, timeout := range []time.Duration{-1, 31 * time.Second} {
				_, err := await(w.agent, uuid.New(), timeout)
				wantCode(t, err, models.CodeBadUserInput)
			}
		})
		t.Run("UntilItEnds", func(t *testing.T) {
			task := w.create(engine.CreateTask{})
			got := make(chan *models.Task)
			go func() {
				task, err := await(w.agent, task.ID, 30*time.Second)
				if err != nil {
					t.Error(err)
				}
				got <- task
			}()
			w.bell.listening(t, 1)
			_, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: task.ID})
			wantCode(t, err, "")
			if task := <-got; task == nil || task.Status != models.StatusCanceled {
				t.Errorf("got %+v", task)
			}
		})
		t.Run("UntilTheCallerGoes", func(t *testing.T) {
			ctx, cancel := context.WithCancel(w.ctx())
			cancel()
			if _, err := w.engine.AwaitTask(ctx, w.agent, w.create(engine.CreateTask{}).ID, 30*time.Second); err == nil {
				t.Error("no error")
			}
		})
		t.Run("UntilTheServerDrains", func(t *testing.T) {
			task := w.create(engine.CreateTask{})
			w.engine.StopWaiting()
			if got, err := await(w.agent, task.ID, 30*time.Second); err != nil || got.Status != models.StatusQueued {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	})
}

func TestClaimTasksWaits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		claim := func(wait int, types ...string) ([]*models.Lease, error) {
			return w.engine.ClaimTasks(w.ctx(), w.worker, engine.ClaimTasks{MaxTasks: 1, Types: types, WaitSeconds: wait})
		}
		waiting := func(t *testing.T, wake func()) {
			t.Helper()
			var leases []*models.Lease
			var group sync.WaitGroup
			group.Go(func() {
				var err error
				if leases, err = claim(30); err != nil {
					t.Error(err)
				}
			})
			w.bell.listening(t, 1)
			wake()
			group.Wait()
			if len(leases) != 1 {
				t.Errorf("claimed %d tasks", len(leases))
			}
		}
		t.Run("ForACreation", func(t *testing.T) { waiting(t, func() { w.create(engine.CreateTask{}) }) })
		t.Run("ForARelease", func(t *testing.T) {
			_, l := w.leased(engine.CreateTask{})
			waiting(t, func() { wantCode(t, onLease["ReleaseLease"](w, w.worker, l.ID), "") })
		})
		t.Run("ForAnExpiry", func(t *testing.T) {
			w.leased(engine.CreateTask{})
			waiting(t, func() {
				w.clock.Move(w.rules.LeaseTTL)
				w.sweep() // ends the leases of the earlier waits too
			})
		})
		t.Run("InVain", func(t *testing.T) {
			leases, err := claim(1, "unknown")
			if err != nil || len(leases) != 0 {
				t.Errorf("got %v, %v", leases, err)
			}
		})
		t.Run("UntilTheServerDrains", func(t *testing.T) {
			w.engine.StopWaiting()
			_, err := claim(30, "unknown")
			wantCode(t, err, models.CodeUnavailable)
			w.create(engine.CreateTask{Type: "there"})
			if leases, err := claim(30, "there"); err != nil || len(leases) != 1 {
				t.Errorf("what needs no wait got %v, %v", leases, err)
			}
		})
		if len(w.bell.taken) != 4 {
			t.Errorf("the bell was told of %d tasks that were taken", len(w.bell.taken))
		}
		w.verify()
	})
}

// No bell rings when another replica lets go of a task that it had locked: the wait looks again by itself.
func TestClaimTasksWaitsForALockedTask(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Postgres(t), newClock())
	task, other := w.create(engine.CreateTask{}), w.replica()
	arrived, opened := make(chan struct{}), make(chan struct{})
	w.faults.set(func(n int) bool { // the cancellation holds the task, and in the end it fails
		if n == firstWrite {
			close(arrived)
			<-opened
		}
		return n == firstWrite
	})
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: task.ID}); err == nil {
			t.Error("the cancellation was to fail")
		}
	})
	within(t, "the cancellation", arrived)
	group.Go(func() {
		leases, err := other.engine.ClaimTasks(t.Context(), other.worker, engine.ClaimTasks{MaxTasks: 1, WaitSeconds: 30})
		if err != nil || len(leases) != 1 {
			t.Errorf("got %v, %v", leases, err)
		}
	})
	other.bell.listening(t, 1)
	close(opened)
	group.Wait()
}
