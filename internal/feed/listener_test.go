package feed_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// listener is the reader of a stream, who pulls when a test asks for an event.
type listener[E any] struct {
	ctx    context.Context
	stream *feed.Stream[E]
	bell   chan struct{} // of one slot
}

// listen opens a stream, which ends with ctx.
func listen[E any](ctx context.Context, open func(context.Context, func()) (*feed.Stream[E], error)) (*listener[E], error) {
	l := &listener[E]{ctx: ctx, bell: make(chan struct{}, 1)}
	var err error
	l.stream, err = open(ctx, func() {
		select {
		case l.bell <- struct{}{}:
		default:
		}
	})
	return l, err
}

var errNothingCame = errors.New("nothing came")

// take waits for the next event; an error is the end.
func (l *listener[E]) take() (E, error) {
	tooLong := time.After(patience)
	for {
		event, ok, err := l.stream.Next(l.ctx)
		if ok || err != nil {
			return event, err
		}
		select {
		case <-l.bell:
		case <-l.ctx.Done():
		case <-tooLong:
			return event, errNothingCame
		}
	}
}

// wantNothing checks that there is no event now.
func (l *listener[E]) wantNothing(t *testing.T) {
	t.Helper()
	if event, ok, err := l.stream.Next(l.ctx); ok || err != nil {
		t.Errorf("got %v, %v", event, err)
	}
}

func listenToResults(ctx context.Context, hub *feed.Hub, tenant uuid.UUID, q feed.ResultReady) (*listener[feed.Event], error) {
	return listen(ctx, func(ctx context.Context, ring func()) (*feed.Stream[feed.Event], error) {
		return hub.ResultReady(ctx, tenant, q, ring)
	})
}

func listenToReceipts(
	ctx context.Context, hub *feed.Hub, tenant uuid.UUID, filter store.ReceiptFilter, after *string,
) (*listener[feed.Event], error) {
	return listen(ctx, func(ctx context.Context, ring func()) (*feed.Stream[feed.Event], error) {
		return hub.Receipts(ctx, tenant, filter, after, ring)
	})
}

func listenToLeases(ctx context.Context, hub *feed.Hub, tenant uuid.UUID, worker models.Principal) (*listener[*models.Lease], error) {
	return listen(ctx, func(ctx context.Context, ring func()) (*feed.Stream[*models.Lease], error) {
		return hub.LeaseEnded(ctx, tenant, worker, ring)
	})
}

func listenToTasks(ctx context.Context, hub *feed.Hub, tenant uuid.UUID, types, capabilities []string) (*listener[string], error) {
	return listen(ctx, func(ctx context.Context, ring func()) (*feed.Stream[string], error) {
		return hub.TaskAvailable(ctx, tenant, types, capabilities, ring)
	})
}
