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

// Stream is a stream of receipts in ledger order, each once.
type Stream struct{ outlet[Event] }

// ResultReady asks for the results that are ready for a principal.
type ResultReady struct {
	Principal models.Principal
	// After is the ledger cursor to begin behind; nil is the head.
	After *string
	// Unacknowledged asks first for the results up to there that nobody has acknowledged.
	Unacknowledged bool
}

// ResultReady streams the task.result_ready receipts that are addressed to the principal, until ctx ends or the stream
// does; see Stream.Err. What commits after it has returned is in the stream. BAD_USER_INPUT: a malformed principal or
// cursor, one of another tenant, one beyond the head. UNAVAILABLE: the hub is closed or the database out of reach.
func (h *Hub) ResultReady(ctx context.Context, tenant uuid.UUID, q ResultReady) (*Stream, error) {
	r, err := h.read(ctx, tenant, store.ReceiptFilter{
		Types: []models.ReceiptType{models.TaskResultReady}, To: &q.Principal,
	}, q.After)
	if err != nil {
		return nil, err
	}
	s := &Stream{newOutlet[Event](h)}
	return started(s, s.run(ctx, func(ctx context.Context) error {
		if q.Unacknowledged {
			if err := s.unacknowledged(ctx, r, q.Principal); err != nil {
				return err
			}
		}
		return s.follow(ctx, r)
	}, r.close))
}

// Receipts streams the receipts that match the filter, behind the cursor or, when it is nil, the head; otherwise as
// ResultReady.
func (h *Hub) Receipts(ctx context.Context, tenant uuid.UUID, filter store.ReceiptFilter, after *string) (*Stream, error) {
	r, err := h.read(ctx, tenant, filter, after)
	if err != nil {
		return nil, err
	}
	s := &Stream{newOutlet[Event](h)}
	return started(s, s.run(ctx, func(ctx context.Context) error { return s.follow(ctx, r) }, r.close))
}

// unacknowledged hands over the results up to the reader's start that nobody has acknowledged.
func (s *Stream) unacknowledged(ctx context.Context, r *reader, p models.Principal) error {
	limit := s.hub.opt.ReplayPage
	for after := int64(0); ; {
		page, err := r.f.ledger.Unacknowledged(ctx, p, after, r.start, limit)
		if err != nil {
			return err
		}
		if err := s.putAll(ctx, page); err != nil {
			return err
		}
		if len(page) < limit {
			return nil
		}
		after = page[limit-1].Seq
	}
}

func (s *Stream) follow(ctx context.Context, r *reader) error {
	return r.each(ctx, func(receipts []*models.Receipt) error { return s.putAll(ctx, receipts) })
}

func (s *Stream) putAll(ctx context.Context, receipts []*models.Receipt) error {
	for _, r := range receipts {
		if err := s.put(ctx, Event{Cursor: models.LedgerCursor(r.TenantID, r.Seq), Receipt: r}); err != nil {
			return err
		}
	}
	return nil
}

// started returns a stream, or why it could not be started, never both.
func started[S any](s *S, err error) (*S, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}
