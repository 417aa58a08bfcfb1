package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

// Commands that wait together are one transaction, and see each other as if they had come one by one.
func TestABatchIsItsCommandsInOrder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task, l := w.leased(engine.CreateTask{})
		var retried engine.Created
		w.together(
			func() { wantCode(t, onLease["StartTask"](w, w.worker, l.ID), "") },
			func() { wantCode(t, onLease["ReportProgress"](w, w.worker, l.ID), "") },
			func() { wantCode(t, onLease["RenewLease"](w, w.worker, l.ID), "") },
			func() {
				_, err := w.fail(engine.FailTask{LeaseID: l.ID, Error: `1`})
				wantCode(t, err, "")
			},
			func() { wantCode(t, onLease["CompleteTask"](w, w.worker, l.ID), models.CodeLeaseInvalid) },
			func() {
				_, err := w.fail(engine.FailTask{LeaseID: l.ID, Error: `1`})
				wantCode(t, err, "")
			},
			func() {
				got, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: task.ID})
				if err != nil || got.Canceled {
					t.Errorf("got %+v, %v", got, err)
				}
			},
			func() {
				var err error
				retried, err = w.engine.RetryTask(w.ctx(), w.agent, engine.RetryTask{TaskID: task.ID})
				wantCode(t, err, "")
			},
		)
		w.wantTypes(task.ID, "assigned accepted started progress failed result_ready")
		if t.Failed() {
			return
		}
		if parents := w.ledger(retried.Task.ID)[0].Parents; len(parents) != 1 || parents[0] != w.ledger(task.ID)[4].ID {
			t.Errorf("the retry answers %v", parents)
		}
		w.verify()
	})
}

// A key finds its task within the batch that creates it.
func TestABatchSeesWhatItCreated(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		input := engine.CreateTask{Type: "t", IdempotencyKey: ptr("k")}
		created := make([]engine.Created, 2)
		create := func(i int) func() {
			return func() {
				var err error
				created[i], err = w.engine.CreateTask(w.ctx(), w.agent, input)
				wantCode(t, err, "")
			}
		}
		w.together(create(0), create(1), func() {
			other := input
			other.Priority = 1
			_, err := w.engine.CreateTask(w.ctx(), w.agent, other)
			wantCode(t, err, models.CodeIdempotencyConflict)
		})
		if !created[0].Created || created[1].Created || created[0].Task.ID != created[1].Task.ID {
			t.Errorf("created %+v", created)
		}
		w.wantTypes(created[0].Task.ID, "assigned")
		w.verify()
	})
}

// What is canceled in the batch must not take the place of what a claim of the batch could have.
func TestABatchHidesNoClaimableTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		first, second := w.create(engine.CreateTask{Priority: 1}), w.create(engine.CreateTask{})
		w.together(
			func() {
				got, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: first.ID})
				if err != nil || !got.Canceled {
					t.Errorf("got %+v, %v", got, err)
				}
			},
			func() {
				if l := w.claim(); l.TaskID != second.ID {
					t.Error("claimed another task")
				}
			},
		)
		w.verify()
	})
}

// Claims of a batch with different filters and sizes share what there is, best first for whoever comes first.
func TestABatchDealsOutWhatItsClaimsWant(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for _, c := range []engine.CreateTask{
			{Type: "a", Priority: 3}, {Type: "a", Priority: 2}, {Type: "b", Priority: 1}, {Type: "b"}, {Type: "c", Priority: 9, Capabilities: []string{"x"}},
		} {
			w.create(c)
		}
		got := make([]string, 4)
		claim := func(i int, c engine.ClaimTasks) func() { return func() { got[i] = w.claimed(w.worker, c) } }
		w.together(
			claim(0, engine.ClaimTasks{MaxTasks: 1, Types: []string{"a"}}), claim(1, engine.ClaimTasks{MaxTasks: 2}),
			claim(2, engine.ClaimTasks{MaxTasks: 2, Capabilities: []string{"x"}}), claim(3, engine.ClaimTasks{MaxTasks: 9}),
		)
		for i, want := range []string{"a", "a b", "c b", ""} {
			if got[i] != want {
				t.Errorf("claim %d got %q, want %q", i, got[i], want)
			}
		}
		w.verify()
	})
}

