package feed

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// AvailableStream is a stream of the types of tasks that have become claimable.
type AvailableStream struct {
	outlet[string]
	skills

	bell chan struct{} // of one slot; rings when pending has grown
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
func (h *Hub) TaskAvailable(ctx context.Context, tenant uuid.UUID, types, capabilities []string) (*AvailableStream, error) {
	if err := models.CheckSkills(types, capabilities); err != nil {
		return nil, err
	}
	f, err := h.follow(tenant)
	if err != nil {
		return nil, err
	}
	s := &AvailableStream{outlet: newOutlet[string](h), skills: newSkills(types, capabilities), bell: make(chan struct{}, 1)}
	var w *work
	leave := func() {
		f.leave(w, func() { delete(w.streams, s) })
		h.unfollow(f)
	}
	w, err = f.join(func(w *work) { w.streams[s] = struct{}{} })
	if err == nil {
		err = s.enter(ctx, w)
	}
	if err != nil {
		leave()
		return nil, err
	}
	return started(s, s.run(ctx, func(ctx context.Context) error { return s.tell(ctx, f) }, leave))
}

// enter returns when the stream misses no task any more.
func (s *AvailableStream) enter(ctx context.Context, w *work) error {
	head, err := w.f.ledger.Head(ctx) // a database out of reach is told now; the work would wait for it
	if err != nil {
		return err
	}
	w.f.door.reached(head)
	return w.await(ctx)
}

// offer notes a task that has become claimable. It is called under the follower's lock.
func (s *AvailableStream) offer(t *store.QueuedTask) {
	if !s.can(t) || slices.Contains(s.pending, t.Type) {
		return
	}
	if len(s.pending) == maxPending {
		s.flooded = true
	} else {
		s.pending = append(s.pending, t.Type)
	}
	ring(s.bell)
}

// tell hands over what is noted until ctx ends.
func (s *AvailableStream) tell(ctx context.Context, f *follower) error {
	for {
		taskType, ok, err := s.next(f)
		if err != nil {
			return err
		}
		if ok {
			if err := s.put(ctx, taskType); err != nil {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.bell:
		}
	}
}

func (s *AvailableStream) next(f *follower) (taskType string, ok bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.flooded {
		return "", false, errTooSlow
	}
	if len(s.pending) == 0 {
		return "", false, nil
	}
	taskType = s.pending[0]
	s.pending = slices.Delete(s.pending, 0, 1)
	return taskType, true, nil
}
