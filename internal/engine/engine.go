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
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/outage"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Bell is told of what was committed, and wakes those who wait for it.
type Bell interface {
	// Committed hands over the receipts of one commit, with their seq. It is called in ledger order but for two commits that
	// follow each other at once, and must neither block nor do I/O.
	Committed(tenant uuid.UUID, receipts []*models.Receipt)
	// TaskEnded returns a channel that rings, at least once, after the task has ended; stop ends it.
	TaskEnded(tenant, task uuid.UUID) (ring <-chan struct{}, stop func())
	// Work makes the caller, who is about to look for tasks, one of those who wait for them. wait returns nil when it is to
	// look again, and the cause when its context ends. stop is told which tasks the caller took.
	Work(tenant uuid.UUID, types, capabilities []string) (wait func(context.Context) error, stop func(taken []uuid.UUID))
}

// Options configure an Engine.
type Options struct {
	Rules  models.Rules
	Bell   Bell
	Logger *slog.Logger
	// Traces makes the spans of sweeps; those of commands are in their callers' traces. Nil makes none.
	Traces trace.Provider
	// SweepInterval is how often leases are searched that are past their expiry; 0 is 5 s.
	SweepInterval time.Duration
	// SweepBatch is how many due leases one search returns; 0 is 500.
	SweepBatch int
	// Jitter returns a random part of a duration, for the requeueing of expired tasks; nil draws it evenly.
	Jitter func(time.Duration) time.Duration
	// CommitTimeout bounds one transaction; 0 is 30 s.
	CommitTimeout time.Duration
	// Observer is told what the engine does; nil is nobody.
	Observer Observer
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
	// claims is how many claims wait for work.
	claims atomic.Int64
	// waits ends when waits are to end.
	waits       context.Context
	stopWaiting context.CancelFunc
}

// New returns an Engine on s.
func New(s *store.Store, o Options) *Engine {
	if o.SweepInterval == 0 {
		o.SweepInterval = 5 * time.Second
	}
	if o.SweepBatch == 0 {
		o.SweepBatch = 500
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
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	e := &Engine{store: s, options: o, committers: map[uuid.UUID]*committer{}}
	e.sweeps.watch = outage.New(outage.Options{
		Logger: o.Logger, Fails: "the sweep for expired leases fails", Works: "the sweep for expired leases works again",
	})
	e.waits, e.stopWaiting = context.WithCancel(context.Background())
	return e
}

// Rules returns the limits in force.
func (e *Engine) Rules() models.Rules { return e.options.Rules }

// StopWaiting ends the waits of ClaimTasks and AwaitTask, now and later: the first step of a graceful stop.
func (e *Engine) StopWaiting() { e.stopWaiting() }

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
