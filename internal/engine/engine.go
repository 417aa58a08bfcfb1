// Package engine is the judge: every change of a task, a lease or the ledger is decided here.
//
// One file per verb of the API: a command says which rows it needs (needs) and, once they are locked, what it changes
// (decide), which is a pure function of those rows, the command and the transaction's time. The committer runs the commands
// of one tenant together; the sweeper ends leases whose time is over, through the same commands.
//
// The room owes the others that what it answers is committed, whole, and that what it refuses wrote nothing. It must never
// read a clock of its own to decide a lease, nor move a task outside state.apply.
package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Bell is told of what was committed. Its methods are called from one goroutine per tenant, in ledger order, and must
// neither block nor do I/O.
type Bell interface {
	// Committed hands over the receipts of one commit, with their seq.
	Committed(tenant uuid.UUID, receipts []*models.Receipt)
	// Listen returns a channel that rings, at least once, after each committed receipt that matches; stop ends it.
	Listen(tenant uuid.UUID, match func(*models.Receipt) bool) (ring <-chan struct{}, stop func())
}

// Options configure an Engine.
type Options struct {
	Rules  models.Rules
	Bell   Bell
	Logger *slog.Logger
	// SweepInterval is how often leases are searched that are past their expiry; 0 is 5 s.
	SweepInterval time.Duration
	// Jitter returns a random part of a duration, for the requeueing of expired tasks; nil draws it evenly.
	Jitter func(time.Duration) time.Duration
	// CommitTimeout bounds one transaction; 0 is 30 s.
	CommitTimeout time.Duration
}

// Engine decides and commits. Start it with New, stop it with Close; it is safe for concurrent use.
type Engine struct {
	store   *store.Store
	options Options
	sweeps  sweepState

	mu         sync.Mutex
	committers map[uuid.UUID]*committer
	waiting    int
	closed     bool
	idle       sync.WaitGroup
	// draining is closed, once, when waits are to end.
	draining chan struct{}
	drain    sync.Once
}

// New returns an Engine on s.
func New(s *store.Store, o Options) *Engine {
	if o.SweepInterval == 0 {
		o.SweepInterval = 5 * time.Second
	}
	if o.CommitTimeout == 0 {
		o.CommitTimeout = 30 * time.Second
	}
	if o.Jitter == nil {
		o.Jitter = evenly
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Engine{store: s, options: o, committers: map[uuid.UUID]*committer{}, draining: make(chan struct{})}
}

// Rules returns the limits in force.
func (e *Engine) Rules() models.Rules { return e.options.Rules }

// StopWaiting ends the waits of ClaimTasks and AwaitTask, now and later: the first step of a graceful stop.
func (e *Engine) StopWaiting() { e.drain.Do(func() { close(e.draining) }) }

// Close refuses new commands with UNAVAILABLE, ends waits, and returns when the running commands are answered, or when ctx
// ends.
func (e *Engine) Close(ctx context.Context) error {
	e.StopWaiting()
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	done := make(chan struct{})
	go func() {
		e.idle.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
