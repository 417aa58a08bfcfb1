package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// operation is what the client knows of a call besides its document.
type operation struct {
	// name is the field of the API.
	name string
	// once is for calls whose repeat would do it again: they are repeated only when the server has surely not begun.
	once bool
	// wait is how long the server was asked to wait before it answers.
	wait time.Duration
}

// call makes a call, and makes it again while its answer is lost or says to try again.
func call[T any](ctx context.Context, c *Client, o operation, do func(context.Context, graphql.Client) (T, error)) (T, error) {
	var pause backoff
	var last error
	for attempt := 0; ; attempt++ {
		began := time.Now()
		data, err := try(ctx, c, o, do)
		if err == nil {
			pause.recovered(ctx, c.logger, "answered again", slog.String("operation", o.name), began)
			return data, nil
		}
		if ctx.Err() != nil {
			return data, ended(ctx, o, last)
		}
		var e *Error
		if !errors.As(err, &e) || attempt >= c.retries || !o.mayRepeat(e) {
			return data, err
		}
		last = err
		if pause.again(ctx, c.logger, slog.LevelInfo, "call failed; trying again", slog.String("operation", o.name), e) != nil {
			return data, ended(ctx, o, last)
		}
	}
}

// ended is the error of a call that ended with its context: its cause, and in words what went wrong before.
func ended(ctx context.Context, o operation, last error) error {
	if last == nil {
		return fmt.Errorf("asyncgate: %s: %w", o.name, context.Cause(ctx))
	}
	return fmt.Errorf("asyncgate: %s: %w (%v)", o.name, context.Cause(ctx), last) //nolint:errorlint // not to be taken for a refusal
}

// try makes one attempt, within its time.
func try[T any](ctx context.Context, c *Client, o operation, do func(context.Context, graphql.Client) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout+o.wait)
	defer cancel()
	data, err := do(ctx, exchange{c})
	var e *Error
	if errors.As(err, &e) {
		e.Operation = o.name
	}
	return data, err
}

func (o operation) mayRepeat(e *Error) bool {
	if !o.once {
		return e.Retryable
	}
	var connecting *net.OpError
	return e.Code == CodeRateLimited || errors.As(e, &connecting) && connecting.Op == "dial"
}
