package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// command is one operation: which rows it needs, and what it decides once they are locked.
type command interface {
	needs(n *store.Needs)
	// decide changes the state and returns the answer, or refuses with an error and has changed nothing.
	decide(s *state) (any, error)
}

const (
	// maxBatch bounds the weight of the commands that one transaction executes: the tasks that they create or claim, and one
	// for any other. Of what is more, two transactions of like size are sooner done with than a large one and a small one.
	maxBatch = 300
	// company is how much must wait before the next transaction begins while one is still writing. What comes alone is better
	// off in larger company than in two transactions.
	company = 100
	// maxWaiting bounds the commands that wait, over all tenants: beyond, callers are told to come back.
	maxWaiting = 20_000
)

// call is a command on its way: done is closed when it is answered.
type call struct {
	ctx     context.Context
	command command
	viewer  models.Viewer
	traceID string
	span    trace.Span // of the caller's wait
	answer  any
	err     error
	done    chan struct{}
}

// committer executes the commands of one tenant, many to a transaction: whatever arrived while the previous one was
// committing. Nobody waits for a timer. Under load the next transaction begins as soon as the previous one has decided, and the
// store lets both write at once where it can. The committer is an optimisation, never the source of safety: that is the
// database's locks.
type committer struct {
	engine *Engine
	tenant uuid.UUID

	// Guarded by engine.mu.
	queue []*call
	// reading tells that a transaction has not decided yet; running is how many there are.
	reading bool
	running int
}

// do hands a command to the tenant's committer and waits for the answer. When ctx ends first the caller gets UNAVAILABLE:
// the command may still be executed, and repeating it is safe by the replay rules.
func do[A any](ctx context.Context, e *Engine, v models.Viewer, c command) (A, error) {
	var none A
	ctx, span := trace.Start(ctx, "await commit")
	defer span.End()
	calls, err := e.submit(ctx, v, c)
	if err != nil {
		return none, err
	}
	return await[A](calls[0])
}

func await[A any](c *call) (A, error) {
	var none A
	select {
	case <-c.done:
	case <-c.ctx.Done():
		return none, errNotAwaited
	}
	if c.err != nil {
		return none, c.err
	}
	answer, ok := c.answer.(A)
	if !ok {
		return none, fmt.Errorf("a %T answered with a %T", c.command, c.answer)
	}
	return answer, nil
}

// submit queues commands of one caller, in order.
func (e *Engine) submit(ctx context.Context, v models.Viewer, commands ...command) ([]*call, error) {
	calls := make([]*call, len(commands))
	for i, c := range commands {
		calls[i] = &call{ctx: ctx, command: c, viewer: v, traceID: trace.ID(ctx), span: trace.Current(ctx), done: make(chan struct{})}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errDraining
	}
	if e.waiting+len(calls) > maxWaiting {
		return nil, models.Errorf(models.CodeUnavailable, "too many operations are waiting; try again in a moment")
	}
	e.waiting += len(calls)
	c := e.committers[v.TenantID]
	if c == nil {
		c = &committer{engine: e, tenant: v.TenantID}
		e.committers[v.TenantID] = c
	}
	c.queue = append(c.queue, calls...)
	c.next()
	return calls, nil
}

// next begins the next transaction if it is time, and removes a committer that has nothing to do. engine.mu is held.
func (c *committer) next() {
	e := c.engine
	if len(c.queue) == 0 && c.running == 0 {
		delete(e.committers, c.tenant)
		return
	}
	if c.reading || len(c.queue) == 0 || c.running > 0 && (c.running > 1 || e.store.Embedded() || !c.hasCompany()) {
		return
	}
	calls := c.take()
	c.reading = true
	c.running++
	e.idle.Go(func() {
		b := &batch{committer: c}
		b.execute(calls)
		b.decided()
		e.mu.Lock()
		defer e.mu.Unlock()
		c.running--
		c.next()
	})
}

func (c *committer) hasCompany() bool {
	weight := 0
	for _, call := range c.queue {
		if weight += weigh(call.command); weight >= company {
			return true
		}
	}
	return false
}

// take returns the next batch. engine.mu is held.
func (c *committer) take() []*call {
	n, weight := 0, 0
	for n < len(c.queue) && (n == 0 || weight+weigh(c.queue[n].command) <= maxBatch) {
		weight += weigh(c.queue[n].command)
		n++
	}
	calls := c.queue[:n:n]
	c.queue = c.queue[n:]
	c.engine.waiting -= n
	return calls
}

// heavy is a command that is more work than others.
type heavy interface{ weight() int }

func weigh(c command) int {
	if h, ok := c.(heavy); ok {
		return h.weight()
	}
	return 1
}

// batch is a transaction of a committer.
type batch struct {
	*committer
	once sync.Once
}

// decided lets the next transaction begin.
func (b *batch) decided() {
	b.once.Do(func() {
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		b.reading = false
		b.next()
	})
}

// execute runs calls in one transaction and answers each. If the transaction fails for a reason that may lie in one of
// them, each is run on its own, so that one that can't be written costs the others nothing.
func (b *batch) execute(calls []*call) {
	live := calls[:0:0]
	for _, call := range calls {
		if call.ctx.Err() == nil {
			live = append(live, call)
		} else {
			call.err = errNotAwaited // its caller has gone, or is about to look
			close(call.done)
		}
	}
	if len(live) == 0 {
		return
	}
	err := b.commit(live)
	if err != nil && len(live) > 1 && models.CodeOf(err) != models.CodeUnavailable {
		for _, one := range live {
			if err := b.commit([]*call{one}); err != nil {
				one.answer, one.err = nil, err
			}
		}
	} else if err != nil {
		for _, call := range live {
			call.answer, call.err = nil, err
		}
	}
	for _, call := range live {
		close(call.done)
	}
}

// commit executes the calls in one transaction; answers are set when it returns nil.
func (b *batch) commit(calls []*call) (err error) {
	var s *state
	var writes *store.Writes
	ctx, span := startBatch(b.counting(calls), calls)
	defer func() { endBatch(span, s, err) }()
	committed := b.engine.options.Observer.Commit(len(calls))
	defer func() {
		if err != nil {
			committed(false, nil, err)
		} else {
			committed(!writes.Empty(), s.receipts, nil)
		}
	}()
	// A fault of ours in deciding must not end the process nor leave callers waiting.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a batch panicked: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, b.engine.options.CommitTimeout)
	defer cancel()
	needs := &store.Needs{}
	for _, call := range calls {
		call.command.needs(needs)
	}
	err = b.engine.store.Batch(ctx, b.tenant, needs, func(rows *store.Rows) *store.Writes {
		s = newState(b.engine, b.tenant, needs, rows)
		for _, call := range calls {
			s.viewer, s.traceID = call.viewer, call.traceID
			call.answer, call.err = call.command.decide(s)
		}
		b.decided()
		writes = s.writes()
		return writes
	})
	if err != nil {
		return err
	}
	if len(s.receipts) > 0 && b.engine.options.Bell != nil {
		b.engine.options.Bell.Committed(b.tenant, s.receipts)
	}
	return nil
}

// counting keeps what the first caller's context carries (its statement counter) but not its end: a batch is everybody's.
func (b *batch) counting(calls []*call) context.Context {
	return context.WithoutCancel(calls[0].ctx)
}

var errNotAwaited = models.Errorf(models.CodeUnavailable, "the answer was not waited for; repeat the call to learn what became of it")

// sleep waits for d or until ctx ends, then it returns the cause.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
