package feed

import (
	"sync"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// ending is somebody who waits for the end of a task.
type ending struct {
	task uuid.UUID
	bell chan struct{} // of one slot
}

func (e *ending) subject() subject       { return subject{task: e.task} }
func (e *ending) wake()                  { ring(e.bell) }
func (e *ending) drained()               {}
func (e *ending) needs(head int64) int64 { return head }

func (e *ending) observe(r *models.Receipt) {
	if r.Type == models.TaskResultReady {
		ring(e.bell)
	}
}

// TaskEnded rings when the tenant's task has ended, and now and then when it has not: it tells to look again, not what is
// there. To miss nothing, call it first, then look, then wait. stop ends it and may be called more than once; the bell is
// never closed. When the hub is closed, it rings no more: that wait is ended by the caller's own context.
func (h *Hub) TaskEnded(tenant, task uuid.UUID) (bell <-chan struct{}, stop func()) {
	e := &ending{task: task, bell: make(chan struct{}, 1)}
	f, err := h.follow(tenant)
	if err != nil {
		return e.bell, func() {}
	}
	f.add(e)
	return e.bell, sync.OnceFunc(func() {
		f.remove(e)
		h.unfollow(f)
	})
}
