package web

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/asyncgate/asyncgate/graph"
)

// Executor executes operations: queries and mutations as gqlgen does, subscriptions so that one that waits costs no goroutine.
type Executor interface {
	graphql.GraphExecutor
	// Subscribe is graph.Executor's.
	Subscribe(ctx context.Context, op *graphql.OperationContext, ring func()) (s graph.Subscription, refusal *graphql.Response)
}

// subscribe sets a subscription up, or returns why there is none. What panics is a refusal.
func (s *Server) subscribe(ctx context.Context, op *graphql.OperationContext, ring func()) (sub graph.Subscription, refusal *graphql.Response) {
	defer func() {
		if value := recover(); value != nil {
			sub, refusal = nil, s.problem(ctx, s.panicked(ctx, value))
		}
	}()
	return s.opt.Executor.Subscribe(ctx, op, ring)
}

// next returns the next response of a subscription that there is now. A response is valid only until the next: the executor
// may use its memory again. What panics is the last one.
func (s *Server) next(ctx context.Context, sub graph.Subscription) (response *graphql.Response, ended bool) {
	defer func() {
		if value := recover(); value != nil {
			response, ended = s.problem(ctx, s.panicked(ctx, value)), true
		}
	}()
	return sub.Next()
}
