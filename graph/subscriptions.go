package graph

import (
	"context"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
)

// ResultReady streams the results that are ready for a principal.
func (s subscriptions) ResultReady(
	ctx context.Context, principal *models.Principal, after *string, unacknowledged *bool,
) (<-chan *ReceiptEvent, error) {
	stream, err := s.opt.Feed.ResultReady(ctx, viewer(ctx).TenantID, feed.ResultReady{
		Principal: orViewer(ctx, principal), After: after, Unacknowledged: or(unacknowledged, false),
	})
	if err != nil {
		return nil, err
	}
	return follow(ctx, s.opt.Observer, stream, receiptEvent), nil
}

// Receipts streams the ledger.
func (s subscriptions) Receipts(ctx context.Context, filter *ReceiptFilter, after *string) (<-chan *ReceiptEvent, error) {
	f, err := filter.toStore()
	if err != nil {
		return nil, err
	}
	stream, err := s.opt.Feed.Receipts(ctx, viewer(ctx).TenantID, f, after)
	if err != nil {
		return nil, err
	}
	return follow(ctx, s.opt.Observer, stream, receiptEvent), nil
}

func receiptEvent(e feed.Event) *ReceiptEvent {
	return &ReceiptEvent{Cursor: e.Cursor, Receipt: alone(e.Receipt, receiptNode)}
}

// LeaseEnded streams the caller's leases as they end otherwise than by its report.
func (s subscriptions) LeaseEnded(ctx context.Context) (<-chan *Lease, error) {
	v := viewer(ctx)
	stream, err := s.opt.Feed.LeaseEnded(ctx, v.TenantID, v.Principal)
	if err != nil {
		return nil, err
	}
	return follow(ctx, s.opt.Observer, stream, func(l *models.Lease) *Lease { return alone(l, leaseNode) }), nil
}

// TaskAvailable wakes when a matching task has become claimable.
func (s subscriptions) TaskAvailable(ctx context.Context, types, capabilities []string) (<-chan *TaskAvailability, error) {
	stream, err := s.opt.Feed.TaskAvailable(ctx, viewer(ctx).TenantID, types, capabilities)
	if err != nil {
		return nil, err
	}
	return follow(ctx, s.opt.Observer, stream, func(taskType string) *TaskAvailability { return &TaskAvailability{Type: taskType} }), nil
}

// stream is what feed's streams have in common. The channel is closed at the end, and Err then says why.
type stream[E any] interface {
	Events() <-chan E
	Err() error
}

// follow hands a stream's events on until it ends or ctx does; why it ended is the operation's last response, see run.go.
func follow[E, N any](ctx context.Context, observer Observer, from stream[E], node func(E) N) <-chan N {
	nodes := make(chan N)
	r := runOf(ctx)
	r.began.Store(true)
	name := operationName(r.stream.Field.Name)
	observer.Subscribed(name)
	go func() {
		defer close(nodes)
		defer func() { observer.Unsubscribed(name, endOf(ctx, from.Err())) }()
		for event := range from.Events() {
			select {
			case nodes <- node(event):
				observer.Delivered(name)
			case <-ctx.Done():
				return
			}
		}
		if err := from.Err(); err != nil {
			ended(ctx, err)
		}
	}()
	return nodes
}
