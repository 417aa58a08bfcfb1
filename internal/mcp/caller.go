package mcp

import (
	"context"

	"github.com/asyncgate/asyncgate/client"
)

// callerKey is the place in a context of the one that ends when nobody waits for the answer any more: the HTTP request is gone, or
// the process is told to stop. The SDK passes on the values of that context and not always its end.
type callerKey struct{}

func withCaller(ctx context.Context) context.Context { return context.WithValue(ctx, callerKey{}, ctx) }

// untilCallerGone ends with the caller too.
func untilCallerGone(ctx context.Context) (context.Context, context.CancelFunc) {
	return endingWith(ctx, callerKey{})
}

// listenerKey is the place of the one that ends with errLeft when the host will soon be gone: it is answered still, but nothing is
// worth waiting for.
type listenerKey struct{}

func withListener(ctx, listener context.Context) context.Context {
	return context.WithValue(ctx, listenerKey{}, listener)
}

// errLeft is why a wait ends early.
var errLeft = &client.Error{Code: client.CodeUnavailable, Message: "the input has ended, and with it the wait"}

// withoutWait is an input that can ask for what is there now instead. It is of tools that change nothing, which may be called twice.
type withoutWait[In any] interface{ withoutWait() In }

// whileHeard runs a tool, and ends its wait early when the host has left: what is waited for is a handle, which is returned then.
func whileHeard[In, Out any](ctx context.Context, in In, run func(context.Context, In) (Out, error)) (Out, error) {
	if _, ok := any(in).(waits); !ok {
		return run(ctx, in)
	}
	waiting, leave := endingWith(ctx, listenerKey{})
	defer leave()
	out, err := run(waiting, in)
	if again, ok := any(in).(withoutWait[In]); ok && err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return run(ctx, again.withoutWait())
	}
	return out, err
}

// endingWith returns a context that also ends with the one at that place, if any, and with its cause.
func endingWith(ctx context.Context, place any) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := func() bool { return true }
	if other, ok := ctx.Value(place).(context.Context); ok {
		stop = context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	}
	return ctx, func() {
		stop()
		cancel(nil)
	}
}
