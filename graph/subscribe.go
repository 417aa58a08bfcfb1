package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
)

// A subscription is executed anew for each of its events, with a resolver that has nothing to hand on but that one. So nothing
// waits in the middle of an execution, and a subscription that waits holds what was asked, its place in the feed, and no
// goroutine.

// Subscription is a subscription that stands. Its methods are for one goroutine at a time.
type Subscription interface {
	// Next returns the next response; nil when there is none now, and the subscription's ring then tells when there may be
	// one. It waits for nothing but the database. Ended tells that no other will come, be there a last one or none.
	Next() (response *graphql.Response, ended bool)
	// Close ends the subscription. It must be called, and may be more than once.
	Close()
}

// Subscribe executes a subscription that CreateOperationContext has made ready: what happens after it has returned comes, until
// ctx ends. When it can't be set up, there is no subscription but a refusal. For ring see feed.Stream; ring it too when ctx
// ends.
func (e *Executor) Subscribe(ctx context.Context, op *graphql.OperationContext, ring func()) (s Subscription, refusal *graphql.Response) {
	o := &opening{ring: ring}
	next, opened := e.DispatchOperation(context.WithValue(ctx, openingKey{}, o), op)
	if o.source == nil {
		return nil, next(opened)
	}
	sub := &subscription{
		executor: e, ctx: ctx, plan: e.plans.enter(ctx, op), source: o.source, name: operationName(runOf(opened).stream.Field.Name),
	}
	e.opt.Observer.Subscribed(sub.name)
	return sub, nil
}

// lasting is what of an operation is needed as long as it goes on: not how it was sent, which may be large.
func lasting(op *graphql.OperationContext) *graphql.OperationContext {
	return &graphql.OperationContext{
		OperationName: op.OperationName, Doc: op.Doc, Operation: op.Operation, Variables: op.Variables,
		RecoverFunc: op.RecoverFunc, ResolverMiddleware: op.ResolverMiddleware, RootResolverMiddleware: op.RootResolverMiddleware,
	}
}

// opening is what the resolver of a subscription is called for the first time: it opens the source.
type opening struct {
	ring   func()
	source source
}

type openingKey struct{}

// eventKey is where the resolver then finds the event that it is called for.
type eventKey struct{}

// source is a stream of the feed whose events are nodes.
type source interface {
	// next is feed.Stream's Next.
	next(ctx context.Context) (node any, ok bool, err error)
	close()
}

// stream is the resolver of a subscription: it opens the feed's stream, or hands on the event that the operation is executed
// for.
func stream[E, N any](ctx context.Context, node func(E) N, open func(ring func()) (*feed.Stream[E], error)) (<-chan N, error) {
	if event, ok := ctx.Value(eventKey{}).(N); ok {
		events := make(chan N, 1)
		events <- event
		return events, nil
	}
	o, ok := ctx.Value(openingKey{}).(*opening)
	if !ok {
		return nil, errors.New("a subscription that was not opened by Subscribe")
	}
	s, err := open(o.ring)
	if err != nil {
		return nil, err
	}
	o.source = nodes[E, N]{s, node}
	return nil, nil //nolint:nilnil // there is no event yet
}

// nodes are the events of a feed's stream as nodes.
type nodes[E, N any] struct {
	stream *feed.Stream[E]
	node   func(E) N
}

func (n nodes[E, N]) next(ctx context.Context) (node any, ok bool, err error) {
	event, ok, err := n.stream.Next(ctx)
	if !ok {
		return nil, false, err
	}
	return n.node(event), true, nil
}

func (n nodes[E, N]) close() { n.stream.Close() }

// subscription is a Subscription.
type subscription struct {
	executor *Executor
	ctx      context.Context
	plan     *plan
	source   source
	name     string

	// found is when the last answer was; see plan.respond.
	found int64
	// err is why the stream ended, if not by its context.
	err    error
	closed bool
}

func (s *subscription) Next() (response *graphql.Response, ended bool) {
	if s.closed {
		return nil, true
	}
	node, ok, err := s.source.next(s.ctx)
	switch {
	case s.ctx.Err() != nil:
		s.Close()
		return nil, true
	case err != nil:
		s.err = err
		s.Close()
		return &graphql.Response{Errors: gqlerror.List{s.executor.opt.present(s.ctx, err)}}, true
	case !ok:
		return nil, false
	}
	s.executor.opt.Observer.Delivered(s.name)
	return s.respond(node), false
}

// respond answers an event.
func (s *subscription) respond(node any) (response *graphql.Response) {
	execute := func() *graphql.Response {
		next, ctx := s.executor.DispatchOperation(context.WithValue(s.ctx, eventKey{}, node), s.plan.op)
		return next(ctx)
	}
	event, ok := node.(*ReceiptEvent)
	if !ok {
		return execute()
	}
	response, s.found = s.plan.respond(event.Receipt.Seq, s.found, execute)
	return response
}

func (s *subscription) Close() {
	if s.closed {
		return
	}
	s.closed = true
	s.source.close()
	s.plan.leave()
	s.executor.opt.Observer.Unsubscribed(s.name, endOf(s.ctx, s.err))
}

// endOf tells how a stream ended, whose own reason is err.
func endOf(ctx context.Context, err error) string {
	if err != nil {
		return string(models.CodeOf(err))
	}
	if cause := models.CauseOf(ctx); cause != nil {
		return string(cause.Code)
	}
	return codeOK
}
