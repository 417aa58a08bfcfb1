package mcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

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
