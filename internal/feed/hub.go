// Package feed follows the ledger and hands its receipts to subscribers; it is the bell that rings after a commit.
//
// The room owes the others streams that lose nothing: every committed receipt that matches arrives once, in ledger order,
// and a stream that ends early can be resumed by the cursor of its last event, on any replica. It owes the engine a bell
// that costs a commit next to nothing, and every reader a bounded share of memory, however slow it is. It must never
// write, never hand out what is not committed, and never take the bell's word for what is in the ledger: the bell only
// tells where to look, so a bell that is lost, late or doubled changes when a receipt arrives, never whether.
//
// How it works: for each tenant that somebody follows there is one follower, which learns of new positions (from this
// process's commits, or from the poll) and extends a window of recent receipts, out of what the commits handed over
// where it continues the window, else out of the ledger. Each stream has a position of its own and is pulled by its reader,
// when the follower rings: from the window where that still reaches back far enough, else from the ledger. So a slow reader
// holds one page and nothing else, and ten thousand that wait are no goroutines.
package feed

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Options are what a hub can be given; zero values are the defaults.
type Options struct {
	// Logger gets what goes wrong while following; nil discards it.
	Logger *slog.Logger
	// Traces makes the spans of what the hub reads for all; what it reads for one caller is in the caller's trace. Nil makes
	// none.
	Traces trace.Provider
	// News carries positions between the servers on one database; nil when there is but one.
	News News
	// Buffer and BufferBytes bound the recent receipts that are kept in memory for each tenant with subscribers, which
	// share them (default 2048 receipts, 4 MiB). What is older is read from the ledger.
	Buffer      int
	BufferBytes int
	// ReplayPage is how many receipts are read from the ledger at once (default 64): all that a stream ever holds.
	ReplayPage int
	// PollInterval is how often the positions of tenants with subscribers are read, in case a bell was lost (default 1 s).
	PollInterval time.Duration
	// Observer is told what the feed does; nil is nobody.
	Observer Observer
}

// News is a bell between servers. What it loses arrives by the poll.
type News interface {
	// Announce tells the other servers that the tenant's ledger has a receipt at this position. It must return at once.
	Announce(tenant uuid.UUID, seq int64)
	// Run calls heard for what the others announce, and missed when some of it may have been lost, until ctx ends. Both
	// return at once.
	Run(ctx context.Context, heard func(tenant uuid.UUID, seq int64), missed func()) error
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Buffer <= 0 {
		o.Buffer = 2048
	}
	if o.BufferBytes <= 0 {
		o.BufferBytes = 4 << 20
	}
	if o.ReplayPage <= 0 {
		o.ReplayPage = 64
	}
	if o.PollInterval <= 0 {
		o.PollInterval = time.Second
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	return o
}

// Hub is the feed of one process. It holds nothing for tenants that nobody follows.
type Hub struct {
	opt Options
	// ledger returns what the feed reads of a tenant; tests put gates before it.
	ledger func(tenant uuid.UUID) ledger
	desk   desk
	heads  func(ctx context.Context, tenants []uuid.UUID) (map[uuid.UUID]int64, error)

	// ctx ends all that the hub has running; Close ends it, with errDraining as the cause.
	ctx     context.Context
	drain   context.CancelCauseFunc
	running sync.WaitGroup
	// polled is when the last round of the poll succeeded, in Unix nanoseconds.
	polled  atomic.Int64
	watches watches
	// missed asks for a round of the poll now. Of one slot.
	missed chan struct{}

	mu        sync.RWMutex
	closed    bool
	followers map[uuid.UUID]*follower
}

// errDraining is what streams end with, and subscriptions are refused with, once the hub is closed.
var errDraining = models.Errorf(models.CodeUnavailable, "draining; reconnect with your last cursor")

// New makes a hub that reads from s. It reads nothing before somebody subscribes. Close it to end what it has running.
func New(s *store.Store, o Options) *Hub {
	o = o.withDefaults()
	h := &Hub{
		opt:       o,
		ledger:    func(tenant uuid.UUID) ledger { return observedLedger{unbroken{s.Tenant(tenant)}, o.Observer} },
		heads:     s.Heads,
		missed:    make(chan struct{}, 1),
		followers: make(map[uuid.UUID]*follower),
	}
	h.ctx, h.drain = context.WithCancelCause(context.Background())
	h.desk = newDesk(h.ctx)
	h.watches = newWatches(o.Logger)
	return h
}

// Committed is the bell: the tenant's ledger has grown by these receipts, which carry their seq and are in ledger order.
// Without receipts it says that the ledger has grown by an unknown number. It returns at once and does no I/O, and costs
// next to nothing for a tenant that nobody follows. Other servers learn of it by the news. The receipts must not be changed
// afterwards.
//
// Calls for one tenant must come in ledger order for the receipts to be delivered from memory; in any other order, or
// with some missing, the ledger is read instead.
func (h *Hub) Committed(tenant uuid.UUID, receipts []*models.Receipt) {
	if n := len(receipts); n > 0 && h.opt.News != nil {
		h.opt.News.Announce(tenant, receipts[n-1].Seq)
	}
	h.mu.RLock()
	f := h.followers[tenant]
	h.mu.RUnlock()
	if f != nil {
		f.door.knock(receipts)
	}
}

// Reached tells that the tenant's ledger has a receipt at this position: what another server's news or the poll say. Like
// Committed it returns at once.
func (h *Hub) Reached(tenant uuid.UUID, seq int64) {
	h.mu.RLock()
	f := h.followers[tenant]
	h.mu.RUnlock()
	if f != nil {
		f.door.reached(seq)
	}
}

// Close drains the hub: all streams are rung and end with UNAVAILABLE, after which their last cursor resumes them, listeners
// are rung no more, new subscriptions are refused, and when it returns, nothing of the hub is running. Calling it again is
// harmless.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	followers := slices.Collect(maps.Values(h.followers))
	h.mu.Unlock()
	h.drain(errDraining)
	for _, f := range followers {
		f.drained() // who comes too late to be rung has not looked for the first time, and then sees it
	}
	h.running.Wait()
}

// follow returns the tenant's follower, starting it when it is the first time; each call is paid back by one unfollow.
// UNAVAILABLE once the hub is closed.
func (h *Hub) follow(tenant uuid.UUID) (*follower, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, errDraining
	}
	f := h.followers[tenant]
	if f == nil {
		f = newFollower(h, tenant)
		h.followers[tenant] = f
		h.running.Go(f.run)
	}
	f.users++
	return f, nil
}

// unfollow stops the follower when its last user has gone.
func (h *Hub) unfollow(f *follower) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.users--; f.users == 0 {
		delete(h.followers, f.tenant)
		f.stop()
	}
}

// start runs a goroutine that Close waits for; UNAVAILABLE, and nothing is run, once the hub is closed.
func (h *Hub) start(run func()) error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.closed {
		return errDraining
	}
	h.running.Go(run)
	return nil
}

// ring fills a bell of one slot; one that is full already rings for both.
func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
