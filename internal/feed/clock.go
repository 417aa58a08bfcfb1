package feed

import (
	"maps"
	"slices"
)

// ClockMoved tells the hub that somebody has moved the clock that decides what is due, for tests: who waits for work is offered
// at once what has become due by it.
func (h *Hub) ClockMoved() {
	h.mu.RLock()
	followers := slices.Collect(maps.Values(h.followers))
	h.mu.RUnlock()
	for _, f := range followers {
		f.mu.Lock()
		if f.work != nil {
			ring(f.work.moved)
		}
		f.mu.Unlock()
	}
}
