package limit

import (
	"context"
	"fmt"
	"time"

	"github.com/ulule/limiter/v3"
)

// Counter counts against one rate, for each key. Safe for concurrent use.
type Counter struct {
	local  *memory
	shared *shared // nil without Redis
	rate   limiter.Rate
	prefix string
	now    func() time.Time
}

// State is where a key's count stands.
type State struct {
	// Limit is what is allowed in a period, and Remaining what is left of it.
	Limit, Remaining int64
	// Reset is when the period ends, in seconds of the Unix epoch, and RetryAfter how many seconds that is from now: at least
	// 1. Both are rounded up: who waits that long has waited enough.
	Reset, RetryAfter int64
	// Exceeded tells that what was counted did not fit.
	Exceeded bool
}

// Count counts n, at least 1, against the key. What does not fit takes what is left; what is more than a whole period allows,
// and so never fits, counts as one. Once nothing is left, nothing is counted until the period ends.
func (c *Counter) Count(ctx context.Context, key string, n int64) State {
	if known := c.Peek(key); known.Exceeded {
		return known // whatever others count
	}
	fits := n <= c.rate.Limit
	if !fits {
		n = 1
	}
	counted, ok := c.together(ctx, key, n)
	if !ok {
		counted, _ = c.local.Increment(ctx, key, n, c.rate)
	}
	return c.state(counted, counted.Reached || !fits)
}

// together counts in Redis, and keeps what comes of it: from there the server goes on by itself when Redis is lost.
func (c *Counter) together(ctx context.Context, key string, n int64) (counted limiter.Context, ok bool) {
	if c.shared == nil {
		return limiter.Context{}, false
	}
	counted, ok = c.shared.increment(ctx, c.prefix+key, n, c.rate)
	if ok {
		counted.Reset++ // limiter rounds down
		c.local.learn(key, counted, c.rate)
	}
	return counted, ok
}

// Peek counts nothing and returns where the count stands as far as this server knows. Exceeded tells that nothing is left.
func (c *Counter) Peek(key string) State {
	known, _ := c.local.Peek(context.Background(), key, c.rate)
	return c.state(known, known.Remaining == 0)
}

func (c *Counter) state(counted limiter.Context, exceeded bool) State {
	return State{
		Limit: counted.Limit, Remaining: counted.Remaining, Exceeded: exceeded,
		Reset: counted.Reset, RetryAfter: max(1, counted.Reset-c.now().Unix()),
	}
}

// String says what is allowed: 6000 a minute.
func (c *Counter) String() string {
	unit := "every " + c.rate.Period.String()
	switch c.rate.Period {
	case time.Second:
		unit = "a second"
	case time.Minute:
		unit = "a minute"
	case time.Hour:
		unit = "an hour"
	case 24 * time.Hour:
		unit = "a day"
	}
	return fmt.Sprintf("%d %s", c.rate.Limit, unit)
}
