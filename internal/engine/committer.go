package engine

import (
	"context"
	"fmt"
	"runtime/debug"
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
	// for any other.
	maxBatch = 1000
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
// committing. Nobody waits for a timer. It is an optimisation, never the source of safety: that is the database's locks.
type committer struct {
	engine *Engine
	tenant uuid.UUID
	queue  []*call // guarded by engine.mu
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
		e.idle.Add(1)
		go c.run()
	}
	c.queue = append(c.queue, calls...)
	return calls, nil
}

// run executes what is waiting until nothing is.
func (c *committer) run() {
	defer c.engine.idle.Done()
	for {
		calls := c.take()
		if calls == nil {
			return
		}
		c.execute(calls)
	}
}

// take returns the next batch, or nil after it has removed the committer.
func (c *committer) take() []*call {
	e := c.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	n, weight := 0, 0
	for n < len(c.queue) && (n == 0 || weight+weigh(c.queue[n].command) <= maxBatch) {
		weight += weigh(c.queue[n].command)
		n++
	}
	if n == 0 {
		delete(e.committers, c.tenant)
		return nil
	}
	calls := c.queue[:n:n]
	c.queue = c.queue[n:]
	e.waiting -= n
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

// execute runs calls in one transaction and answers each. If the transaction fails for a reason that may lie in one of
// them, each is run on its own, so that one that can't be written costs the others nothing.
func (c *committer) execute(calls []*call) {
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
	err := c.commit(live)
	if err != nil && len(live) > 1 && models.CodeOf(err) != models.CodeUnavailable {
		for _, one := range live {
			if err := c.commit([]*call{one}); err != nil {
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
func (c *committer) commit(calls []*call) (err error) {
	var s *state
	ctx, span := startBatch(c.counting(calls), calls)
	defer func() { endBatch(span, s, err) }()
	committed := c.engine.options.Observer.Commit(len(calls))
	defer func() {
		if err != nil {
			committed(nil, err)
		} else {
			committed(s.receipts, nil)
		}
	}()
	// A fault of ours in deciding must not end the process nor leave callers waiting.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a batch panicked: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, c.engine.options.CommitTimeout)
	defer cancel()
	needs := &store.Needs{}
	for _, call := range calls {
		call.command.needs(needs)
	}
	err = c.engine.store.Batch(ctx, c.tenant, needs, func(rows *store.Rows) *store.Writes {
		s = newState(c.engine, c.tenant, needs, rows)
		for _, call := range calls {
			s.viewer, s.traceID = call.viewer, call.traceID
			call.answer, call.err = call.command.decide(s)
		}
		return s.writes()
	})
	if err != nil {
		return err
	}
	if len(s.receipts) > 0 && c.engine.options.Bell != nil {
		c.engine.options.Bell.Committed(c.tenant, s.receipts)
	}
	return nil
}

// counting keeps what the first caller's context carries (its statement counter) but not its end: a batch is everybody's.
func (c *committer) counting(calls []*call) context.Context {
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