// A batch that the database refuses is executed again one by one.
func TestABatchThatFailsIsSplit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		bad, l := w.leased(engine.CreateTask{})
		_, good := w.leased(engine.CreateTask{})
		w.exec("DELETE FROM obligations WHERE task_id = '" + bad.ID.String() + "'")
		w.together(
			func() {
				if err := onLease["CompleteTask"](w, w.worker, l.ID); err == nil {
					t.Error("completed a task whose obligation is gone")
				}
			},
			func() { wantCode(t, onLease["CompleteTask"](w, w.worker, good.ID), "") },
		)
		if w.task(bad.ID).Status != models.StatusLeased || w.task(good.TaskID).Status != models.StatusSucceeded {
			t.Error("the wrong one was completed")
		}
	})
}

func TestTheBellHearsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite://"+t.TempDir()+"/test.db", newClock())
	ctx := trace.WithID(t.Context(), "0123456789abcdef0123456789abcdef")
	if _, err := w.engine.CreateTask(ctx, w.agent, engine.CreateTask{Type: "t"}); err != nil {
		t.Fatal(err)
	}
	w.claim()
	w.faults.set(func(int) bool { return true })
	_, err := w.engine.CreateTask(t.Context(), w.agent, engine.CreateTask{Type: "t"})
	wantCode(t, err, models.CodeInternal)
	ledger := w.ledger(uuid.Nil)
	if len(w.bell.receipts) != 2 || len(ledger) != 2 {
		t.Fatalf("the bell heard %d receipts of %d", len(w.bell.receipts), len(ledger))
	}
	for i, r := range w.bell.receipts {
		if r.Seq != ledger[i].Seq || r.ID != ledger[i].ID {
			t.Errorf("receipt %d is %+v", i, r)
		}
	}
	if ledger[0].TraceID != "0123456789abcdef0123456789abcdef" || ledger[1].TraceID != "" {
		t.Error("the receipts have wrong trace ids")
	}
}

// Whoever doesn't wait for the answer is told that it is unknown.
func TestACallerThatHasGoneIsToldToRepeat(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		g := w.hold(1)
		answers := make(chan error, 3)
		create := func() {
			_, err := w.engine.CreateTask(ctx, w.agent, engine.CreateTask{Type: "t", IdempotencyKey: ptr("k")})
			answers <- err
		}
		go create()
		g.wait(t)
		go create() // stays in the queue
		eventually(t, "the second call in the queue", func() bool { return w.engine.WaitingCommands() == 1 })
		cancel()
		create()
		for range 3 {
			wantCode(t, <-answers, models.CodeUnavailable)
		}
		g.release()
		again, err := w.engine.CreateTask(t.Context(), w.agent, engine.CreateTask{Type: "t", IdempotencyKey: ptr("k")})
		if err != nil || again.Created {
			t.Errorf("the first call was not executed: %+v, %v", again, err)
		}
		w.verify()
	})
}

func TestCloseAnswersWhatRunsAndRefusesTheRest(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		g := w.hold(1)
		answers := make(chan error, 1)
		go func() {
			_, err := w.engine.CreateTask(t.Context(), w.agent, engine.CreateTask{Type: "t"})
			answers <- err
		}()
		g.wait(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := w.engine.Close(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Close returned %v while a command ran", err)
		}
		_, err := w.engine.CreateTask(t.Context(), w.agent, engine.CreateTask{Type: "t"})
		wantCode(t, err, models.CodeUnavailable)
		g.release()
		wantCode(t, <-answers, "")
		if err := w.engine.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if n := len(w.ledger(uuid.Nil)); n != 1 {
			t.Errorf("%d receipts", n)
		}
	})
}

// While a transaction writes, the next one that is large begins; what is small waits for company.
func TestALargeBatchDoesNotWaitForTheWritesBeforeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testkit.Postgres(t), newClock())
	g := w.hold(3) // behind begin and the time: the first write
	var group sync.WaitGroup
	group.Go(func() { w.create(engine.CreateTask{}) })
	g.wait(t)
	group.Go(func() { w.create(engine.CreateTask{}) })
	eventually(t, "the small one in the queue", func() bool { return w.engine.WaitingCommands() == 1 })
	if _, err := w.engine.CreateTasks(w.ctx(), w.agent, slices.Repeat([]engine.CreateTask{{Type: "t"}}, models.MaxBatchSize)); err != nil {
		t.Error(err)
	}
	g.release()
	group.Wait()
	w.verify()
}
