package mcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/asyncgate/asyncgate/client"
)

// ServeStdio speaks with the one host that has started the process, until it closes the input or ctx ends, which cuts off calls that
// wait.
func ServeStdio(ctx context.Context, o Options, in io.ReadCloser, out io.WriteCloser) error {
	c, err := client.New(o.URL, o.Options)
	if err != nil {
		return err
	}
	s := newServer(o, func(http.Header) (*client.Client, error) { return c, nil })
	err = s.Run(withCaller(ctx), &sdk.IOTransport{Reader: in, Writer: out})
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// The times of a connection. A tool answers within longestWait and callTime.
const (
	// requestTime is what a request gets to arrive whole.
	requestTime = 10 * time.Second
	idleTime    = 2 * time.Minute
	// stopTime is what calls get that run at the end: a little more than longestWait.
	stopTime = 25 * time.Second
)

// ServeHTTP serves whoever calls, each with a credential of its own, until ctx ends; calls that run then may finish. There are no
// sessions: any process may answer any call.
func ServeHTTP(ctx context.Context, o Options, listener net.Listener) error {
	logger := o.Options.Logger
	server := &http.Server{
		Handler: Handler(o), ReadTimeout: requestTime, IdleTimeout: idleTime, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		stopped <- server.Shutdown(ctx)
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	if err := <-stopped; err != nil {
		logger.WarnContext(ctx, "calls that had not ended were cut off", "after", stopTime)
		_ = server.Close()
	}
	return nil
}
