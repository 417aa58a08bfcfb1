package client

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"
)

type leaseID = uuid.UUID

// held are the leases that a worker holds, each with what tells its job that it has ended.
type held struct {
	mu     sync.Mutex
	leases map[leaseID]context.CancelCauseFunc
}

func (h *held) add(id leaseID, end context.CancelCauseFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leases[id] = end
}

func (h *held) remove(id leaseID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.leases, id)
}

func (h *held) has(id leaseID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.leases[id] != nil
}

func (h *held) ids() []leaseID {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.leases))
}

// end tells the job of a lease that it has ended; nobody, when it is none of the worker's.
func (h *held) end(id leaseID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if end := h.leases[id]; end != nil {
		end(ErrLeaseEnded)
	}
}

// watch hears of leases that end otherwise than by the worker's report, until ctx ends. What it does not hear of, the next
// renewal does.
func (w *Worker) watch(ctx context.Context) {
	s := w.c.leaseEnded(func(bool) { w.check(ctx) })
	for lease, err := range s.events(ctx, w.c) {
		switch code := CodeOf(err); {
		case err == nil:
			w.held.end(lease.ID)
		case code == CodeUnauthenticated || code == CodeForbidden: // so is the next claim, which ends the worker
		case ctx.Err() == nil:
			w.logger.WarnContext(ctx, "asyncgate: the worker does not hear of ended leases any more", "error", err)
		}
	}
}

// check finds out which leases have ended while nobody listened.
func (w *Worker) check(ctx context.Context) {
	before := w.held.ids()
	if len(before) == 0 {
		return
	}
	page, err := w.c.Leases(ctx, LeaseFilter{States: []LeaseState{LeaseActive}}, PageInput{})
	if err != nil {
		return
	}
	active := map[leaseID]bool{}
	for lease, err := range page.All(ctx) {
		if err != nil {
			return
		}
		active[lease.ID] = true
	}
	for _, id := range before {
		if !active[id] {
			w.held.end(id)
		}
	}
}
