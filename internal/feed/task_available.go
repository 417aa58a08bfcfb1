package feed

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// available is the source of a stream of the types of tasks that have become claimable.
type available struct {
	skills

	f    *follower
	work *work
	ring func()
	// pending are the types to tell, each once, oldest first; flooded, that there were too many. Guarded by f.mu.
	pending []string
	flooded bool
}

// maxPending bounds the different types that an unread stream remembers.
const maxPending = 1000

// TaskAvailable streams the types of tasks that become claimable from now on: created, requeued, or due after a delay; of
// one of the types (any if empty), and requiring nothing beyond capabilities. It is a wake-up, not a claim: another worker
// may be faster, and tasks of one type are told together while nobody takes the event. It has no cursor, since who
// reconnects claims first. Errors are those of ResultReady, and BAD_USER_INPUT for what no task can have.
func (h *Hub) TaskAvailable(ctx context.Context, tenant uuid.UUID, types, capabilities []string, ring func()) (*Stream[string], error) {
	if err := models.CheckSkills(types, capabilities); err != nil {
		return nil, err
	}
	f, err := h.follow(tenant)
	if err != nil {
		return nil, err
	}
	a := &available{skills: newSkills(types, capabilities), f: f, ring: ring}
	a.work, err = f.join(func(w *work) { w.streams[a] = struct{}{} })
	if err == nil {
		err = a.enter(ctx)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return &Stream[string]{hub: h, source: a}, nil
}

// enter returns when the stream misses no task any more.
func (a *available) enter(ctx context.Context) error {
	head, err := a.f.heads.read(ctx, a.f.forStreams) // a database out of reach is told now; the work would wait for it
	if err != nil {
		return err
	}
	a.f.door.reached(head)
	return a.work.await(ctx)
}

func (a *available) close() {
	a.f.leave(a.work, func() { delete(a.work.streams, a) })
	a.f.hub.unfollow(a.f)
}

// offer notes a task that has become claimable. It is called under the follower's lock.
func (a *available) offer(t *store.QueuedTask) {
	if !a.can(t) || slices.Contains(a.pending, t.Type) {
		return
	}
	if len(a.pending) == maxPending {
		a.flooded = true
	} else {
		a.pending = append(a.pending, t.Type)
	}
	a.ring()
}

// take returns one type: those that are still pending are told together with what becomes claimable until they are taken.
func (a *available) take(context.Context) ([]string, error) {
	a.f.mu.Lock()
	defer a.f.mu.Unlock()
	if a.flooded {
		return nil, errTooSlow
	}
	if len(a.pending) == 0 {
		return nil, nil
	}
	next := a.pending[0]
	a.pending = slices.Delete(a.pending, 0, 1)
	return []string{next}, nil
}
