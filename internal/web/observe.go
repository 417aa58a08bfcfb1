package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/asyncgate/asyncgate/internal/auth"
)

// observe is the outermost layer: trace id, headers that every answer has, time limits of the connection, recovery from
// panics, access log.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, notes := withNotes(s.startRequest(r))
		r = r.WithContext(ctx)
		notes.answered = s.answered(ctx, notes, r.Method, r.URL.Path)
		rec := &recorder{ResponseWriter: w, peer: ctx}
		defer func() {
			r.Pattern = notes.pattern
			endRequest(r, rec.heard())
		}()
		setHeaders(w.Header(), r)
		s.limitConnection(w)

		defer func() {
			if !notes.outlived {
				notes.answered(rec.heard(), rec.bytes)
			}
		}()
		defer func() {
			value := recover()
			switch {
			case value == nil:
			case isAbort(value):
				panic(value)
			case rec.status != 0:
				_ = s.panicked(r.Context(), value)
				panic(http.ErrAbortHandler) // half an answer is sent: the connection must end, or it would look whole
			default:
				s.refuse(rec, r, http.StatusInternalServerError, s.panicked(r.Context(), value))
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

// answered returns what is called when a request is over that begins now, with the status and the bytes of its answer.
func (s *Server) answered(ctx context.Context, notes *notes, method, path string) func(status int, bytes int64) {
	start := time.Now()
	observed := s.opt.Observer.Request()
	return func(status int, bytes int64) {
		observed(routeOf(notes.pattern), status)
		if !s.opt.Logger.Enabled(ctx, slog.LevelDebug) {
			return
		}
		if notes.known {
			ctx = auth.WithViewer(ctx, notes.viewer)
		}
		s.opt.Logger.DebugContext(ctx, "request", "method", method, "path", fmt.Sprintf("%.100s", path),
			"status", status, "bytes", bytes, "duration", time.Since(start))
	}
}

// isAbort tells whether a panic is net/http's own way to give a connection up.
func isAbort(value any) bool {
	err, ok := value.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// limitConnection bounds the reading and writing of the request that begins. Handlers that take longer on purpose move
// the limits; they are also what a stream left behind on a connection that is used again.
func (s *Server) limitConnection(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	now := time.Now()
	_ = c.SetReadDeadline(now.Add(s.opt.RequestTimeout))
	_ = c.SetWriteDeadline(now.Add(2*s.opt.RequestTimeout + s.opt.WriteTimeout))
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	peer   context.Context // ends when the peer goes
	gone   bool
	status int
	bytes  int64
}

// heard returns the status that the peer was told; 0 when it was told nothing, or had gone and was told only that therefore its
// request has failed.
func (r *recorder) heard() int {
	if r.gone {
		return 0
	}
	return r.status
}

// WriteHeader remembers the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		r.status = status
		r.gone = status >= http.StatusInternalServerError && r.peer.Err() != nil
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController what lies beneath.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
