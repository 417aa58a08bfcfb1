package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/models"
)

// The transport graphql-sse, distinct connections mode. Each response is an event `next`; the end is an event
// `complete`. What is wrong with the operation is said inside the stream, as the protocol demands; what is wrong with the
// request (credential, origin, size, method) is an HTTP status.
//
// An error in the middle of a subscription, as SUBSCRIBER_TOO_SLOW, is a `next` with errors, and `complete` follows: the
// client hears why, and resumes with its cursor. So does what runs under a credential that stops to count: UNAUTHENTICATED.
// While draining, a stream ends without `complete` and without an error:
// that is what a dropped connection looks like, and clients of graphql-sse, and EventSource, then connect again, to
// another replica.

// serveStream answers an operation with an event stream.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request, op *graphql.OperationContext) {
	ctx, cancel := context.WithCancelCause(r.Context())
	events := make(chan []byte)
	started := make(chan struct{})
	go func() {
		defer close(events)
		s.run(ctx, op, sync.OnceFunc(func() { close(started) }), func(resp *graphql.Response) bool {
			select {
			case events <- s.nextEvent(ctx, resp):
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	defer func() {
		cancel(nil)
		for range events { // the operation must be over before its request is
		}
	}()

	subscription := op.Operation.Operation == ast.Subscription
	drain := s.opt.Drain
	if !subscription {
		drain = nil // it runs to its end
	}
	// The headers tell that the subscription stands: what happens after them is in the stream.
	select {
	case <-started:
	case <-drain:
		s.refuseDraining(w, r)
		return
	case <-ctx.Done():
		if gone := models.CauseOf(ctx); gone != nil {
			s.refuse(w, r, 0, gone)
		}
		return
	}
	out := s.openStream(w, r)
	if subscription {
		endRequest(r, http.StatusOK)
	}
	out.resumable, out.cancel = subscription, cancel
	out.pump(ctx, events, drain)
}

// streamOne answers with a stream of one response.
func (s *Server) streamOne(w http.ResponseWriter, r *http.Request, resp *graphql.Response) {
	out := s.openStream(w, r)
	out.write(s.nextEvent(r.Context(), resp))
	out.write(completeEvent)
}

var (
	// ping is a comment: readers skip it, and proxies see that the connection lives.
	ping          = []byte(":\n\n")
	completeEvent = []byte("event: complete\ndata:\n\n")
)

func (s *Server) nextEvent(ctx context.Context, resp *graphql.Response) []byte {
	body, err := encode(resp)
	if err != nil {
		body, _ = encode(s.problem(ctx, err))
	}
	event := make([]byte, 0, len(body)+32)
	event = append(event, "event: next\ndata: "...)
	event = append(event, body...)
	return append(event, "\n\n"...)
}

// eventStream writes events, each within its time.
type eventStream struct {
	s    *Server
	w    http.ResponseWriter
	line line
	// resumable is what a subscription is: it may be ended at any event, by cancel, which tells it why.
	resumable bool
	cancel    context.CancelCauseFunc
}

func (s *Server) openStream(w http.ResponseWriter, r *http.Request) eventStream {
	h := w.Header()
	h.Set("Content-Type", mediaStream+"; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	out := eventStream{s: s, w: w, line: s.beginStream(r)}
	out.write(ping)
	return out
}

// pump passes events on until they end, the client is gone, is not believed any more or does not read, or drain is closed.
func (e eventStream) pump(ctx context.Context, events <-chan []byte, drain <-chan struct{}) {
	pings := time.NewTicker(e.s.opt.KeepAlive)
	defer pings.Stop()
	for {
		due := ping
		select {
		case event, more := <-events:
			switch {
			case ctx.Err() != nil:
				e.end(ctx)
				return
			case drain != nil && e.s.draining():
				return // what ends a subscription now is that all are ending: it must not look complete
			case !more:
				e.write(completeEvent)
				return
			}
			due = event
		case <-pings.C:
		case <-drain:
			return
		case <-ctx.Done():
			e.end(ctx)
			return
		}
		if !e.offer(ctx, due) {
			return
		}
	}
}

// end says why the context of a stream has ended, if that is for the client to know.
func (e eventStream) end(ctx context.Context) {
	if gone := models.CauseOf(ctx); gone != nil {
		e.write(e.s.nextEvent(ctx, e.s.problem(ctx, gone)))
		e.write(completeEvent)
	}
}

// offer writes an event that others may follow; false when none may. A subscription whose reader takes too long for it is
// ended.
func (e eventStream) offer(ctx context.Context, event []byte) bool {
	inTime := e.s.whenStuck(e.line)
	written := e.write(event)
	if inTime() || !e.resumable {
		return written
	}
	e.cancel(errTooSlow())
	e.end(ctx)
	return false
}

func (e eventStream) write(event []byte) bool {
	e.s.allowWriting(e.w, 0)
	if _, err := e.w.Write(event); err != nil {
		return false
	}
	return http.NewResponseController(e.w).Flush() == nil
}
