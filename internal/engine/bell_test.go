package engine_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// bell keeps what it is told, and rings for whoever listens. The real one is feed's, a room that this one may not import.
type bell struct {
	mu        sync.Mutex
	receipts  []*models.Receipt
	listeners map[chan struct{}]func(*models.Receipt) bool
}

func (b *bell) Committed(_ uuid.UUID, receipts []*models.Receipt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.receipts = append(b.receipts, receipts...)
	for ring, match := range b.listeners {
		for _, r := range receipts {
			if match(r) {
				select {
				case ring <- struct{}{}:
				default:
				}
			}
		}
	}
}

func (b *bell) Listen(_ uuid.UUID, match func(*models.Receipt) bool) (<-chan struct{}, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ring := make(chan struct{}, 1)
	b.listeners[ring] = match
	return ring, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.listeners, ring)
	}
}

// listening returns when n calls listen.
func (b *bell) listening(t testing.TB, n int) {
	t.Helper()
	eventually(t, "a listener", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.listeners) == n
	})
}
