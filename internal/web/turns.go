package web

import "sync/atomic"

// turns is when a subscription runs. It is rung when there may be something to deliver, by anybody at any time; what it runs
// then, it runs in a goroutine of its own, never twice at once, until there is nothing. Between it has none, which is what
// makes subscriptions that wait cheap. The zero value is one whose first turn is taken by who sets it up.
type turns struct{ state atomic.Uint32 }

const (
	busy  = iota
	again // and rung meanwhile
	idle
)

// ring makes run be called, from now on. Run returns true when there is nothing more now, and false when there never will be.
func (t *turns) ring(run func() bool) {
	for {
		switch {
		case t.state.Load() == again, t.state.CompareAndSwap(busy, again):
			return
		case t.state.CompareAndSwap(idle, busy):
			go t.take(run)
			return
		}
	}
}

// take takes a turn, and those that are rung for meanwhile.
func (t *turns) take(run func() bool) {
	for run() {
		if t.state.CompareAndSwap(busy, idle) {
			return
		}
		t.state.Store(busy)
	}
}
