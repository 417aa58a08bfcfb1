package engine_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/engine"
)

// gate holds one transaction just before its n-th statement. On PostgreSQL the statements of a message are counted when it
// is put together, so the gate of a write's first statement holds the transaction between its locks and its writes.
type gate struct {
	arrived, opened chan struct{}
	taken           atomic.Bool
	open            sync.Once
}

// firstWrite is the first statement that writes, on PostgreSQL, of an operation that reads two kinds of rows: after begin,
// those two and the time.
const firstWrite = 5

// hold sets a gate for the next transaction of w's store that reaches statement n; later ones pass.
func (w *world) hold(n int) *gate {
	g := &gate{arrived: make(chan struct{}), opened: make(chan struct{})}
	w.faults.set(func(k int) bool {
		if k == n && g.taken.CompareAndSwap(false, true) {
			close(g.arrived)
			<-g.opened
		}
		return false
	})
	w.t.Cleanup(g.release)
	return g
}

func (g *gate) release() { g.open.Do(func() { close(g.opened) }) }

// wait returns when the transaction stands at the gate.
func (g *gate) wait(t testing.TB) {
	t.Helper()
	within(t, "a transaction at the gate", g.arrived)
}

func within(t testing.TB, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("waited in vain for %s", what)
	}
}

// eventually yields until the condition holds.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !condition() {
		if ctx.Err() != nil {
			t.Fatalf("waited in vain for %s", what)
		}
		runtime.Gosched()
	}
}

// together runs the operations in one batch, in order: the first statement of a task's creation is held until all are
// queued behind it.
func (w *world) together(operations ...func()) {
	w.t.Helper()
	g := w.hold(1)
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := w.engine.CreateTask(w.ctx(), w.agent, engine.CreateTask{Type: "opener", Capabilities: []string{"nobody has"}}); err != nil {
			w.t.Error(err)
		}
	})
	g.wait(w.t)
	for i, operation := range operations {
		group.Go(operation)
		eventually(w.t, "the operation in the queue", func() bool { return w.engine.WaitingCommands() == i+1 })
	}
	g.release()
	group.Wait()
}
