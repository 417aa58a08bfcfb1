package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Handler does a task. What it returns is reported: a completion, or a failure; see [Retryable] and [RetryAfter] for those
// after which another attempt may help. An error of any other kind fails the task for good, and so does a panic.
//
// ctx ends when the work is to stop: the lease has ended ([ErrLeaseEnded]; the task is canceled, or will be another worker's, and
// nothing is reported any more), or the worker's grace period is over ([ErrStopping]; the task is given back unless the handler
// returns a completion). [context.Cause] says which. A handler that goes on all the same keeps its place among the worker's tasks
// until it returns. Execution is at least once: a task may have been done before by a worker that died before it could say so.
type Handler func(ctx context.Context, job *Job) (Completion, error)

// The causes with which a handler's context ends.
var (
	ErrLeaseEnded = errors.New("asyncgate: the lease has ended")
	ErrStopping   = errors.New("asyncgate: the worker is stopping")
)

// WorkerOptions say how a worker works. The zero value serves.
type WorkerOptions struct {
	// Concurrency is how many tasks are done at a time; 1 by default.
	Concurrency int
	// Capabilities are what the worker can do: it gets tasks that require nothing else.
	Capabilities []string
	// LeaseTTL is for how long a task is claimed: how late another worker takes over from one that has died. At least 10 s, at most
	// 30 min (more is taken as that); by default the server's, 120 s. A lease is renewed when a third of it is over, for as long
	// again. As a server allows ten renewals, leases of long work are prolonged for longer each time: with the defaults by two
	// thirds of LeaseTTL and three quarters of the lease's age, never by more than twice its age. So they last for the server's
	// lifetime of a lease, 2 h, after which the lease ends and the task is claimed anew.
	LeaseTTL time.Duration
	// GracePeriod is how long handlers may go on once Run's context has ended, before theirs does; 20 s by default, none if
	// negative. Run returns at most 10 s after it.
	GracePeriod time.Duration
	// AdoptLeases says that no other process works as this principal: leases that it holds when it starts, or after a claim whose
	// answer was lost, are then known to be this worker's, and are worked on at once. Otherwise they are left to expire, since
	// another process may be at work on them.
	AdoptLeases bool
}

// Worker claims tasks and has them done by handlers. It renews the leases while they work, stops them when the lease is lost,
// reports what they return, and gives back what has not ended when it stops. While the server can't be reached it tries on, with
// growing pauses; work goes on until the lease is over by the machine's own clock, which need not show the server's time.
type Worker struct {
	c        *Client
	options  WorkerOptions
	handlers map[string]Handler
	logger   *slog.Logger
	// slots has a place for each task that may be done now.
	slots chan struct{}
	jobs  sync.WaitGroup
	held  held
	// limits are the server's, once Run knows them.
	limits Limits
	// stopping ends when the grace period is over.
	stopping context.Context
}

const (
	// maxClaimWait is how long a claim waits for work: less than the 30 s that many proxies allow for an answer.
	maxClaimWait = 20 * time.Second
	// claimSettles is how long a claim that is under way when the worker stops may take to say what it has claimed. One that waits
	// for work takes longer, and has claimed nothing.
	claimSettles = 500 * time.Millisecond
	// maxClaim is the most that one claim may ask for.
	maxClaim = 100
	// settleWithin is how long handlers may take to return once their contexts have ended, and then the giving back.
	settleWithin = 5 * time.Second
)

// NewWorker returns a worker that works as the client's principal, whose credential needs the scope LEASE. Give it handlers, then
// run it.
func NewWorker(c *Client, o WorkerOptions) *Worker {
	o.Concurrency = max(o.Concurrency, 1)
	if o.GracePeriod == 0 {
		o.GracePeriod = 20 * time.Second
	}
	return &Worker{
		c: c, options: o, handlers: map[string]Handler{}, logger: c.logger,
		slots: make(chan struct{}, o.Concurrency), held: held{leases: map[leaseID]context.CancelCauseFunc{}},
	}
}

// Handle has tasks of a type done by a handler. Call it before Run; a second handler of a type replaces the first. It panics when
// the handler is nil.
func (w *Worker) Handle(taskType string, h Handler) {
	if h == nil {
		panic("asyncgate: the handler of " + taskType + " is nil")
	}
	w.handlers[taskType] = h
}

// Run works until ctx ends, and then returns nil: no more is claimed, handlers go on for the grace period, and what has not ended
// then is given back. It returns an error, after the same stop, when the server refuses for good what the worker asks for, as
// UNAUTHENTICATED once its key is revoked. It is called once. A handler that does not return within 5 s of the end of its context is
// left behind.
func (w *Worker) Run(ctx context.Context) error {
	if len(w.handlers) == 0 {
		return errors.New("asyncgate: the worker has no handlers")
	}
	var stop context.CancelCauseFunc
	w.stopping, stop = context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(ErrStopping)
	watching, unwatch := context.WithCancel(context.WithoutCancel(ctx))
	var watch sync.WaitGroup
	watch.Go(func() { w.watch(watching) })
	defer watch.Wait()
	defer unwatch()

	err := w.work(ctx)
	if ctx.Err() != nil {
		err = nil
	}
	w.stop(stop)
	if err != nil {
		return fmt.Errorf("the worker can't go on: %w", err)
	}
	return nil
}

// work does tasks until ctx ends or the server refuses for good.
func (w *Worker) work(ctx context.Context) error {
	service, err := w.c.patient().Service(ctx)
	if err != nil {
		return err
	}
	w.limits = service.Limits
	w.logger.InfoContext(ctx, "asyncgate: the worker claims tasks", "types", w.types(), "concurrency", w.options.Concurrency)
	if w.options.AdoptLeases {
		if err := w.adopt(ctx, inherited); err != nil {
			return err
		}
	}
	return w.claim(ctx)
}

// stop waits for the handlers for as long as they may take, and gives back what those hold that take longer.
func (w *Worker) stop(cancel context.CancelCauseFunc) {
	ended := make(chan struct{})
	go func() {
		w.jobs.Wait()
		close(ended)
	}()
	if happens(ended, max(w.options.GracePeriod, 0)) {
		return
	}
	cancel(ErrStopping)
	if happens(ended, settleWithin) {
		return
	}
	var releases sync.WaitGroup
	defer releases.Wait()
	for _, id := range w.held.ids() {
		w.logger.Warn("asyncgate: a handler does not return; its task is given back", "lease", id)
		w.held.end(id)
		releases.Go(func() { w.release(context.Background(), id) })
	}
}

// happens tells whether something happens within a time.
func happens(it <-chan struct{}, within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-it:
		return true
	case <-timer.C:
		return false
	}
}

// types are the types of tasks that there are handlers for.
func (w *Worker) types() []string {
	types := make([]string, 0, len(w.handlers))
	for t := range w.handlers {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}
