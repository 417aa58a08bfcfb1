package web

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestTurns rings from many sides: whoever has put something there before is served, by one at a time.
func TestTurns(t *testing.T) {
	t.Parallel()
	const ringers, rings = 8, 2000
	var (
		turns         turns
		there, served atomic.Int64
		running       atomic.Int32
		all           = make(chan struct{})
	)
	run := func() bool {
		if running.Add(1) != 1 {
			t.Error("two run at once")
		}
		more := served.Add(there.Swap(0)) < ringers*rings
		running.Add(-1)
		if !more {
			close(all)
		}
		return more
	}
	turns.ring(run) // before its first turn is taken
	if served.Load() != 0 {
		t.Error("it runs before it is set up")
	}
	go turns.take(run)
	var ringing sync.WaitGroup
	for range ringers {
		ringing.Go(func() {
			for range rings {
				there.Add(1)
				turns.ring(run)
			}
		})
	}
	ringing.Wait()
	select {
	case <-all:
	case <-time.After(20 * time.Second):
		t.Fatalf("%d of %d were served", served.Load(), ringers*rings)
	}
	turns.ring(run) // it is over
}
