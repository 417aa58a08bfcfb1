package feed

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// LeaseEnded streams the worker's leases that end otherwise than by its own report, canceled or expired, from now on. It
// has no history and so no cursor: a worker that reconnects finds what it still holds by the query leases. Errors are
// those of ResultReady.
func (h *Hub) LeaseEnded(ctx context.Context, tenant uuid.UUID, worker models.Principal, ring func()) (*Stream[*models.Lease], error) {
	r, err := h.read(ctx, tenant, store.ReceiptFilter{
		Types: []models.ReceiptType{models.TaskCanceled, models.LeaseExpiredType},
	}, nil, ring)
	if err != nil {
		return nil, err
	}
	return &Stream[*models.Lease]{hub: h, source: &leases{reader: r, worker: worker}}, nil
}

// leases is the source of a stream of leases that have ended.
type leases struct {
	*reader

	worker models.Principal
}

func (s *leases) take(ctx context.Context) ([]*models.Lease, error) {
	for {
		page, err := s.reader.take(ctx)
		if err != nil || len(page) == 0 {
			return nil, err
		}
		ended, err := s.endedBy(ctx, page)
		if err != nil || len(ended) > 0 {
			return ended, err
		}
	}
}

// endedBy returns the leases of which the receipts speak, as far as they are the worker's.
func (s *leases) endedBy(ctx context.Context, page []*models.Receipt) ([]*models.Lease, error) {
	var ids []uuid.UUID
	for _, r := range page {
		if r.LeaseID != uuid.Nil { // canceled while nobody held it
			ids = append(ids, r.LeaseID)
		}
	}
	found, err := s.f.ended.read(ctx, s.f.forStreams, ids)
	if err != nil {
		return nil, err
	}
	var ended []*models.Lease
	for _, id := range ids {
		if l := found[id]; l != nil && l.Worker == s.worker {
			ended = append(ended, l)
		}
	}
	return ended, nil
}

// endedLeases remembers the last leases of a tenant that have ended. Every worker's stream wakes when any lease ends,
// because the receipt doesn't always name the worker; one of them reads it for all. What has ended never changes again.
type endedLeases struct {
	mu     sync.Mutex
	leases map[uuid.UUID]*models.Lease
	order  []uuid.UUID // oldest first
}

const maxEndedLeases = 256

// read returns the leases with these ids.
func (e *endedLeases) read(ctx context.Context, l ledger, ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error) {
	e.mu.Lock() // held while one reads, because the others are about to ask for the same
	defer e.mu.Unlock()
	found := make(map[uuid.UUID]*models.Lease, len(ids))
	var missing []uuid.UUID
	for _, id := range ids {
		if found[id] = e.leases[id]; found[id] == nil {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	read, err := l.LeasesByID(ctx, missing)
	if err != nil {
		return nil, err
	}
	for id, lease := range read {
		found[id] = lease
		e.remember(lease)
	}
	return found, nil
}

func (e *endedLeases) remember(l *models.Lease) {
	if e.leases == nil {
		e.leases = make(map[uuid.UUID]*models.Lease)
	}
	if len(e.order) == maxEndedLeases {
		delete(e.leases, e.order[0])
		e.order = e.order[1:]
	}
	e.leases[l.ID] = l
	e.order = append(e.order, l.ID)
}
