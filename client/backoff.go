package client

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// The pauses between attempts.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

// backoff is the pauses of one call or loop: each up to twice as long as the one before, and shortened by chance, so that
// those whom a server has lost at the same moment come back one by one. The zero value begins.
type backoff struct {
	ceiling time.Duration
	// failures is how many attempts have failed in a row, the first of them at since.
	failures int
	since    time.Time
}

// reset lets the next pauses be short again.
func (b *backoff) reset() { b.ceiling = 0 }

// next is how long to pause, at least for as long as the server asked.
func (b *backoff) next(asked time.Duration) time.Duration {
	b.ceiling = min(max(2*b.ceiling, firstPause), maxPause)
	return asked + b.ceiling/2 + rand.N(b.ceiling/2)
}

// wait pauses, or returns why ctx has ended.
func (b *backoff) wait(ctx context.Context, asked time.Duration) error {
	return sleep(ctx, b.next(asked))
}

// again tells of a failed attempt at what, and pauses before the next one.
func (b *backoff) again(ctx context.Context, logger *slog.Logger, level slog.Level, message string, what slog.Attr, e *Error) error {
	if b.failures++; b.failures == 1 {
		b.since = time.Now()
	}
	pause := b.next(e.RetryAfter)
	logger.LogAttrs(ctx, level, "asyncgate: "+message, what,
		slog.Int("attempt", b.failures), slog.Duration("pause", pause.Round(time.Millisecond)), slog.Any("error", e))
	return sleep(ctx, pause)
}

// recovered tells of an attempt at what that has not failed, after some that had. Until it began, the trouble lasted: what it took
// from then on, as a claim that waits for work does, is no part of that.
func (b *backoff) recovered(ctx context.Context, logger *slog.Logger, message string, what slog.Attr, began time.Time) {
	if b.failures == 0 {
		return
	}
	logger.LogAttrs(ctx, slog.LevelInfo, "asyncgate: "+message, what,
		slog.Int("attempts", b.failures+1), slog.Duration("after", began.Sub(b.since).Round(time.Millisecond)))
	b.failures = 0
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
