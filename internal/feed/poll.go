package feed

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Run does what the hub does unasked: it carries news between servers, and at every poll interval reads the positions of
// the tenants that are followed, so that a commit elsewhere is noticed even when its news is lost. It returns nil when ctx
// ends; when the hub is closed, only the news goes on, since what is still committed is to be told.
func (h *Hub) Run(ctx context.Context) error {
	polling, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(h.ctx, stop)()
	if h.opt.News == nil {
		h.pollUntil(polling)
		return nil
	}
	var group sync.WaitGroup
	group.Go(func() { h.pollUntil(polling) })
	defer group.Wait()
	return h.opt.News.Run(ctx, h.Reached, func() { ring(h.missed) })
}

func (h *Hub) pollUntil(ctx context.Context) {
	ticker := time.NewTicker(h.opt.PollInterval)
	defer ticker.Stop()
	for {
		if err := h.poll(ctx); ctx.Err() == nil {
			h.watches.polls.Note(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-h.missed:
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
