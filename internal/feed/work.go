package feed

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// work notices which of a tenant's tasks become claimable, for all who wait for them: the receipts that put a task into
// the queue tell which to look at, the ledger's list of delayed tasks when to look again. It lives while somebody waits.
type work struct {
	f      *follower
	reader *reader
	bell   chan struct{} // of one slot; rings when the reader may have something, or a claimant has passed
	ctx    context.Context
	stop   context.CancelFunc
	// moved, of one slot, rings when a clock was moved: what is due may have become due early.
	moved chan struct{}
	// ready is closed once nothing can be missed any more.
	ready chan struct{}

	// streams and claimants are who waits, users how many they are; guarded by f.mu.
	streams   map[*available]struct{}
	claimants claimants
	users     int

	// What follows is of run's goroutine. queued are tasks that were put into the queue and not yet looked at.
	queued []uuid.UUID
	// due is the place up to which delayed tasks have been offered; look says to look for more now.
	due  models.Place
	look bool
}

// queueing are the types of receipts that put a task into the queue.
var queueing = store.ReceiptFilter{Types: []models.ReceiptType{
	models.TaskAssigned, models.TaskRetryScheduled, models.LeaseReleasedType, models.LeaseExpiredType,
}}

// join makes somebody one of those who wait, by enter, and starts the work when it is the first. leave takes it back, also
// when join failed; both are called under f's lock.
func (f *follower) join(enter func(*work)) (*work, error) {
	f.mu.Lock()
	w, first := f.work, f.work == nil
	if first {
		w = &work{
			f: f, bell: make(chan struct{}, 1), moved: make(chan struct{}, 1), ready: make(chan struct{}), look: true,
			streams: make(map[*available]struct{}), claimants: newClaimants(),
		}
		w.reader = newReader(f, queueing, func() { ring(w.bell) })
		w.ctx, w.stop = context.WithCancel(f.ctx)
		f.watchers.add(w.reader)
		f.work = w
	}
	w.users++
	enter(w)
	f.mu.Unlock()
	if !first {
		return w, nil
	}
	return w, f.hub.start(w.run)
}

func (f *follower) leave(w *work, leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	leave()
	if w.users--; w.users == 0 {
		w.stop()
		f.watchers.remove(w.reader)
		f.work = nil
		return
	}
	if len(w.claimants.passed) > 0 {
		ring(w.bell)
	}
}

// isReady tells whether nothing can be missed any more.
func (w *work) isReady() bool {
	select {
	case <-w.ready:
		return true
	default:
		return false
	}
}

// await waits until nothing can be missed any more.
func (w *work) await(ctx context.Context) error {
	select {
	case <-w.ready:
		return nil
	case <-w.ctx.Done():
		return errDraining
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (w *work) run() {
	select {
	case <-w.ctx.Done():
		return
	case <-w.f.synced:
	}
	w.reader.skip()
	timer := time.NewTimer(never)
	defer timer.Stop()
	becomeReady := sync.OnceFunc(func() { close(w.ready) })
	for {
		wait, err := w.step()
		if err == nil {
			becomeReady()
			w.f.hub.watches.looks.Note(nil)
		} else {
			w.complain(err)
			wait, w.look = w.f.hub.opt.PollInterval, true
		}
		if wait > 0 {
			timer.Reset(wait)
		}
		select {
		case <-w.ctx.Done():
			return
		case <-timer.C:
			w.look = true
		case <-w.moved:
			w.look = true
		case <-w.bell:
		}
	}
}

func (w *work) complain(err error) {
	if w.ctx.Err() == nil {
		w.f.hub.watches.looks.Note(fmt.Errorf("of tenant %s: %w", w.f.tenant, err))
	}
}

// step offers what has become claimable. If delayed tasks were looked for, it returns when to look again, else 0.
func (w *work) step() (time.Duration, error) {
	// The first look says what time it is: what was put into the queue is measured by it.
	if w.due == (models.Place{}) {
		if _, err := w.offerDue(); err != nil {
			return 0, err
		}
	}
	w.queued = append(w.queued, w.takePassed()...)
	for {
		if err := w.offerQueued(); err != nil {
			return 0, err
		}
		receipts, err := w.reader.take(w.ctx)
		if err != nil {
			return 0, err
		}
		if len(receipts) == 0 {
			break
		}
		for _, r := range receipts {
			w.queued = append(w.queued, r.TaskID)
		}
	}
	if !w.look {
		return 0, nil
	}
	wait, err := w.offerDue()
	w.look = err != nil
	return wait, err
}

func (w *work) takePassed() []uuid.UUID {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	passed := w.claimants.passed
	w.claimants.passed = nil
	return passed
}

// offerQueued looks at the tasks that were put into the queue: those still there are offered, or will be once they are due.
func (w *work) offerQueued() error {
	tasks, err := w.f.ledger.Queued(w.ctx, w.queued)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.EligibleAt != nil && comparePlaces(t.Place(), w.due) > 0 {
			w.look = true // offerDue finds it
		} else {
			w.offer(t)
		}
	}
	w.queued = w.queued[:0]
	return nil
}

// never is longer than any task is delayed.
const never = 1000 * 24 * time.Hour

// offerDue offers the delayed tasks that have become due since the last time and returns how long it is to the next. The
// first time it only notes what time it is.
func (w *work) offerDue() (time.Duration, error) {
	limit := w.f.hub.opt.ReplayPage
	for {
		tasks, now, err := w.f.ledger.Delayed(w.ctx, w.due, limit)
		if err != nil {
			return 0, err
		}
		if w.due == (models.Place{}) {
			w.due = models.Place{At: now, ID: uuid.Max}
		}
		for _, t := range tasks {
			if t.EligibleAt.After(now) {
				return t.EligibleAt.Sub(now), nil
			}
			w.offer(t)
			w.due = t.Place()
		}
		if len(tasks) < limit {
			return never, nil
		}
	}
}

func (w *work) offer(t *store.QueuedTask) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	for s := range w.streams {
		s.offer(t)
	}
	w.claimants.offer(t)
}

func comparePlaces(a, b models.Place) int {
	return cmp.Or(a.At.Compare(b.At), slices.Compare(a.ID[:], b.ID[:]))
}
