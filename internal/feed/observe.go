package feed

import (
	"context"
	"log/slog"

	"github.com/asyncgate/asyncgate/internal/outage"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Observer is told what the feed does, for figures. Its methods are called by many at once and must return at once.
type Observer interface {
	// Arrived hands over receipts that were committed while their tenant was followed, each once: now whoever waits for them is
	// woken.
	Arrived(receipts []*models.Receipt)
	// ReadLedger tells of a page that was read out of the ledger, because what commits handed over didn't suffice: it came from
	// another server, or a stream began in the past or is slow.
	ReadLedger()
}

// unobserved is the Observer of who wants none.
type unobserved struct{}

func (unobserved) Arrived([]*models.Receipt) {}
func (unobserved) ReadLedger()               {}

// observedLedger tells of what is read.
type observedLedger struct {
	ledger

	observer Observer
}

func (l observedLedger) Follow(ctx context.Context, filter store.ReceiptFilter, after, upTo int64, limit int) ([]*models.Receipt, error) {
	l.observer.ReadLedger()
	return l.ledger.Follow(ctx, filter, after, upTo, limit)
}

// watches say in the log what the hub fails at. What a database out of reach does to all of it, the store tells.
type watches struct{ polls, follows, looks *outage.Watch }

func newWatches(logger *slog.Logger) watches {
	watch := func(fails, works string) *outage.Watch {
		return outage.New(outage.Options{Logger: logger, Fails: fails, Works: works})
	}
	return watches{
		polls:   watch("the positions of the ledgers can't be read", "the positions of the ledgers can be read again"),
		follows: watch("a ledger can't be followed", "ledgers can be followed again"),
		looks:   watch("claimable tasks can't be looked for", "claimable tasks can be looked for again"),
	}
}

// Tenants returns how many tenants somebody follows on this server.
func (h *Hub) Tenants() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.followers)
}
