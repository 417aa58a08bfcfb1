package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

// present gives an error of this room, or of the doorkeeper, the shape that the executor's presenter gives to all others.
// What is no models.Error is INTERNAL: logged here in full, shown to nobody.
func (s *Server) present(ctx context.Context, err error) *gqlerror.Error {
	var e *models.Error
	if !errors.As(err, &e) {
		s.opt.Logger.ErrorContext(ctx, "request failed", "error", err, "trace_id", trace.ID(ctx))
		e = models.Errorf(models.CodeInternal, "internal error; the server's log has it under this trace id")
	}
	extensions := map[string]any{}
	for name, value := range e.Fields {
		extensions[name] = value
	}
	extensions["code"] = string(e.Code)
	extensions["retryable"] = e.Code.Retryable()
	extensions["traceId"] = trace.ID(ctx)
	return &gqlerror.Error{Message: e.Message, Extensions: extensions}
}

// messageOf is the message of an error without its code.
func messageOf(err error) string {
	if e := new(models.Error); errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

// problem is a response that says only what went wrong.
func (s *Server) problem(ctx context.Context, err error) *graphql.Response {
	return &graphql.Response{Errors: gqlerror.List{s.present(ctx, err)}}
}

// panicked logs a recovered panic with its stack and returns what may be said of it.
func (s *Server) panicked(ctx context.Context, value any) error {
	s.opt.Logger.ErrorContext(ctx, "panic", "panic", fmt.Sprint(value), "stack", string(debug.Stack()), "trace_id", trace.ID(ctx))
	return models.Errorf(models.CodeInternal, "internal error; the server's log has it under this trace id")
}

// refuse answers with one error and the given status; 0 takes the status that the error's code has.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	accepted, _ := negotiate(r.Header)
	media := mediaJSON
	if accepted == mediaResponse {
		media = mediaResponse
	}
	resp := s.problem(r.Context(), err)
	if status == 0 {
		status = statusOf(media, resp)
		if accepted == mediaStream && status == http.StatusOK {
			status = http.StatusBadRequest // 200 would say that a stream follows
		}
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="asyncgate"`)
	}
	s.write(w, r, media, status, resp)
}

// refuseDraining answers what must go to another replica, or be repeated when this one is back.
func (s *Server) refuseDraining(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	s.refuse(w, r, http.StatusServiceUnavailable, errDraining())
}

func errDraining() error {
	return models.Errorf(models.CodeUnavailable, "the server is shutting down; repeat the request")
}

func errTooSlow() error {
	return models.Errorf(models.CodeSubscriberTooSlow, "the stream was not read for too long; reconnect with your last cursor")
}

// whenStuck calls makeRoom of l when a write that begins now takes too long; stop it after the write, and it tells whether
// the write was in time.
func (s *Server) whenStuck(l line) (stop func() bool) {
	return time.AfterFunc(s.opt.WriteTimeout*2/3, l.makeRoom).Stop
}

// write sends a response as a whole.
func (s *Server) write(w http.ResponseWriter, r *http.Request, media string, status int, resp *graphql.Response) {
	body, err := encode(resp)
	if err != nil {
		status = http.StatusInternalServerError
		body, _ = encode(s.problem(r.Context(), err))
	}
	s.allowWriting(w)
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(body) // a peer that is gone has no use for an error
}

// allowWriting gives the next write its time. Writers without deadlines (tests) do without.
func (s *Server) allowWriting(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.opt.WriteTimeout))
}
