package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// succession knows the batches of each tenant that this server is writing. While no other server writes, one follows closely
// upon the newest of them: it numbers its receipts from where that one will end and writes everything at the same time; when that one
// has committed, it moves the head, which fails unless it stands where it was expected, and commits. So the ledger grows in
// order, and two of PostgreSQL's processes work on it.
type succession struct {
	mu      sync.Mutex
	writing map[uuid.UUID][]*turn // in their order
}

// turn is a batch's place in the succession.
type turn struct {
	tenant uuid.UUID
	// before is the batch that was the newest; nil when there was none.
	before *turn
	// start and end are where the ledger will stand before and after it, if that is known.
	start, end int64
	known      bool
	// over is closed when it has ended; committed tells how.
	over      chan struct{}
	committed bool
}

// standing is where a ledger was seen; known where that may be built on.
type standing struct {
	at    int64
	known bool
}

// patience bounds how long a batch waits for the one before it, which may be waiting for a row of this one's, as PostgreSQL
// bounds how long two of its transactions wait for each other.
const patience = time.Second

var (
	errFollowedNothing = errors.New("the batch before this one was not committed")
	errImpatient       = errors.New("the batch before this one did not end in time")
)

// last returns the newest batch of a tenant that is being written; nil when there is none.
func (s *succession) last(tenant uuid.UUID) *turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest(tenant)
}

// newest is last; mu is held.
func (s *succession) newest(tenant uuid.UUID) *turn {
	turns := s.writing[tenant]
	if len(turns) == 0 {
		return nil
	}
	return turns[len(turns)-1]
}

// enter gives a batch that writes receipts its turn. What was seen may be outdated by the batch that was the newest before it
// was looked at, earlier, and by the one that is the newest now.
func (s *succession) enter(tenant uuid.UUID, seen standing, earlier *turn, receipts int) *turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &turn{tenant: tenant, before: s.newest(tenant), start: seen.at, known: seen.known, over: make(chan struct{})}
	switch {
	case t.before != nil:
		t.start, t.known = t.before.end, seen.known && t.before.known
	case earlier != nil && earlier.known && earlier.committed:
		t.start = max(seen.at, earlier.end)
	}
	t.end = t.start + int64(receipts)
	s.writing[tenant] = append(s.writing[tenant], t)
	return t
}

// leave says how a batch has ended.
func (s *succession) leave(t *turn, committed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.before, t.committed = nil, committed
	close(t.over)
	if turns := slices.DeleteFunc(s.writing[t.tenant], func(o *turn) bool { return o == t }); len(turns) > 0 {
		s.writing[t.tenant] = turns
	} else {
		delete(s.writing, t.tenant)
	}
}

// follows tells whether the batch is written while the one before it is.
func (t *turn) follows() bool { return t.before != nil && t.known }

// await waits for the batch before, where that counts on being the next to move the head.
func (t *turn) await(ctx context.Context) error {
	if t.before == nil || !t.before.known {
		return nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-t.before.over:
	case <-timer.C:
		return errImpatient
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if t.known && !t.before.committed {
		return errFollowedNothing
	}
	return nil
}
