package feed

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// ledger is all that the feed reads of a tenant. The methods are store.Tenant's.
type ledger interface {
	Head(ctx context.Context) (int64, error)
	Follow(ctx context.Context, filter store.ReceiptFilter, after, upTo int64, limit int) ([]*models.Receipt, error)
	Unacknowledged(ctx context.Context, p models.Principal, after, upTo int64, limit int) ([]*models.Receipt, error)
	LeasesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error)
	Queued(ctx context.Context, ids []uuid.UUID) ([]*store.QueuedTask, error)
	Delayed(ctx context.Context, after models.Place, limit int) ([]*store.QueuedTask, time.Time, error)
}
