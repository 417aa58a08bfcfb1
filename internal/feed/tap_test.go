package feed_test

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// tap counts the reads of a hub, and lets a test hold them or refuse them.
type tap struct {
	mu     sync.Mutex
	counts map[string]int
	before func(ctx context.Context, read string) error
	clock  func() time.Time // that decides what is due; nil is the database's
}

func (p *tap) read(ctx context.Context, name string) error {
	p.mu.Lock()
	if p.counts == nil {
		p.counts = make(map[string]int)
	}
	p.counts[name]++
	before := p.before
	p.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(ctx, name)
}

func (p *tap) count(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[name]
}

// total is how many reads there were of any name.
func (p *tap) total() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, count := range p.counts {
		n += count
	}
	return n
}

func (p *tap) intercept(before func(ctx context.Context, read string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.before = before
}

// gate holds the first read of a name: reached is closed when it is there, and it goes on when open is closed.
func (p *tap) gate(name string) (reached <-chan struct{}, open chan<- struct{}) {
	arrived, opened := make(chan struct{}), make(chan struct{})
	var once sync.Once
	p.intercept(func(ctx context.Context, read string) error {
		if read == name {
			once.Do(func() {
				close(arrived)
				<-opened
			})
		}
		return nil
	})
	return arrived, opened
}

type tapped struct {
	feed.Ledger
	tap *tap
}

func (l *tapped) Head(ctx context.Context) (int64, error) {
	seq, err := l.Ledger.Head(ctx)
	return seq, firstOf(l.tap.read(ctx, "Head"), err)
}

func (l *tapped) Follow(ctx context.Context, f store.ReceiptFilter, after, upTo int64, limit int) ([]*models.Receipt, error) {
	if len(f.Types) > 0 || f.To != nil {
		if err := l.tap.read(ctx, "Replay"); err != nil {
			return nil, err
		}
	} else if err := l.tap.read(ctx, "Follow"); err != nil {
		return nil, err
	}
	return l.Ledger.Follow(ctx, f, after, upTo, limit)
}

func (l *tapped) Unacknowledged(ctx context.Context, p models.Principal, after, upTo int64, limit int) ([]*models.Receipt, error) {
	page, err := l.Ledger.Unacknowledged(ctx, p, after, upTo, limit)
	return page, firstOf(l.tap.read(ctx, "Unacknowledged"), err)
}

func (l *tapped) LeasesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error) {
	leases, err := l.Ledger.LeasesByID(ctx, ids)
	return leases, firstOf(l.tap.read(ctx, "LeasesByID"), err)
}

func (l *tapped) Queued(ctx context.Context, ids []uuid.UUID) ([]*store.QueuedTask, error) {
	tasks, err := l.Ledger.Queued(ctx, ids)
	if len(ids) == 0 {
		return tasks, err
	}
	return tasks, firstOf(l.tap.read(ctx, "Queued"), err)
}

func (l *tapped) Delayed(ctx context.Context, after models.Place, limit int) ([]*store.QueuedTask, time.Time, error) {
	if err := l.tap.read(ctx, "Delayed"); err != nil {
		return nil, time.Time{}, err
	}
	if l.tap.clock == nil {
		return l.Ledger.Delayed(ctx, after, limit)
	}
	now := l.tap.clock()
	if after == (models.Place{}) {
		after = models.Place{At: now, ID: uuid.Max}
	}
	tasks, _, err := l.Ledger.Delayed(ctx, after, limit)
	return tasks, now, err
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
