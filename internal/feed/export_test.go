package feed

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"
)

// Ledger is what the hub reads of a tenant, for tests that put a gate before it.
type Ledger = ledger

// Tap puts a wrapper around the ledgers that the hub will read.
func (h *Hub) Tap(wrap func(Ledger) Ledger) {
	open := h.ledger
	h.ledger = func(tenant uuid.UUID) ledger { return wrap(open(tenant)) }
}

// Poll does one round of Run.
func (h *Hub) Poll(ctx context.Context) error { return h.poll(ctx) }

// Followed returns how many tenants are followed, and how many receipts of them are in memory.
func (h *Hub) Followed() (tenants, receipts int) {
	h.mu.RLock()
	followers := slices.Collect(maps.Values(h.followers))
	h.mu.RUnlock()
	for _, f := range followers {
		f.mu.Lock()
		receipts += len(f.recent.receipts)
		f.mu.Unlock()
	}
	return len(followers), receipts
}
