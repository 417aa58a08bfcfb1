package graph

import (
	"context"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// resolver is the root of the resolvers, which only convert: an input into a command or a read, and what comes back into
// nodes.
type resolver struct{ opt Options }

type (
	queries       struct{ *resolver }
	mutations     struct{ *resolver }
	subscriptions struct{ *resolver }
	taskFields    struct{ *resolver }
	leaseFields   struct{ *resolver }
	receiptFields struct{ *resolver }
)

func (r *resolver) Query() QueryResolver               { return queries{r} }
func (r *resolver) Mutation() MutationResolver         { return mutations{r} }
func (r *resolver) Subscription() SubscriptionResolver { return subscriptions{r} }
func (r *resolver) Task() TaskResolver                 { return taskFields{r} }
func (r *resolver) Lease() LeaseResolver               { return leaseFields{r} }
func (r *resolver) Receipt() ReceiptResolver           { return receiptFields{r} }

// viewer returns the caller; admit has refused operations without one.
func viewer(ctx context.Context) models.Viewer {
	v, _ := auth.ViewerFrom(ctx)
	return v
}

// tenant reads what the caller's tenant has.
func (r *resolver) tenant(ctx context.Context) *store.Tenant {
	return r.opt.Store.Tenant(viewer(ctx).TenantID)
}

// orViewer returns the principal named, or the caller.
func orViewer(ctx context.Context, p *models.Principal) models.Principal {
	if p == nil {
		return viewer(ctx).Principal
	}
	return *p
}

// or returns the value of an optional argument, or its default: that of the schema stands only for an absent one, and null
// means the same.
func or[T any](value *T, fallback T) T {
	if value == nil {
		return fallback
	}
	return *value
}
