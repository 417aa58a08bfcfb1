package feed

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// reader reads the ledger, what matches a filter, from a position on. It pulls at its own pace: out of the follower's
// window as long as that reaches back to its position, else out of the ledger, a page at a time.
type reader struct {
	f      *follower
	filter store.ReceiptFilter
	// start is the position behind which the reader began.
	start int64
	ring  func() // called, under f.mu, when there may be something to take

	// position is what was read up to; next, if not 0, the first behind it that may match. The follower sets next when it
	// sees a match, so that what doesn't match is passed without a look. Guarded by f.mu.
	position, next int64
}

func newReader(f *follower, filter store.ReceiptFilter, ring func()) *reader {
	return &reader{f: f, filter: filter, ring: ring}
}

// read returns a reader of what comes behind the cursor; behind the head when it is nil. Close it after use.
// BAD_USER_INPUT: a malformed filter or cursor, one of another tenant, one beyond the head.
func (h *Hub) read(ctx context.Context, tenant uuid.UUID, filter store.ReceiptFilter, after *string, ring func()) (*reader, error) {
	if err := filter.Check(); err != nil {
		return nil, err
	}
	var start int64
	if after != nil {
		var err error
		if start, err = models.ParseLedgerCursor(tenant, *after); err != nil {
			return nil, err
		}
	}
	f, err := h.follow(tenant)
	if err != nil {
		return nil, err
	}
	// Registered before the head is read: what commits after that is seen by the one or by the other.
	r := newReader(f, filter, ring)
	f.add(r)
	head, err := f.heads.read(ctx, f.forStreams)
	if err == nil && start > head {
		err = models.Errorf(models.CodeBadUserInput, "the cursor is beyond the head of the ledger; pass one that this service returned")
	}
	if err != nil {
		r.close()
		return nil, err
	}
	if after == nil {
		start = head
	}
	f.door.reached(head)
	r.seek(start)
	return r, nil
}

// close gives up the reader's place. What it is rung for afterwards is nothing.
func (r *reader) close() {
	r.f.remove(r)
	r.f.hub.unfollow(r.f)
}

// seek sets the position, behind which everything may match.
func (r *reader) seek(position int64) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.start, r.position = position, position
	r.next = position + 1
}

// skip sets the position to what the follower has seen.
func (r *reader) skip() {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.position, r.next = r.f.head, 0
}

func (r *reader) subject() subject {
	if r.filter.To == nil {
		return subject{}
	}
	return subject{to: *r.filter.To}
}

func (r *reader) observe(receipt *models.Receipt) {
	if r.next == 0 && receipt.Seq > r.position && r.filter.Match(receipt) {
		r.next = receipt.Seq
		r.ring()
	}
}

func (r *reader) wake() {
	r.next = r.position + 1
	r.ring()
}

func (r *reader) drained() { r.ring() }

func (r *reader) needs(head int64) int64 {
	if r.next == 0 {
		return head
	}
	return min(max(r.next, r.position+1), head)
}

// take returns the next receipts that match, at most a page; none when the reader has all that is known of. When it fails
// the position stays.
func (r *reader) take(ctx context.Context) ([]*models.Receipt, error) {
	for {
		batch, upTo, ok := r.fromWindow()
		if ok {
			return batch, nil
		}
		batch, err := r.fromLedger(ctx, upTo)
		if err != nil || len(batch) > 0 {
			return batch, err
		}
	}
}

// fromWindow takes from the recent receipts. Not ok: they don't reach back to the position, and the ledger must be read up
// to upTo.
func (r *reader) fromWindow() (batch []*models.Receipt, upTo int64, ok bool) {
	f := r.f
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.next == 0 {
		r.position = max(r.position, f.head) // the follower has seen it all and nothing matched
	} else {
		r.position = max(r.position, r.next-1)
	}
	if r.position >= f.head {
		r.next = 0
		return nil, 0, true
	}
	recent, ok := f.recent.from(r.position + 1)
	if !ok {
		return nil, f.head, false
	}
	for _, receipt := range recent {
		if len(batch) == f.hub.opt.ReplayPage {
			r.next = r.position + 1
			return batch, 0, true
		}
		r.position = receipt.Seq
		if r.filter.Match(receipt) {
			batch = append(batch, receipt)
		}
	}
	r.next = 0
	return batch, 0, true
}

func (r *reader) fromLedger(ctx context.Context, upTo int64) ([]*models.Receipt, error) {
	limit := r.f.hub.opt.ReplayPage
	page, err := r.f.forStreams.Follow(ctx, r.filter, r.position, upTo, limit) // only this goroutine writes position
	if err != nil {
		return nil, err
	}
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.position = upTo
	if len(page) == limit {
		r.position = page[limit-1].Seq
	}
	r.next = r.position + 1
	return page, nil
}
