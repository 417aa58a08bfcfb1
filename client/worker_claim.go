package client

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// claim claims tasks and starts to do them, until ctx ends or the server refuses for good.
func (w *Worker) claim(ctx context.Context) error {
	once := w.c.with(0) // the pauses are the loop's own: it goes on for ever
	types, wait := w.types(), w.claimWait()
	asking, stopAsking := outliving(ctx, claimSettles)
	defer stopAsking()
	var pause backoff
	for {
		free, err := w.takeSlots(ctx)
		if err != nil {
			return err
		}
		sent := time.Now()
		leases, err := once.ClaimTasks(asking, ClaimTasksInput{
			Types: types, Capabilities: w.options.Capabilities, MaxTasks: free, TTL: w.options.LeaseTTL, Wait: wait,
		})
		for _, lease := range leases {
			w.start(ctx, lease, sent, claimed)
		}
		w.giveSlots(free - len(leases))
		if err == nil {
			pause.recovered(ctx, w.logger, "answered again", claiming, sent)
		}
		var e *Error
		switch {
		case ctx.Err() != nil:
			err = context.Cause(ctx)
		case len(leases) > 0 || err == nil && time.Since(sent) > wait/2:
			pause.reset()
		case err == nil: // an empty answer before its time: a proxy's, perhaps. It must not become a loop without a pause.
			err = pause.wait(ctx, 0)
		case errors.As(err, &e) && (e.Retryable || e.Code == CodeInternal): // a server's fault may be mended
			err = w.again(ctx, e, &pause)
		}
		if err != nil {
			return err
		}
	}
}

// claimWait is how long a claim waits for work: not so long that nobody knows how much is left of the lease that it brings.
func (w *Worker) claimWait() time.Duration {
	ttl := cmp.Or(w.options.LeaseTTL, w.limits.DefaultLeaseTTL)
	return min(maxClaimWait, ttl/3)
}

// outliving returns a context that ends some time after another has.
func outliving(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		_ = sleep(longer, d)
		cancel(context.Cause(ctx))
	})
	return longer, func() {
		stop()
		cancel(nil)
	}
}

// claiming names the claims in the log.
var claiming = slog.String("operation", "claimTasks")

// again is what comes after a claim that was not answered.
func (w *Worker) again(ctx context.Context, e *Error, pause *backoff) error {
	if err := pause.again(ctx, w.logger, slog.LevelWarn, "claim failed; trying again", claiming, e); err != nil {
		return err
	}
	if w.options.AdoptLeases && e.Code == CodeUnavailable {
		return w.adopt(ctx, recovered)
	}
	return nil
}

// adopt works on what the principal holds and nobody works on.
func (w *Worker) adopt(ctx context.Context, from origin) error {
	page, err := w.c.patient().Leases(ctx, LeaseFilter{States: []LeaseState{LeaseActive}}, PageInput{})
	if err != nil {
		return err
	}
	for lease, err := range page.All(ctx) {
		if err != nil {
			return err
		}
		if w.held.has(lease.ID) || w.handlers[lease.Task.Type] == nil {
			continue
		}
		select {
		case w.slots <- struct{}{}:
			w.start(ctx, lease, time.Now(), from)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// takeSlots waits until at least one task more may be done, and returns how many are.
func (w *Worker) takeSlots(ctx context.Context) (int, error) {
	select {
	case w.slots <- struct{}{}:
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	for taken := 1; taken < maxClaim; taken++ {
		select {
		case w.slots <- struct{}{}:
		default:
			return taken, nil
		}
	}
	return maxClaim, nil
}

func (w *Worker) giveSlots(n int) {
	for range n {
		<-w.slots
	}
}
