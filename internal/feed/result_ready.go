package feed

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Event is a receipt with the cursor that resumes the stream behind it.
type Event struct {
	Cursor  string
	Receipt *models.Receipt
}

// ResultReady asks for the results that are ready for a principal.
type ResultReady struct {
	Principal models.Principal
	// After is the ledger cursor to begin behind; nil is the head.
	After *string
	// Unacknowledged asks first for the results up to there that nobody has acknowledged.
	Unacknowledged bool
}

// ResultReady streams the task.result_ready receipts that are addressed to the principal, in ledger order, each once; see Stream
// for ring. What commits after it has returned is in the stream. BAD_USER_INPUT: a malformed principal or cursor, one of another
// tenant, one beyond the head. UNAVAILABLE: the hub is closed or the database out of reach.
func (h *Hub) ResultReady(ctx context.Context, tenant uuid.UUID, q ResultReady, ring func()) (*Stream[Event], error) {
	r, err := h.read(ctx, tenant, store.ReceiptFilter{
		Types: []models.ReceiptType{models.TaskResultReady}, To: &q.Principal,
	}, q.After, ring)
	if err != nil {
		return nil, err
	}
	events := &receipts{reader: r}
	if q.Unacknowledged {
		events.unacknowledged = &unacknowledged{}
	}
	return &Stream[Event]{hub: h, source: events}, nil
}

// Receipts streams the receipts that match the filter, behind the cursor or, when it is nil, the head; otherwise as
// ResultReady.
func (h *Hub) Receipts(ctx context.Context, tenant uuid.UUID, filter store.ReceiptFilter, after *string, ring func()) (*Stream[Event], error) {
	r, err := h.read(ctx, tenant, filter, after, ring)
	if err != nil {
		return nil, err
	}
	return &Stream[Event]{hub: h, source: &receipts{reader: r}}, nil
}

// receipts is the source of a stream of receipts.
type receipts struct {
	*reader

	// unacknowledged is what comes first; nil once it has come.
	unacknowledged *unacknowledged
}

func (s *receipts) take(ctx context.Context) ([]Event, error) {
	for s.unacknowledged != nil {
		page, more, err := s.unacknowledged.take(ctx, s.reader)
		if err != nil {
			return nil, err
		}
		if !more {
			s.unacknowledged = nil
		}
		if len(page) > 0 {
			return eventsOf(page), nil
		}
	}
	page, err := s.reader.take(ctx)
	return eventsOf(page), err
}

func eventsOf(page []*models.Receipt) []Event {
	events := make([]Event, len(page))
	for i, r := range page {
		events[i] = Event{Cursor: models.LedgerCursor(r.TenantID, r.Seq), Receipt: r}
	}
	return events
}

// unacknowledged reads the results up to a reader's start that nobody has acknowledged.
type unacknowledged struct{ after int64 }

// take returns the next page, and whether there may be another.
func (u *unacknowledged) take(ctx context.Context, r *reader) (page []*models.Receipt, more bool, err error) {
	limit := r.f.hub.opt.ReplayPage
	page, err = r.f.forStreams.Unacknowledged(ctx, *r.filter.To, u.after, r.start, limit)
	if err != nil {
		return nil, true, err
	}
	if len(page) < limit {
		return page, false, nil
	}
	u.after = page[limit-1].Seq
	return page, true, nil
}
