package mcp

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/asyncgate/asyncgate/client"
)

// ServeStdio speaks with the one host that has started the process, until it closes the input. Calls that run then get stopTime to
// end and are answered; how many were not is the error. The end of ctx cuts them off at once, and is no error.
func ServeStdio(ctx context.Context, o Options, in io.ReadCloser, out io.WriteCloser) error {
	c, err := client.New(o.URL, o.Options)
	if err != nil {
		return err
	}
	s := newServer(o, func(http.Header) (*client.Client, error) { return c, nil })
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	h := newHost(in, out, func() { leave(errLeft) })
	err = s.Run(withListener(withCaller(ctx), listening), h)
	switch n := h.unanswered(); {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("mcp: %w", err)
	case n > 0:
		return fmt.Errorf("mcp: calls were given up that had not ended %s after the input: %d", stopTime, n)
	default:
		return nil
	}
}
