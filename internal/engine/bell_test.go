package engine_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// bell keeps what it is told, and rings for whoever waits, at every commit. The real one is feed's, a room that this one may
// not import, and rings for few.
type bell struct {
	mu       sync.Mutex
	receipts []*models.Receipt
	waiting  map[chan struct{}]struct{}
	// taken are the tasks that those who waited for work have taken.
	taken []uuid.UUID
}

func (b *bell) Committed(_ uuid.UUID, receipts []*models.Receipt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.receipts = append(b.receipts, receipts...)
	b.ring()
}

// ring rings for all; b is locked.
func (b *bell) ring() {
	for ring := range b.waiting {
		select {
		case ring <- struct{}{}:
		default:
		}
	}
}

func (b *bell) TaskEnded(_, _ uuid.UUID) (<-chan struct{}, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ring := make(chan struct{}, 1)
	b.waiting[ring] = struct{}{}
	return ring, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.waiting, ring)
	}
}

func (b *bell) Work(tenant uuid.UUID, _, _ []string) (func(context.Context) error, func([]uuid.UUID)) {
	ring, stop := b.TaskEnded(tenant, uuid.Nil)
	wait := func(ctx context.Context) error {
		select {
		case <-ring:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return wait, func(taken []uuid.UUID) {
		stop()
		b.mu.Lock()
		defer b.mu.Unlock()
		b.taken = append(b.taken, taken...)
	}
}

// listening returns when n calls wait.
func (b *bell) listening(t testing.TB, n int) {
	t.Helper()
	eventually(t, "somebody who waits", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.waiting) == n
	})
}
