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
	return stream(ctx, receiptEvent, func(ring func()) (*feed.Stream[feed.Event], error) {
		return s.opt.Feed.ResultReady(ctx, viewer(ctx).TenantID, feed.ResultReady{
			Principal: orViewer(ctx, principal), After: after, Unacknowledged: or(unacknowledged, false),
		}, ring)
	})
}

// Receipts streams the ledger.
func (s subscriptions) Receipts(ctx context.Context, filter *ReceiptFilter, after *string) (<-chan *ReceiptEvent, error) {
	return stream(ctx, receiptEvent, func(ring func()) (*feed.Stream[feed.Event], error) {
		f, err := filter.toStore()
		if err != nil {
			return nil, err
		}
		return s.opt.Feed.Receipts(ctx, viewer(ctx).TenantID, f, after, ring)
	})
}

func receiptEvent(e feed.Event) *ReceiptEvent {
	return &ReceiptEvent{Cursor: e.Cursor, Receipt: alone(e.Receipt, receiptNode)}
}

// LeaseEnded streams the caller's leases as they end otherwise than by its report.
func (s subscriptions) LeaseEnded(ctx context.Context) (<-chan *Lease, error) {
	lease := func(l *models.Lease) *Lease { return alone(l, leaseNode) }
	return stream(ctx, lease, func(ring func()) (*feed.Stream[*models.Lease], error) {
		v := viewer(ctx)
		return s.opt.Feed.LeaseEnded(ctx, v.TenantID, v.Principal, ring)
	})
}

// TaskAvailable wakes when a matching task has become claimable.
func (s subscriptions) TaskAvailable(ctx context.Context, types, capabilities []string) (<-chan *TaskAvailability, error) {
	availability := func(taskType string) *TaskAvailability { return &TaskAvailability{Type: taskType} }
	return stream(ctx, availability, func(ring func()) (*feed.Stream[string], error) {
		return s.opt.Feed.TaskAvailable(ctx, viewer(ctx).TenantID, types, capabilities, ring)
	})
}
