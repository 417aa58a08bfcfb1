package web

import (
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
		start := time.Now()
		ctx, notes := withNotes(s.startRequest(r))
		r = r.WithContext(ctx)
		answered := s.opt.Observer.Request()
		rec := &recorder{ResponseWriter: w}
		defer func() {
			r.Pattern = notes.pattern
			endRequest(r, rec.status)
		}()
		setHeaders(w.Header(), r)
		s.limitConnection(w)

		defer func() {
			answered(routeOf(notes.pattern), rec.status)
			s.log(r, notes, rec, time.Since(start))
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

// log writes a request's line of the access log.
func (s *Server) log(r *http.Request, notes *notes, rec *recorder, took time.Duration) {
	ctx := r.Context()
	if !s.opt.Logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	if notes.known {
		ctx = auth.WithViewer(ctx, notes.viewer)
	}
	s.opt.Logger.DebugContext(ctx, "request", "method", r.Method, "path", fmt.Sprintf("%.100s", r.URL.Path),
		"status", rec.status, "bytes", rec.bytes, "duration", took)
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
	status int
	bytes  int64
}

// WriteHeader remembers the first final status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		r.status = status
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
