package web

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/models"
)

// problem is a response that says only what went wrong, in the words of the executor's presenter.
func (s *Server) problem(ctx context.Context, err error) *graphql.Response {
	return s.opt.Executor.DispatchError(ctx, gqlerror.List{gqlerror.WrapIfUnwrapped(err)})
}

// panicked logs a recovered panic with its stack and returns what may be said of it.
func (s *Server) panicked(ctx context.Context, value any) error {
	s.opt.Logger.ErrorContext(ctx, "panic", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
	return models.Errorf(models.CodeInternal, "internal error; the server's log has it under this trace id")
}

func errDraining() error {
	return models.Errorf(models.CodeUnavailable, "the server is shutting down; repeat the request")
}

func errTooSlow() error {
	return models.Errorf(models.CodeSubscriberTooSlow, "the stream was not read for too long; reconnect with your last cursor")
}
