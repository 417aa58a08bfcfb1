package feed

import (
	"context"
	"time"

	"github.com/asyncgate/asyncgate/models"
)

// outlet is the end of a stream that its reader holds.
type outlet[E any] struct {
	hub    *Hub
	events chan E
	ended  chan struct{} // closed when err is set
	err    error
}

var errTooSlow = models.Errorf(models.CodeSubscriberTooSlow, "the stream was not read for too long; reconnect with your last cursor")

func newOutlet[E any](h *Hub) outlet[E] {
	// No buffer: what a stream has not handed over is in the ledger.
	return outlet[E]{hub: h, events: make(chan E), ended: make(chan struct{})}
}

// Events returns the events; the channel is closed when the stream has ended.
func (o *outlet[E]) Events() <-chan E { return o.events }

// Err tells why the stream has ended: nil while it has not, and when its context ended (unless the context's cause is a
// models.Error: then that). SUBSCRIBER_TOO_SLOW: nobody took an event for too long. UNAVAILABLE: the hub is draining, or
// the database is out of reach. After either, the cursor of the last event resumes the stream.
func (o *outlet[E]) Err() error {
	select {
	case <-o.ended:
		return o.err
	default:
		return nil
	}
}

// run starts the goroutine that produces the events: until produce returns, ctx ends or the hub is closed. release is
// called in any case, before the stream's reader learns of the end.
func (o *outlet[E]) run(ctx context.Context, produce func(context.Context) error, release func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	detach := context.AfterFunc(o.hub.ctx, func() { cancel(errDraining) })
	err := o.hub.start(func() {
		err := reason(ctx, produce(ctx))
		detach()
		cancel(nil)
		release()
		o.err = err
		close(o.ended)
		close(o.events)
	})
	if err != nil {
		detach()
		cancel(nil)
		release()
	}
	return err
}

// put hands an event to the reader. A reader that doesn't take it in time is too slow.
func (o *outlet[E]) put(ctx context.Context, event E) error {
	select {
	case o.events <- event:
		return nil
	default:
	}
	timer := time.NewTimer(o.hub.opt.SlowTimeout)
	defer timer.Stop()
	select {
	case o.events <- event:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return errTooSlow
	}
}

// reason turns what ended a stream into what its reader may see.
func reason(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if cause := models.CauseOf(ctx); cause != nil {
		return cause
	}
	return nil
}
