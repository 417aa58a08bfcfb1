package feed

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// desk is where streams read the database, some at a time, in the order in which they have come. When ten thousand arrive at
// once, each waits for its turn for as long as its reader does, and its read is not too late because it had to queue; and the
// followers, and everybody else, find connections.
type desk struct {
	places chan struct{}
	// closed ends the waiting.
	closed context.Context
}

// deskPlaces is how many reads of streams run at a time: half of the store's connections.
const deskPlaces = 8

func newDesk(closed context.Context) desk { return desk{make(chan struct{}, deskPlaces), closed} }

// atDesk reads when there is a place.
func atDesk[T any](ctx context.Context, d desk, read func() (T, error)) (none T, err error) {
	select {
	case d.places <- struct{}{}:
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-d.closed.Done():
		return none, errDraining
	}
	defer func() { <-d.places }()
	return read()
}

// seated is a ledger that streams read.
type seated struct {
	ledger

	desk desk
}

func (s seated) Head(ctx context.Context) (int64, error) {
	return atDesk(ctx, s.desk, func() (int64, error) { return s.ledger.Head(ctx) })
}

func (s seated) Follow(ctx context.Context, filter store.ReceiptFilter, after, upTo int64, limit int) ([]*models.Receipt, error) {
	return atDesk(ctx, s.desk, func() ([]*models.Receipt, error) { return s.ledger.Follow(ctx, filter, after, upTo, limit) })
}

func (s seated) Unacknowledged(ctx context.Context, p models.Principal, after, upTo int64, limit int) ([]*models.Receipt, error) {
	return atDesk(ctx, s.desk, func() ([]*models.Receipt, error) { return s.ledger.Unacknowledged(ctx, p, after, upTo, limit) })
}

func (s seated) LeasesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error) {
	return atDesk(ctx, s.desk, func() (map[uuid.UUID]*models.Lease, error) { return s.ledger.LeasesByID(ctx, ids) })
}
