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

// TapHeads does the same for the positions that the poll reads.
func (h *Hub) TapHeads(before func(context.Context) error) {
	heads := h.heads
	h.heads = func(ctx context.Context, tenants []uuid.UUID) (map[uuid.UUID]int64, error) {
		if err := before(ctx); err != nil {
			return nil, err
		}
		return heads(ctx, tenants)
	}
}

// InLine returns how many workers of the tenant stand in line for work.
func (h *Hub) InLine(tenant uuid.UUID) int {
	h.mu.RLock()
	f := h.followers[tenant]
	h.mu.RUnlock()
	if f == nil {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	if f.work != nil {
		for _, l := range f.work.claimants.lines {
			n += l.idle.Len()
		}
	}
	return n
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

// DeskPlaces is how many reads of streams run at a time.
const DeskPlaces = deskPlaces

// Beginning returns how many streams of the tenant wait for a read of the head that has not begun.
func (h *Hub) Beginning(tenant uuid.UUID) int {
	h.mu.RLock()
	f := h.followers[tenant]
	h.mu.RUnlock()
	if f == nil {
		return 0
	}
	f.heads.mu.Lock()
	defer f.heads.mu.Unlock()
	if f.heads.next == nil {
		return 0
	}
	return f.heads.next.waiting
}
