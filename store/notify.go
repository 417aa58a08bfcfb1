package store

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	// firstPatience is how long it may take at the start until it is known whether notifications arrive, laterPatience the
	// same after an outage, when nobody waits for the answer.
	firstPatience = 2 * time.Second
	laterPatience = 5 * time.Second
	// minBackoff and maxBackoff bound the pauses between attempts to connect; each is twice the one before.
	minBackoff = 250 * time.Millisecond
	maxBackoff = 10 * time.Second
)

// NotificationOptions are what Store.Notifications may be given; the zero value serves.
type NotificationOptions struct {
	// URL is a direct address of the database, for the listener and the sender alike, where PgBouncer in transaction mode is
	// before the store's own; empty is the store's.
	URL string
	// Logger is told once which way is active, and of each outage once. None is silence.
	Logger *slog.Logger
	// Heartbeat is how often it is proven that notifications arrive; a connection that has died is noticed within two. 0 is
	// 5 s.
	Heartbeat time.Duration
}

// Notifications carries between the servers on one database the news that tenants' ledgers have grown. A doorbell, never
// the parcel: news may be lost, late or told twice, and whoever needs the ledger reads it. On SQLite, which has one server,
// there is none to carry.
type Notifications struct {
	config *pgx.ConnConfig // nil on SQLite
	opt    NotificationOptions
	id     string // of this process among the senders
	heard  func(tenant uuid.UUID, seq int64)
	missed func()
	others *others
	active atomic.Bool
	bell   chan struct{} // of one slot

	mu      sync.Mutex
	pending news
}

// Notifications returns what carries news, once it runs. The error is a malformed URL; nothing is connected yet.
func (s *Store) Notifications(o NotificationOptions) (*Notifications, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 5 * time.Second
	}
	n := &Notifications{opt: o, id: uuid.NewString(), bell: make(chan struct{}, 1)}
	pg, ok := s.dialect.(postgres)
	if !ok {
		return n, nil
	}
	n.config, n.others = pg.config, pg.others
	if o.URL != "" {
		var err error
		if n.config, err = parsePostgres(o.URL); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// Announce tells the other servers that a commit took a tenant's ledger to seq. It never waits: the news is sent at once
// when none was sent in the last milliseconds, and else with whatever else comes until then. While it can't be sent it is
// kept, for many tenants as one word that everything may have grown.
func (n *Notifications) Announce(tenant uuid.UUID, seq int64) {
	if n.config == nil {
		return
	}
	n.mu.Lock()
	n.pending.add(tenant, seq)
	n.mu.Unlock()
	select {
	case n.bell <- struct{}{}:
	default:
	}
}

// take takes what is to be sent.
func (n *Notifications) take() news {
	n.mu.Lock()
	defer n.mu.Unlock()
	taken := n.pending
	n.pending = news{}
	return taken
}

// putBack keeps what could not be sent.
func (n *Notifications) putBack(unsent news) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pending.merge(unsent)
}

// Active tells whether notifications are known to arrive: the last heartbeat came back.
func (n *Notifications) Active() bool { return n.active.Load() }

// Run listens and sends until ctx ends, then sends what still waits and returns nil. Whatever breaks is built anew, at
// growing intervals up to 10 s. It may be called once.
//
// heard is told that another server's commits took a tenant's ledger to seq, which may be known already. missed is told
// that news may have been lost, so that the ledgers' positions have to be read: when notifications begin to arrive, and
// when another server had more to tell than it could keep, or spoke as another version may. Both are called by one
// goroutine, and must return at once.
func (n *Notifications) Run(ctx context.Context, heard func(tenant uuid.UUID, seq int64), missed func()) error {
	n.heard, n.missed = heard, missed
	if n.config == nil {
		<-ctx.Done()
		return nil
	}
	patience, backoff, told := firstPatience, minBackoff, false
	for {
		began := time.Now()
		worked, err := n.converse(ctx, patience)
		if ctx.Err() != nil {
			return nil
		}
		if worked {
			told = false
		}
		if !told {
			n.opt.Logger.WarnContext(ctx, "notifications between servers do not arrive; results of other servers are found by polling", "error", err)
			told = true
		}
		if worked && time.Since(began) > maxBackoff {
			backoff = minBackoff
		}
		if !pause(ctx, backoff) {
			return nil
		}
		patience, backoff = laterPatience, min(2*backoff, maxBackoff)
	}
}

// pause waits for about d, so that servers which lost the database together don't come back together; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
