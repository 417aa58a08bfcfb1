package limit

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/ulule/limiter/v3"
)

// memory is a store of limiter's in memory, bounded and without a goroutine. limiter's own keeps every key of a period, of
// which whoever has many addresses makes as many as he likes, and its cleaner ends when the garbage collector says so. The
// methods never fail.
type memory struct {
	now func() time.Time

	mu      sync.Mutex
	windows *simplelru.LRU[string, *window]
}

var _ limiter.Store = (*memory)(nil)

// window is a key's period and what was counted in it.
type window struct {
	count int64
	ends  time.Time
}

func newMemory(keys int, now func() time.Time) *memory {
	windows, err := simplelru.NewLRU[string, *window](keys, nil)
	if err != nil {
		panic(err) // fewer keys than one
	}
	return &memory{now: now, windows: windows}
}

// Get counts one.
func (m *memory) Get(ctx context.Context, key string, rate limiter.Rate) (limiter.Context, error) {
	return m.Increment(ctx, key, 1, rate)
}

// Increment counts n in the key's window, and begins one when the last is over. A count stops growing beyond the limit.
func (m *memory) Increment(_ context.Context, key string, n int64, rate limiter.Rate) (limiter.Context, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.open(key, rate)
	w.count = min(w.count+n, rate.Limit+1)
	return w.context(rate), nil
}

// Peek counts nothing.
func (m *memory) Peek(_ context.Context, key string, rate limiter.Rate) (limiter.Context, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if w, ok := m.windows.Get(key); ok && now.Before(w.ends) {
		return w.context(rate), nil
	}
	unused := window{ends: now.Add(rate.Period)}
	return unused.context(rate), nil
}

// Reset forgets the key.
func (m *memory) Reset(ctx context.Context, key string, rate limiter.Rate) (limiter.Context, error) {
	m.mu.Lock()
	m.windows.Remove(key)
	m.mu.Unlock()
	return m.Peek(ctx, key, rate)
}

// learn takes over what was counted elsewhere.
func (m *memory) learn(key string, counted limiter.Context, rate limiter.Rate) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.open(key, rate)
	w.count = counted.Limit - counted.Remaining
	if counted.Reached {
		w.count = counted.Limit + 1
	}
	if ends := time.Unix(counted.Reset, 0); ends.Before(m.now().Add(rate.Period)) {
		w.ends = ends
	}
}

// open returns the key's window, a new one when the last is over. Call it with mu held.
func (m *memory) open(key string, rate limiter.Rate) *window {
	now := m.now()
	w, ok := m.windows.Get(key)
	if !ok {
		w = &window{}
		m.windows.Add(key, w)
	}
	if !now.Before(w.ends) {
		*w = window{ends: now.Add(rate.Period)}
	}
	return w
}

// context says where a count stands. Reset is rounded up.
func (w *window) context(rate limiter.Rate) limiter.Context {
	return limiter.Context{
		Limit:     rate.Limit,
		Remaining: max(0, rate.Limit-w.count),
		Reset:     w.ends.Add(time.Second - time.Nanosecond).Unix(),
		Reached:   w.count > rate.Limit,
	}
}
