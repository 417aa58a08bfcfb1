package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// lastMoment is what operations get to notice that they were cut off, before the rooms below are closed.
const lastMoment = time.Second

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

// Shutdown ends the serving of server after Options.Drain has been closed: it stops listening, waits for running
// requests and WebSockets, and when ctx is done cuts off what is left. It returns ctx's error then, else nil.
func (s *Server) Shutdown(ctx context.Context, server *http.Server) error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()

	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.sockets.Wait()
	}()
	err := server.Shutdown(ctx)
	select {
	case <-ended:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	s.kill() // also when nothing is left: it releases the context
	if err == nil {
		return nil
	}
	server.Close()
	select {
	case <-ended:
	case <-time.After(lastMoment):
	}
	return err
}

// enterSocket counts a WebSocket in, unless the server is closing; leave counts it out.
func (s *Server) enterSocket() (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, false
	}
	s.sockets.Add(1)
	return s.sockets.Done, true
}
