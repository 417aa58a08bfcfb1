package feed

import (
	"context"
	"sync"
)

// heads reads where a ledger stands for all streams that begin, one read after another. Those that come while one is running
// share the next: what they get was read after they came, and ten thousand that come at once cost a few statements.
type heads struct {
	running sync.Mutex // held by the read that runs

	mu   sync.Mutex
	next *head // which has not begun; nil when nobody waits
}

// head is a read, and what came of it once it is done.
type head struct {
	done     chan struct{}
	waiting  int // who shares it; guarded by heads.mu
	position int64
	err      error
}

// read returns the ledger's head at some moment after the call. Who comes first reads for all, and to the end.
func (h *heads) read(ctx context.Context, l ledger) (int64, error) {
	r, first := h.join()
	if first {
		h.running.Lock()
		defer h.running.Unlock()
		h.begin()
		r.position, r.err = l.Head(context.WithoutCancel(ctx))
		close(r.done)
	}
	select {
	case <-r.done:
		return r.position, r.err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func (h *heads) join() (r *head, first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.next == nil {
		h.next, first = &head{done: make(chan struct{})}, true
	}
	h.next.waiting++
	return h.next, first
}

// begin lets nobody join any more.
func (h *heads) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next = nil
}
