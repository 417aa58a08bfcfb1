package feed

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// unbroken is the store's tenant, whose reads are not broken off when a stream ends in the middle of one. They are short,
// but to break one off costs PostgreSQL its connection: a thousand readers that leave at once would break every one, those
// of the mutations too, and the server would spend its time on making new ones.
type unbroken struct{ tenant *store.Tenant }

// readTimeout bounds a read, so that a database that doesn't answer holds up the end of a stream no longer than this.
const readTimeout = 10 * time.Second

// finish reads to the end although ctx may end before.
func finish[T any](ctx context.Context, read func(context.Context) (T, error)) (T, error) {
	if ctx.Err() != nil {
		var none T
		return none, context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
	defer cancel()
	return read(ctx)
}

func (u unbroken) Head(ctx context.Context) (int64, error) { return finish(ctx, u.tenant.Head) }

func (u unbroken) Follow(ctx context.Context, f store.ReceiptFilter, after, upTo int64, limit int) ([]*models.Receipt, error) {
	return finish(ctx, func(ctx context.Context) ([]*models.Receipt, error) {
		return u.tenant.Follow(ctx, f, after, upTo, limit)
	})
}

func (u unbroken) Unacknowledged(ctx context.Context, p models.Principal, after, upTo int64, limit int) ([]*models.Receipt, error) {
	return finish(ctx, func(ctx context.Context) ([]*models.Receipt, error) {
		return u.tenant.Unacknowledged(ctx, p, after, upTo, limit)
	})
}

func (u unbroken) Queued(ctx context.Context, ids []uuid.UUID) ([]*store.QueuedTask, error) {
	return finish(ctx, func(ctx context.Context) ([]*store.QueuedTask, error) { return u.tenant.Queued(ctx, ids) })
}

func (u unbroken) LeasesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error) {
	return finish(ctx, func(ctx context.Context) (map[uuid.UUID]*models.Lease, error) { return u.tenant.LeasesByID(ctx, ids) })
}

func (u unbroken) Delayed(ctx context.Context, after models.Place, limit int) (tasks []*store.QueuedTask, now time.Time, err error) {
	tasks, err = finish(ctx, func(ctx context.Context) ([]*store.QueuedTask, error) {
		var err error
		tasks, now, err = u.tenant.Delayed(ctx, after, limit)
		return tasks, err
	})
	return tasks, now, err
}
