package feed

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Run does what the hub does unasked: at every poll interval it reads the positions of the tenants that are followed, so
// that what this process did not commit itself, or a bell that was lost, is noticed. It returns nil when ctx ends or the
// hub is closed.
func (h *Hub) Run(ctx context.Context) error {
	ticker := time.NewTicker(h.opt.PollInterval)
	defer ticker.Stop()
	for {
		if err := h.poll(ctx); err != nil && ctx.Err() == nil {
			h.opt.Logger.WarnContext(ctx, "the positions of the ledgers can't be read; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-h.ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// LastPoll returns when the poll last succeeded; the zero time when it never has.
func (h *Hub) LastPoll() time.Time {
	nanos := h.polled.Load()
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos)
}

// poll reads the positions of the followed tenants, all in one statement, and lets go of what nobody needs any more.
func (h *Hub) poll(ctx context.Context) error {
	h.mu.RLock()
	tenants := slices.Collect(maps.Keys(h.followers))
	h.mu.RUnlock()
	heads, err := h.heads(ctx, tenants)
	for tenant, head := range heads {
		h.Reached(tenant, head)
	}
	h.mu.RLock()
	followers := slices.Collect(maps.Values(h.followers))
	h.mu.RUnlock()
	for _, f := range followers {
		f.tidy()
	}
	if err == nil {
		h.polled.Store(time.Now().UnixNano())
	}
	return err
}
