package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

const (
	// probeTime is how long a server that is shut down says so at least: who asks /readyz then hears why, instead of finding
	// nobody there.
	probeTime = 500 * time.Millisecond
	// lastMoment is what operations get to end once they are cut off, and after that connections on which nothing runs.
	lastMoment = time.Second
)

// HTTPServer returns an http.Server for s with timeouts that no slow peer can wait out. There is no timeout for the
// whole of a request: streams are long; s bounds the reading of each body and each write instead. Only under this server
// streams notice on their own that a peer has vanished, and a reader that was too slow finds out why.
func (s *Server) HTTPServer(addr string) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    256 << 10,
		ConnContext:       withLine,
		ErrorLog:          slog.NewLogLogger(s.opt.Logger.Handler(), slog.LevelDebug),
	}
}

// Shutdown ends the serving of server after Options.Drain has been closed. Until all that runs has ended, connections are
// still taken, and hear that the server drains. What runs when ctx is done is cut off; Shutdown then returns ctx's error,
// else nil. It returns two seconds after ctx at the latest.
func (s *Server) Shutdown(ctx context.Context, server *http.Server) error {
	probed := time.After(probeTime)
	ended := s.visits.shut()
	var cut error
	select {
	case <-ended:
		<-probed
	case <-ctx.Done():
		cut = ctx.Err()
	}
	s.kill()
	select {
	case <-ended:
	case <-time.After(lastMoment):
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastMoment)
	defer cancel()
	err := server.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) {
		server.Close() // who is left has not sent a request, or does not read its answer
		err = nil
	}
	return errors.Join(cut, err)
}
