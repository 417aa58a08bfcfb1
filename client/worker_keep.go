package client

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// tenure is how long a lease lasts by this machine's clock, which may be another than the server's, but runs as fast.
type tenure struct {
	id leaseID
	// ttl is how long it lasts from one renewal to the next.
	ttl time.Duration
	// from is the moment here when the lease was heard of.
	from  time.Time
	until time.Time
	// first is the pause before the first renewal.
	first time.Duration
}

// unknownTTL is taken for the time of a lease that was not claimed just now when nobody has said it.
const unknownTTL = 2 * time.Minute

// newTenure begins when a lease is heard of. When the server has granted it is unknown: at any time since it was asked, sent, as
// it may have waited for a task. So a lease that is short beside that is renewed at once, after which it is known.
func newTenure(lease *Lease, sent time.Time, from origin, wanted time.Duration) *tenure {
	heard := time.Now()
	t := &tenure{id: lease.ID, from: heard, ttl: lease.ExpiresAt.Sub(lease.AcquiredAt)}
	switch {
	case from != claimed: // long ago, perhaps: how long it lasts, its first renewal tells
		t.ttl = cmp.Or(wanted, unknownTTL)
	case t.ttl/3 > heard.Sub(sent):
		t.first = t.ttl / 3
	}
	t.until = heard.Add(t.ttl)
	return t
}

// renewed notes a renewal that was asked for at a moment here.
func (t *tenure) renewed(lease *Lease, sent time.Time) {
	until := t.from.Add(lease.ExpiresAt.Sub(lease.AcquiredAt))
	if asked := sent.Add(t.ttl); asked.Before(until) {
		until = asked
	}
	if until.After(t.until) {
		t.until = until
	}
}

// keep renews a lease each third of its time until ctx ends, and ends it when the server says that it has ended, or when its time
// is over here.
func (w *Worker) keep(ctx context.Context, end context.CancelCauseFunc, t *tenure) {
	over := time.AfterFunc(time.Until(t.until), func() { end(ErrLeaseEnded) })
	defer over.Stop()
	once := w.c.with(0)
	once.timeout = min(once.timeout, max(t.ttl/3, time.Second))
	var pause backoff
	for wait := t.first; sleep(ctx, wait) == nil; wait = t.ttl / 3 {
		for {
			sent := time.Now()
			lease, err := once.RenewLease(ctx, RenewLeaseInput{LeaseID: t.id, ExtendBy: t.ttl})
			if err == nil {
				pause.reset()
				t.renewed(lease, sent)
				over.Reset(time.Until(t.until))
				break
			}
			var e *Error
			switch {
			case ctx.Err() != nil:
				return
			case CodeOf(err) == CodeLeaseInvalid:
				end(ErrLeaseEnded)
				return
			case !errors.As(err, &e) || !e.Retryable:
				w.logger.WarnContext(ctx, "asyncgate: a lease can't be renewed any more", "lease", t.id, "until", t.until, "error", err)
				<-ctx.Done() // it lasts until its time is over
				return
			case pause.wait(ctx, e.RetryAfter) != nil:
				return
			}
		}
	}
}
