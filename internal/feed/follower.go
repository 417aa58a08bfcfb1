package feed

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// follower follows one tenant's ledger for all who watch it: the only reader of what is new, however many they are.
type follower struct {
	hub    *Hub
	tenant uuid.UUID
	ledger ledger
	// forStreams is the ledger as streams read it, and heads reads where it stands for those that begin.
	forStreams ledger
	heads      heads
	door       door
	users      int // guarded by hub.mu

	ctx  context.Context
	stop context.CancelFunc
	// synced is closed once the follower knows where the ledger stands. Until then nobody is woken.
	synced chan struct{}
	// target is the highest position known to be committed, unsure that there may be a higher one. Of run's goroutine.
	target int64
	unsure bool

	mu sync.Mutex
	// head is the position up to which everything has been shown to the watchers; recent ends there.
	head     int64
	recent   window
	watchers watchers
	work     *work // nil while nobody waits for work

	ended endedLeases
}

func newFollower(h *Hub, tenant uuid.UUID) *follower {
	f := &follower{
		hub: h, tenant: tenant, ledger: h.ledger(tenant), door: newDoor(h.opt),
		synced: make(chan struct{}), unsure: true,
		recent:   window{maxCount: h.opt.Buffer, maxBytes: h.opt.BufferBytes},
		watchers: make(watchers),
	}
	f.forStreams = seated{f.ledger, h.desk}
	f.ctx, f.stop = context.WithCancel(h.ctx)
	return f
}

// run takes in what is new until the follower is stopped. The ledger out of reach is no reason to end: what was missed
// is read once it is back.
func (f *follower) run() {
	for {
		err := f.advance()
		if err == nil {
			f.hub.watches.follows.Note(nil)
			select {
			case <-f.ctx.Done():
				return
			case <-f.door.bell:
			}
			continue
		}
		if f.ctx.Err() == nil {
			f.hub.watches.follows.Note(fmt.Errorf("of tenant %s: %w", f.tenant, err))
		}
		if !pause(f.ctx, f.hub.opt.PollInterval) {
			return
		}
	}
}

// pause waits; false when ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// advance shows the watchers all that is known to be committed: what was handed over where it continues what they have
// seen, the rest out of the ledger.
func (f *follower) advance() error {
	n := f.door.open()
	f.target = max(f.target, n.position)
	if f.unsure = f.unsure || n.unknown; f.unsure {
		position, err := f.ledger.Head(f.ctx)
		if err != nil {
			return err
		}
		f.unsure = false
		f.target = max(f.target, position)
		f.sync(position)
	}
	if len(n.receipts) > 0 {
		if err := f.read(n.receipts[0].Seq - 1); err != nil {
			return err // the position of what was handed over is in target, so the ledger brings it later
		}
		f.extend(n.receipts)
	}
	return f.read(f.target)
}

// sync begins at a position, the first time. Whoever began to watch before it was known looks for itself.
func (f *follower) sync(position int64) {
	select {
	case <-f.synced:
		return
	default:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.head = position
	close(f.synced)
	f.watchers.wake()
}

// read takes in the ledger up to a position.
func (f *follower) read(upTo int64) (err error) {
	if f.head >= upTo { // only this goroutine writes head
		return nil
	}
	ctx, end := f.startRead()
	defer func() { end(err) }()
	for f.head < upTo {
		page, err := f.ledger.Follow(ctx, store.ReceiptFilter{}, f.head, upTo, f.hub.opt.ReplayPage)
		if err != nil {
			return err
		}
		for i, r := range page {
			if r.Seq != f.head+1+int64(i) {
				return fmt.Errorf("the ledger has receipt %d where %d was expected", r.Seq, f.head+1+int64(i))
			}
		}
		if len(page) == 0 {
			return fmt.Errorf("the ledger ends at %d before its head %d", f.head, upTo)
		}
		f.extend(page)
	}
	return nil
}

// extend shows receipts to the watchers; those that they have seen are skipped. The lock is given up now and then, so
// that streams don't wait for a large batch.
func (f *follower) extend(receipts []*models.Receipt) {
	for part := range slices.Chunk(receipts, 64) {
		known := len(part)
		f.mu.Lock()
		for i, r := range part {
			if r.Seq <= f.head {
				continue
			}
			known = min(known, i)
			f.recent.push(r)
			f.head = r.Seq
			f.watchers.observe(r)
		}
		f.mu.Unlock()
		f.hub.opt.Observer.Arrived(part[known:])
	}
}

// tidy drops the recent receipts that every stream has passed, so that a quiet tenant holds none.
func (f *follower) tidy() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.recent.forget(f.watchers.oldestNeeded(f.head + 1))
}

// add and remove register a watcher.
func (f *follower) add(w watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers.add(w)
}

func (f *follower) remove(w watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers.remove(w)
}

// drained tells all streams that the hub is closed.
func (f *follower) drained() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers.drained()
	if f.work != nil {
		for a := range f.work.streams {
			a.ring()
		}
	}
}
