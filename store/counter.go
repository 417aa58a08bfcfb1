package store

import (
	"context"
	"sync/atomic"

	"github.com/uptrace/bun"
)

// Counter counts the SQL statements that are run for a context; safe for concurrent use.
type Counter struct{ n atomic.Int64 }

// Load returns how many statements were run so far.
func (c *Counter) Load() int64 { return c.n.Load() }

type counterKey struct{}

// WithCounter returns a context whose statements c counts: those of reads, and those of a batch run with it.
func WithCounter(ctx context.Context, c *Counter) context.Context {
	return context.WithValue(ctx, counterKey{}, c)
}

func count(ctx context.Context, n int) {
	if c, ok := ctx.Value(counterKey{}).(*Counter); ok {
		c.n.Add(int64(n))
	}
}

// countingHook counts the statements that go through bun.
type countingHook struct{}

func (countingHook) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	count(ctx, 1)
	return ctx
}

func (countingHook) AfterQuery(context.Context, *bun.QueryEvent) {}
