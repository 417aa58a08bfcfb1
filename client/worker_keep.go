package client

import (
	"context"
	"errors"
	"time"
)

// keep renews a lease whenever that is due until ctx ends, and ends it when the server says that it has ended, or when its time
// is over here.
func (w *Worker) keep(ctx context.Context, end context.CancelCauseFunc, t *tenure) {
	over := time.AfterFunc(time.Until(t.until), func() { end(ErrLeaseEnded) })
	defer over.Stop()
	for t.renewable() && sleep(ctx, time.Until(t.due())) == nil {
		err := w.renew(ctx, t)
		switch {
		case err == nil:
			over.Reset(time.Until(t.until))
			continue
		case CodeOf(err) == CodeLeaseInvalid:
			end(ErrLeaseEnded)
		case ctx.Err() == nil:
			w.logger.WarnContext(ctx, "asyncgate: a lease can't be renewed any more", "lease", t.id, "until", t.until, "error", err)
		}
		break
	}
	<-ctx.Done() // it lasts until its time is over
}

// renew renews a lease, again and again until that is answered or ctx ends. Each call that arrives counts as a renewal, so there
// are few of them, and each has a part of the time that is left.
func (w *Worker) renew(ctx context.Context, t *tenure) error {
	once := w.c.with(0)
	once.timeout = min(once.timeout, max(t.reserve()/4, time.Second))
	var pause backoff
	for {
		sent := time.Now()
		extension := t.extension(sent)
		lease, err := once.RenewLease(ctx, RenewLeaseInput{LeaseID: t.id, ExtendBy: extension})
		if err == nil {
			t.renewed(lease, sent, extension)
			return nil
		}
		var e *Error
		if ctx.Err() != nil || !errors.As(err, &e) || !e.Retryable {
			return err
		}
		if err := pause.wait(ctx, e.RetryAfter); err != nil {
			return err
		}
	}
}
