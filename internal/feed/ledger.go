package feed

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// ledger is all that the feed reads of a tenant.
type ledger interface {
	Head(ctx context.Context) (int64, error)
	Follow(ctx context.Context, filter store.ReceiptFilter, after, upTo int64, limit int) ([]*models.Receipt, error)
	Unacknowledged(ctx context.Context, p models.Principal, after, upTo int64, limit int) ([]*models.Receipt, error)
	TasksByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Task, error)
	LeasesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error)
	// Delayed returns the queued tasks that became or become eligible behind a place in the order (NextEligibleAt, id),
	// soonest first, at most limit of them, and the time that decides whether they are eligible. Behind the zero Place
	// are those that are not eligible yet.
	Delayed(ctx context.Context, after models.Place, limit int) ([]*models.Task, time.Time, error)
}
