package web

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/asyncgate/asyncgate/graph"
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

// serveSubscription answers a subscription with an event stream.
func (s *Server) serveSubscription(w http.ResponseWriter, r *http.Request, op *graphql.OperationContext) {
	ctx, cancel := context.WithCancelCause(r.Context())
	l := &listening{s: s, ctx: ctx, started: make(chan struct{}), events: make(chan []byte)}
	go l.start(op)
	defer l.end(cancel)

	// The headers tell that the subscription stands: what happens after them is in the stream.
	select {
	case <-l.started:
	case <-s.opt.Drain.Done():
		s.refuseDraining(w, r)
		return
	case <-ctx.Done():
		if gone := models.CauseOf(ctx); gone != nil {
			s.refuse(w, r, 0, gone)
		}
		return
	}
	out := s.openStream(w, r)
	endRequest(r, http.StatusOK)
	out.resumable, out.cancel = true, cancel
	l.begun = true
	go l.turns.take(l.deliver)
	out.pump(ctx, l.events, s.opt.Drain.Done())
}

// listening is the subscription of an event stream.
type listening struct {
	s   *Server
	ctx context.Context
	// started is closed when the subscription stands, or won't: then there is a refusal.
	started chan struct{}
	sub     graph.Subscription
	refusal *graphql.Response
	turns   turns
	begun   bool // to take turns
	// events take what is to be written; closed at the subscription's end.
	events chan []byte
}

// start sets the subscription up, in a goroutine of its own: that of the request waits for as long as the stream lasts, and
// what its stack once needed it keeps.
func (l *listening) start(op *graphql.OperationContext) {
	defer close(l.started)
	l.sub, l.refusal = l.s.subscribe(l.ctx, op, l.ring)
}

func (l *listening) ring() { l.turns.ring(l.deliver) }

// deliver hands on what there is, until there is nothing; false once there never will be.
func (l *listening) deliver() bool {
	if l.sub == nil {
		l.give(l.refusal)
		close(l.events)
		return false
	}
	for {
		resp, ended := l.s.next(l.ctx, l.sub)
		if resp == nil && !ended {
			return true
		}
		if resp != nil && !l.give(resp) || ended {
			l.sub.Close()
			close(l.events)
			return false
		}
	}
}

func (l *listening) give(resp *graphql.Response) bool {
	select {
	case l.events <- l.s.nextEvent(l.ctx, resp):
		return true
	case <-l.ctx.Done():
		return false
	}
}

// end ends the subscription, and returns when it is over: that must be before its request is.
func (l *listening) end(cancel context.CancelCauseFunc) {
	cancel(nil)
	<-l.started
	switch {
	case l.begun:
		l.ring()
		for range l.events {
		}
	case l.sub != nil:
		l.sub.Close()
	}
}

// serveStream answers a query or mutation with an event stream. It runs to its end also while draining.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request, op *graphql.OperationContext) {
	ctx, cancel := context.WithCancelCause(r.Context())
	events := make(chan []byte)
	go func() {
		defer close(events)
		s.run(ctx, op, func(resp *graphql.Response) bool {
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
	s.openStream(w, r).pump(ctx, events, nil)
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
