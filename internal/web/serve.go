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
	// maxStreams is how many requests, subscriptions among them, one HTTP/2 connection may carry at a time. Clients open
	// another for more, or wait.
	maxStreams = 250
)

// HTTPServer returns an http.Server for s with timeouts that no slow peer can wait out. There is no timeout for the
// whole of a request: streams are long; s bounds the reading of each body and each write instead. Only under this server
// streams notice on their own that a peer has vanished, and a reader that was too slow finds out why.
//
// Connections are not counted: a limit would make good clients wait behind those that hold it. One that says nothing costs
// some KiB until its time is over, and what it may use of the machine is the operating system's to bound.
func (s *Server) HTTPServer(addr string) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second, // and for the handshake of TLS
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    256 << 10, // the URL included
		ConnContext:       withLine,
		ErrorLog:          slog.NewLogLogger(s.opt.Logger.Handler(), slog.LevelDebug),
		// `OPTIONS *` gets an answer with the headers of all others.
		DisableGeneralOptionsHandler: true,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxStreams,
			// What line does for a connection that carries one stream.
			SendPingTimeout:  s.opt.KeepAlive,
			PingTimeout:      s.pingPatience(),
			WriteByteTimeout: s.opt.WriteTimeout,
		},
	}
}

// Shutdown ends the serving of server after Options.Drain is done. Until all that runs has ended, connections are
// still taken, and hear that the server drains. What runs when ctx is done is cut off; Shutdown then returns ctx's error,
// else nil. It returns two seconds after ctx at the latest.
func (s *Server) Shutdown(ctx context.Context, server *http.Server) error {
	probed := time.After(probeTime)
	ended := s.visits.shut()
	var cut error
	select {
	case <-ended:
		select {
		case <-probed:
		case <-ctx.Done():
		}
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
