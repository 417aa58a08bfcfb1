package feed

import (
	"container/list"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/store"
)

// claimants are the workers of a tenant that wait for a task to claim. Each task that becomes claimable wakes one of them,
// the one that has waited longest of those who can do it, and never all: a thousand idle workers cost a task one look.
//
// What makes that safe: a worker looks for itself before it waits, so a task can be missed only by those who were here
// when it was offered. If one of them stands in line, it is woken, and answers for the task: should it leave without
// having taken it, the task is looked at again and offered to the next. If none stands in line, all who are busy look
// once more before they wait.
type claimants struct {
	lines map[string]*line // by skills
	turn  uint64
	// passed are tasks that somebody answered for and didn't take.
	passed []uuid.UUID
}

// line is those who can do the same.
type line struct {
	skills

	key  string
	idle *list.List // of *claimant, who has waited longest first
	busy map[*claimant]struct{}
}

type claimant struct {
	line *line
	bell chan struct{} // of one slot: look again
	// place is where it stands in its line's idle, since a turn; nil while it is busy.
	place *list.Element
	turn  uint64
	// offered is the task it answers for.
	offered uuid.UUID
}

func newClaimants() claimants { return claimants{lines: make(map[string]*line)} }

// enter adds a claimant, who is busy: about to look for itself.
func (cs *claimants) enter(types, capabilities []string) *claimant {
	key := skillsKey(types, capabilities)
	l := cs.lines[key]
	if l == nil {
		l = &line{skills: newSkills(types, capabilities), key: key, idle: list.New(), busy: make(map[*claimant]struct{})}
		cs.lines[key] = l
	}
	c := &claimant{line: l, bell: make(chan struct{}, 1)}
	l.busy[c] = struct{}{}
	return c
}

// leave removes the claimant, who has taken these tasks.
func (cs *claimants) leave(c *claimant, taken []uuid.UUID) {
	c.step()
	delete(c.line.busy, c)
	if c.line.idle.Len()+len(c.line.busy) == 0 {
		delete(cs.lines, c.line.key)
	}
	if c.offered != uuid.Nil && !slices.Contains(taken, c.offered) {
		cs.passed = append(cs.passed, c.offered)
	}
}

// stand puts the claimant in line: it has looked, and there was nothing for it. False when it is to look again.
func (cs *claimants) stand(c *claimant) bool {
	select {
	case <-c.bell:
		return false
	default:
	}
	c.offered = uuid.Nil
	cs.turn++
	c.turn = cs.turn
	delete(c.line.busy, c)
	c.place = c.line.idle.PushBack(c)
	return true
}

// step takes the claimant out of the line; it is busy.
func (c *claimant) step() {
	if c.place != nil {
		c.line.idle.Remove(c.place)
		c.place = nil
		c.line.busy[c] = struct{}{}
	}
}

// offer wakes the one who is to look for the task.
func (cs *claimants) offer(t *store.QueuedTask) {
	var next *claimant
	for _, l := range cs.lines {
		if front := l.idle.Front(); front != nil && l.can(t) {
			if c, ok := front.Value.(*claimant); ok && (next == nil || c.turn < next.turn) {
				next = c
			}
		}
	}
	if next != nil {
		next.step()
		next.offered = t.ID
		ring(next.bell)
		return
	}
	for _, l := range cs.lines {
		if l.can(t) {
			for c := range l.busy {
				ring(c.bell)
			}
		}
	}
}

// Work makes the caller one of those who wait for tasks of one of the types (any if empty) that require nothing beyond
// capabilities. Look first; when there is nothing, wait, and look again whenever it returns nil. It returns ctx's cause
// when ctx ends, and UNAVAILABLE once the hub is closed. stop ends it, and is told which tasks were taken; it must be
// called, once. wait costs no statement while nothing happens, however many wait.
func (h *Hub) Work(tenant uuid.UUID, types, capabilities []string) (wait func(context.Context) error, stop func(taken []uuid.UUID)) {
	f, err := h.follow(tenant)
	if err != nil {
		return func(context.Context) error { return err }, func([]uuid.UUID) {}
	}
	var c *claimant
	w, err := f.join(func(w *work) { c = w.claimants.enter(types, capabilities) })
	// Whoever came before the work was ready may have looked too early, and looks once more.
	early := !w.isReady()
	wait = func(ctx context.Context) error {
		if err != nil {
			return err
		}
		if early {
			early = false
			return w.await(ctx)
		}
		return w.wait(ctx, c)
	}
	return wait, func(taken []uuid.UUID) {
		f.leave(w, func() { w.claimants.leave(c, taken) })
		h.unfollow(f)
	}
}

// wait stands in line until the claimant's turn has come.
func (w *work) wait(ctx context.Context, c *claimant) error {
	if !w.stand(c) {
		return nil
	}
	select {
	case <-c.bell:
		return nil
	case <-ctx.Done():
	case <-w.ctx.Done():
	}
	w.f.mu.Lock()
	c.step()
	w.f.mu.Unlock()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errDraining
}

func (w *work) stand(c *claimant) bool {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return w.claimants.stand(c)
}
