package engine_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

// observed notes what the engine tells.
type observed struct {
	mu       sync.Mutex
	commits  []int // how many commands each had
	failed   int
	empty    int // had nothing to write
	receipts []models.ReceiptType
	requeued []bool
	swept    chan error
}

func (o *observed) Commit(commands int) func(bool, []*models.Receipt, error) {
	return func(wrote bool, receipts []*models.Receipt, err error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.commits = append(o.commits, commands)
		if err != nil {
			o.failed++
		} else if !wrote {
			o.empty++
		}
		for _, r := range receipts {
			o.receipts = append(o.receipts, r.Type)
		}
	}
}

func (o *observed) Expired(requeued bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requeued = append(o.requeued, requeued)
}

func (o *observed) Swept(err error) { o.swept <- err }

// What is told of commits and expiries is what was committed.
func TestObserverHearsOfCommitsAndExpiries(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		o := &observed{}
		w = w.observedBy(o)
		w.create(engine.CreateTask{})
		w.claim()
		w.expire()
		w.claim()
		w.expire()
		_, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: w.tenant})
		wantCode(t, err, models.CodeNotFound)
		if _, err := w.engine.ClaimTasks(w.ctx(), w.worker, engine.ClaimTasks{Types: []string{"none"}, MaxTasks: 1}); err != nil {
			t.Error(err)
		}
		w.faults.set(func(int) bool { return true })
		if _, err := w.engine.CreateTask(w.ctx(), w.agent, engine.CreateTask{Type: "t", Payload: `{}`}); err == nil {
			t.Error("a task was created in a database that refuses")
		}
		if !slices.Equal(o.requeued, []bool{true, false}) {
			t.Errorf("expiries: requeued %v", o.requeued)
		}
		want := []models.ReceiptType{
			models.TaskAssigned, models.TaskAccepted, models.LeaseExpiredType,
			models.TaskAccepted, models.LeaseExpiredType, models.TaskFailed, models.TaskResultReady,
		}
		if !slices.Equal(o.receipts, want) {
			t.Errorf("receipts: %v, want %v", o.receipts, want)
		}
		if !slices.Equal(o.commits, []int{1, 1, 1, 1, 1, 1, 1, 1}) || o.failed != 1 || o.empty != 2 {
			t.Errorf("commits of %v commands, %d failed, %d empty", o.commits, o.failed, o.empty)
		}
	})
}

func TestObserverHearsOfSweeps(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		o := &observed{swept: make(chan error)}
		w = w.observedBy(o)
		ctx, stop := context.WithCancel(t.Context())
		var run sync.WaitGroup
		run.Go(func() { _ = w.engine.Run(ctx) })
		if err := <-o.swept; err != nil {
			t.Error(err)
		}
		_ = w.store.Close()
		for err := error(nil); err == nil; { // a sweep may have begun before
			err = <-o.swept
		}
		stop()
		go func() {
			for range o.swept { // what was on its way
			}
		}()
		run.Wait()
		close(o.swept)
	})
}

// Who waits is counted as long as it waits.
func TestWaiting(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				_, err := w.engine.ClaimTasks(w.ctx(), w.worker, engine.ClaimTasks{MaxTasks: 1, WaitSeconds: 30})
				wantCode(t, err, models.CodeUnavailable)
			})
		}
		eventually(t, "three claims to wait", func() bool { return w.engine.WaitingClaims() == 3 })
		w.engine.StopWaiting()
		group.Wait()
		if n := w.engine.WaitingClaims(); n != 0 {
			t.Errorf("%d claims wait when nobody does", n)
		}
		g := w.hold(firstWrite)
		group.Go(func() { w.create(engine.CreateTask{}) })
		g.wait(t)
		for range 2 {
			group.Go(func() { w.create(engine.CreateTask{}) })
		}
		eventually(t, "two commands to wait for the first", func() bool { return w.engine.WaitingCommands() == 2 })
		g.release()
		group.Wait()
	})
}

// observedBy returns the world with an engine that o observes, sweeps often, and fails a task at the second expiry.
func (w *world) observedBy(o engine.Observer) *world {
	rules := w.rules
	rules.MaxExpiries = 2
	observed := *w
	observed.rules = rules
	observed.engine = engine.New(w.store, engine.Options{
		Rules: rules, Bell: w.bell, Observer: o, SweepInterval: time.Millisecond, Jitter: func(time.Duration) time.Duration { return 0 },
	})
	w.t.Cleanup(func() { _ = observed.engine.Close(context.Background()) })
	return &observed
}
