package feed

import (
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// watcher is told of each receipt as the follower takes it in. Its methods are called under the follower's lock and
// return at once.
type watcher interface {
	// subject is which receipts alone concern the watcher. It never changes.
	subject() subject
	observe(r *models.Receipt)
	// wake tells that receipts may have been missed.
	wake()
	// drained tells that the hub is closed.
	drained()
	// needs is the position from which on the watcher may still read; those who read nothing return head.
	needs(head int64) int64
}

// subject is a principal's receipts, a task's receipts, or, when zero, all.
type subject struct {
	to   models.Principal
	task uuid.UUID
}

// watchers are those of one tenant. Those who wait for one principal's or one task's receipts are found by it: ten
// thousand agents that wait for their results cost a commit nothing but a look into a map.
type watchers map[subject]map[watcher]struct{}

func (ws watchers) add(w watcher) {
	s := w.subject()
	if ws[s] == nil {
		ws[s] = make(map[watcher]struct{})
	}
	ws[s][w] = struct{}{}
}

func (ws watchers) remove(w watcher) {
	s := w.subject()
	if delete(ws[s], w); len(ws[s]) == 0 {
		delete(ws, s)
	}
}

func (ws watchers) observe(r *models.Receipt) {
	ws.tell(subject{}, r)
	ws.tell(subject{to: r.To}, r)
	if r.TaskID != uuid.Nil { // an acknowledgement has none
		ws.tell(subject{task: r.TaskID}, r)
	}
}

func (ws watchers) tell(s subject, r *models.Receipt) {
	for w := range ws[s] {
		w.observe(r)
	}
}

// all calls each for every watcher.
func (ws watchers) all(each func(watcher)) {
	for _, group := range ws {
		for w := range group {
			each(w)
		}
	}
}

func (ws watchers) wake() { ws.all(watcher.wake) }

func (ws watchers) drained() { ws.all(watcher.drained) }

// oldestNeeded returns the position from which on somebody may still read, at most head.
func (ws watchers) oldestNeeded(head int64) int64 {
	oldest := head
	ws.all(func(w watcher) { oldest = min(oldest, w.needs(head)) })
	return oldest
}
