package feed

import (
	"sync"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// watcher is told of each receipt as the follower takes it in. Its methods are called under the follower's lock and
// return at once.
type watcher interface {
	// addressee is whose receipts alone concern the watcher; nil for everybody's. It never changes.
	addressee() *models.Principal
	observe(r *models.Receipt)
	// wake tells that receipts may have been missed.
	wake()
	// needs is the position from which on the watcher may still read; those who read nothing return head.
	needs(head int64) int64
}

// watchers are those of one tenant. Those who wait for one principal's receipts are found by it: ten thousand agents that
// wait for their results cost a commit nothing but a look into a map.
type watchers struct {
	byAddressee map[models.Principal]map[watcher]struct{}
	others      map[watcher]struct{}
}

func newWatchers() watchers {
	return watchers{
		byAddressee: make(map[models.Principal]map[watcher]struct{}),
		others:      make(map[watcher]struct{}),
	}
}

func (ws *watchers) add(w watcher) {
	to := w.addressee()
	if to == nil {
		ws.others[w] = struct{}{}
		return
	}
	if ws.byAddressee[*to] == nil {
		ws.byAddressee[*to] = make(map[watcher]struct{})
	}
	ws.byAddressee[*to][w] = struct{}{}
}

func (ws *watchers) remove(w watcher) {
	to := w.addressee()
	if to == nil {
		delete(ws.others, w)
		return
	}
	if delete(ws.byAddressee[*to], w); len(ws.byAddressee[*to]) == 0 {
		delete(ws.byAddressee, *to)
	}
}

func (ws *watchers) observe(r *models.Receipt) {
	for w := range ws.byAddressee[r.To] {
		w.observe(r)
	}
	for w := range ws.others {
		w.observe(r)
	}
}

// all calls each for every watcher.
func (ws *watchers) all(each func(watcher)) {
	for w := range ws.others {
		each(w)
	}
	for _, group := range ws.byAddressee {
		for w := range group {
			each(w)
		}
	}
}

func (ws *watchers) wake() { ws.all(watcher.wake) }

// oldestNeeded returns the position from which on somebody may still read, at most head.
func (ws *watchers) oldestNeeded(head int64) int64 {
	oldest := head
	ws.all(func(w watcher) { oldest = min(oldest, w.needs(head)) })
	return oldest
}

// listener is somebody who waits for certain receipts but doesn't read them.
type listener struct {
	match func(*models.Receipt) bool
	bell  chan struct{} // of one slot
}

func (l *listener) addressee() *models.Principal { return nil }
func (l *listener) wake()                        { ring(l.bell) }
func (l *listener) needs(head int64) int64       { return head }

func (l *listener) observe(r *models.Receipt) {
	if len(l.bell) == 0 && l.match(r) { // one that rings already needs no other
		ring(l.bell)
	}
}

// Listen rings for each committed receipt of the tenant that matches, and now and then for none: it tells to look again,
// not what is there. The bell has one slot, so rings that nobody takes are one ring. To miss nothing, listen first, then
// look, then wait. match is called for each receipt that anybody commits; it must be quick and must not change it.
//
// Listen reads nothing and never blocks. stop ends the listening and may be called more than once; the bell is never
// closed. When the hub is closed, it rings no more: that wait is ended by the caller's own context.
func (h *Hub) Listen(tenant uuid.UUID, match func(*models.Receipt) bool) (bell <-chan struct{}, stop func()) {
	l := &listener{match: match, bell: make(chan struct{}, 1)}
	f, err := h.follow(tenant)
	if err != nil {
		return l.bell, func() {}
	}
	f.add(l)
	return l.bell, sync.OnceFunc(func() {
		f.remove(l)
		h.unfollow(f)
	})
}
