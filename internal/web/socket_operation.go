package web

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

// How responses become messages: a refusal before execution (documents that do not validate, a missing scope, a
// subscription that cannot be set up) is one `error`, which ends the operation. Everything after is `next`, errors
// included, and `complete` when the executor has no more: so a subscription that is cut off in its middle, as by
// SUBSCRIBER_TOO_SLOW, ends with a `next` that says why, then `complete`, and the client resumes with its cursor.

// operation is one that runs on a socket.
type operation struct {
	socket *socket
	id     string
	ctx    context.Context
	cancel context.CancelCauseFunc
	// stream tells of a subscription, once its document has been read. Written under the socket's mu.
	stream bool

	// What a subscription has once it stands: heard tells that the client has heard of it.
	sub   graph.Subscription
	turns turns
	heard bool
}

// ring makes a subscription say what it has to say.
func (op *operation) ring() { op.turns.ring(op.deliver) }

// end makes the operation end. The cause is for those who watch it; what the client hears is said elsewhere.
func (op *operation) end(cause error) {
	op.cancel(cause)
	op.ring()
}

// wanted tells whether the client is to hear more of op. What ends a subscription while draining is that all are ending:
// it must not look complete.
func (c *socket) wanted(op *operation) bool {
	return op.ctx.Err() == nil && (!op.stream || !c.s.draining())
}

// start runs the operation, unless it is refused; what is wrong with it already comes after what is wrong with its id. started
// tells that it runs: it calls leave when it needs the memory of its message no more.
func (c *socket) start(id string, params *graphql.RawParams, wrong error, leave func()) (started bool, err error) {
	op, err := c.reserve(id, wrong)
	if e := new(closeError); errors.As(err, &e) {
		return false, e
	}
	if err != nil {
		c.reject(id, err)
		return false, nil
	}
	go func() {
		last, stands := op.begin(params, leave)
		leave()
		if stands {
			op.turns.take(op.deliver)
		} else {
			op.finish(last)
		}
	}()
	return true, nil
}

// reserve gives the id to a new operation, and counts it in.
func (c *socket) reserve(id string, wrong error) (*operation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.active[id] != nil:
		return nil, closing(closeSubscriberExists, "Subscriber for %.*s already exists", maxOperationIDInReason, id)
	case wrong != nil:
		return nil, wrong
	case c.drained:
		return nil, errDraining()
	case len(c.active) >= c.s.opt.MaxOperations:
		return nil, models.Errorf(models.CodeRateLimited,
			"%d operations run on this connection already; end one, or open another connection", c.s.opt.MaxOperations)
	}
	op := &operation{socket: c, id: id}
	op.ctx, op.cancel = context.WithCancelCause(c.startOperation())
	c.active[id] = op
	c.running.Add(1)
	return op, nil
}

// begin runs a query or mutation to its end, and sets a subscription up: stands tells that it goes on. Else last is the last
// message: none when nobody waits for it, as after `complete` from the client or while draining.
func (op *operation) begin(params *graphql.RawParams, leave func()) (last message, stands bool) {
	c := op.socket
	ctx := graphql.StartOperationTrace(op.ctx)
	defer trace.Current(ctx).End()
	last = message{ID: op.id, Type: typeComplete}
	defer func() {
		if value := recover(); value != nil {
			last, stands = c.errorMessage(ctx, op.id, c.s.problem(ctx, c.s.panicked(ctx, value))), false
		}
	}()

	tally := c.tally.another()
	if err := tally.left(); err != nil {
		return c.errorMessage(ctx, op.id, c.s.problem(ctx, err)), false
	}
	opCtx, errs := c.s.opt.Executor.CreateOperationContext(ctx, params)
	if err := tally.operation(ctx, opCtx, errs); err != nil {
		return c.errorMessage(ctx, op.id, c.s.problem(ctx, err)), false
	}
	if len(errs) > 0 {
		return c.errorMessage(ctx, op.id, c.s.opt.Executor.DispatchError(graphql.WithOperationContext(ctx, opCtx), errs)), false
	}
	if opCtx.Operation.Operation == ast.Subscription {
		leave() // it lasts, and what was large about it has been read
		return op.subscribe(opCtx)
	}
	first := true
	c.s.run(ctx, opCtx, func(resp *graphql.Response) bool {
		if first && !executed(resp) {
			last = c.errorMessage(ctx, op.id, resp)
			return false
		}
		first = false
		return c.send(op, c.nextMessage(ctx, op.id, resp))
	})
	return last, false
}

