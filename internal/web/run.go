package web

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/models"
)

// run executes a query or mutation and hands each response to send, until there are no more, ctx is done or send returns
// false. A response is valid only until send returns: the executor uses its memory again. It has RequestTimeout, and at least
// one response; what panics becomes a response too.
func (s *Server) run(ctx context.Context, op *graphql.OperationContext, send func(*graphql.Response) bool) {
	defer func() {
		if value := recover(); value != nil {
			send(s.problem(ctx, s.panicked(ctx, value)))
		}
	}()
	opCtx, cancel := context.WithTimeout(ctx, s.opt.RequestTimeout)
	defer cancel()
	next, opCtx := s.opt.Executor.DispatchOperation(opCtx, op)
	for sent := 0; ; sent++ {
		resp := next(opCtx)
		if resp == nil {
			if sent == 0 {
				send(s.problem(ctx, models.Errorf(models.CodeUnavailable, "the request took too long; repeat it")))
			}
			return
		}
		if !send(resp) {
			return
		}
	}
}

// isIncremental tells whether the operation, or a fragment of its document, uses @defer: its response then comes in
// parts.
func isIncremental(op *graphql.OperationContext) bool {
	if deferred(op.Operation.SelectionSet) {
		return true
	}
	for _, fragment := range op.Doc.Fragments {
		if deferred(fragment.SelectionSet) {
			return true
		}
	}
	return false
}

func deferred(set ast.SelectionSet) bool {
	for _, selection := range set {
		var found bool
		switch n := selection.(type) {
		case *ast.Field:
			found = deferred(n.SelectionSet)
		case *ast.InlineFragment:
			found = n.Directives.ForName("defer") != nil || deferred(n.SelectionSet)
		case *ast.FragmentSpread:
			found = n.Directives.ForName("defer") != nil
		}
		if found {
			return true
		}
	}
	return false
}
