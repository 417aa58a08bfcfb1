package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// The transport graphql-sse, distinct connections mode. Each response is an event `next`; the end is an event
// `complete`. What is wrong with the operation is said inside the stream, as the protocol demands; what is wrong with the
// request (credential, origin, size, method) is an HTTP status.
//
// An error in the middle of a subscription is a `next` with errors, and `complete` follows: the client hears why, and
// resumes with its cursor. While draining, a stream ends without `complete` and without an error: that is what a
// dropped connection looks like, and clients of graphql-sse, and EventSource, then connect again, to another replica.

// serveStream answers an operation with an event stream.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request, op *graphql.OperationContext) {
	ctx, cancel := context.WithCancel(r.Context())
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
		cancel()
		for range events { // the operation must be over before its request is
		}
	}()

	drain := s.opt.Drain
	if op.Operation.Operation != ast.Subscription {
		drain = nil // it runs to its end
	}
	// The headers tell that the subscription stands: what happens after them is in the stream.
	select {
	case <-started:
	case <-drain:
		s.refuseDraining(w, r)
		return
	case <-ctx.Done():
		return
	}
	out := s.openStream(w)
	out.pump(ctx, events, drain)
}

// streamOne answers with a stream of one response.
func (s *Server) streamOne(w http.ResponseWriter, resp *graphql.Response) {
	out := s.openStream(w)
	out.write(s.nextEvent(context.Background(), resp))
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
	s *Server
	w http.ResponseWriter
}

func (s *Server) openStream(w http.ResponseWriter) eventStream {
	h := w.Header()
	h.Set("Content-Type", mediaStream+"; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	out := eventStream{s, w}
	out.write(ping)
	return out
}

// pump passes events on until they end, the client is gone or cannot be written to, or drain is closed.
func (e eventStream) pump(ctx context.Context, events <-chan []byte, drain <-chan struct{}) {
	pings := time.NewTicker(e.s.opt.KeepAlive)
	defer pings.Stop()
	for {
		ok := false
		select {
		case event, more := <-events:
			switch {
			case ctx.Err() != nil:
			case drain != nil && e.s.draining():
				// What ends a subscription now is that all are ending: it must not look complete.
			case more:
				ok = e.write(event)
			default:
				e.write(completeEvent)
			}
		case <-pings.C:
			ok = e.write(ping)
		case <-drain:
		case <-ctx.Done():
		}
		if !ok {
			return
		}
	}
}

func (e eventStream) write(event []byte) bool {
	e.s.allowWriting(e.w)
	if _, err := e.w.Write(event); err != nil {
		return false
	}
	return http.NewResponseController(e.w).Flush() == nil
}