// subscribe sets the subscription up.
func (op *operation) subscribe(opCtx *graphql.OperationContext) (last message, stands bool) {
	c := op.socket
	c.mu.Lock()
	op.stream = true
	drained := c.drained
	c.mu.Unlock()
	if drained {
		return last, false
	}
	var refusal *graphql.Response
	if op.sub, refusal = c.s.subscribe(op.ctx, opCtx, op.ring); refusal != nil {
		return c.errorMessage(op.ctx, op.id, refusal), false
	}
	return last, true
}

// deliver says what a subscription has to say, until there is nothing; false once there never will be.
func (op *operation) deliver() (more bool) {
	c := op.socket
	last := message{ID: op.id, Type: typeComplete}
	defer func() {
		if value := recover(); value != nil {
			last = c.errorMessage(op.ctx, op.id, c.s.problem(op.ctx, c.s.panicked(op.ctx, value)))
		}
		if !more {
			op.sub.Close()
			op.finish(last)
		}
	}()
	for {
		resp, ended := c.s.next(op.ctx, op.sub)
		if resp == nil && !ended {
			return true
		}
		if resp != nil && !op.heard && !executed(resp) {
			last = c.errorMessage(op.ctx, op.id, resp)
			return false
		}
		if resp != nil && !c.send(op, c.nextMessage(op.ctx, op.id, resp)) || ended {
			return false
		}
		op.heard = true
	}
}

// send writes a message of a running operation; false when that was the last, or is not wanted any more. A subscription
// whose reader takes too long for it is ended.
func (c *socket) send(op *operation, m message) bool {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if !c.wanted(op) {
		return false
	}
	inTime := c.s.whenStuck(c.line)
	written := c.write(m)
	if inTime() || !op.stream {
		return written
	}
	c.toldTooSlow = time.Now()
	c.write(c.nextMessage(op.ctx, op.id, c.s.problem(op.ctx, errTooSlow())))
	c.end(op, message{ID: op.id, Type: typeComplete}, errTooSlow())
	return false
}

// finish ends an operation that is over, unless it has been ended before.
func (op *operation) finish(last message) {
	defer op.socket.running.Done()
	op.socket.writeMu.Lock()
	defer op.socket.writeMu.Unlock()
	op.socket.end(op, last, nil)
}

// end frees the id and writes the operation's last message, in one step, under writeMu: a client that uses the id again
// finds it free, and hears nothing of the old operation after that. cause is why, if that is not the operation's own end.
func (c *socket) end(op *operation, last message, cause error) {
	wanted := c.wanted(op)
	c.mu.Lock()
	if c.active[op.id] == op {
		delete(c.active, op.id)
	}
	c.mu.Unlock()
	if wanted {
		c.write(last)
	}
	op.cancel(cause)
}

// complete ends an operation at its client's wish. Ids that are unknown have ended by themselves, a moment before.
func (c *socket) complete(id string) {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if op := c.active[id]; op != nil {
		delete(c.active, id)
		op.end(nil)
	}
}

// reject answers a subscribe that was not started.
func (c *socket) reject(id string, err error) {
	ctx := trace.WithID(c.ctx, trace.New())
	if limited := c.tally.another().refusal(ctx, err); limited != nil {
		err = limited
	}
	c.write(c.errorMessage(ctx, id, c.s.problem(ctx, err)))
}

func (c *socket) nextMessage(ctx context.Context, id string, resp *graphql.Response) message {
	payload, err := encode(resp)
	if err != nil {
		payload, _ = encode(c.s.problem(ctx, err))
	}
	return message{ID: id, Type: typeNext, Payload: payload}
}

func (c *socket) errorMessage(ctx context.Context, id string, resp *graphql.Response) message {
	payload, err := json.Marshal(resp.Errors)
	if err != nil {
		payload, _ = json.Marshal(c.s.problem(ctx, err).Errors)
	}
	return message{ID: id, Type: typeError, Payload: payload}
}

// write sends a message within its time; a peer that does not read loses the socket. False when it is lost.
func (c *socket) write(m message) bool {
	data, err := json.Marshal(m)
	if err != nil {
		return false
	}
	// Not the operation's context: its end would tear the message, and the socket with it.
	ctx, cancel := context.WithTimeout(context.Background(), c.s.opt.WriteTimeout)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageText, data) == nil
}
