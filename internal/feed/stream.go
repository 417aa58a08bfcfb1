package feed

import (
	"context"

	"github.com/asyncgate/asyncgate/models"
)

// Stream is a stream of events that its reader pulls. It has no goroutine and no queue: what nobody has taken is in the
// ledger, so that a reader may be as slow as it likes, and one that waits costs its place and nothing else.
//
// Call Next once the stream is open, and again until it has nothing. The ring that the stream was opened with then tells when
// there may be more, and when the hub is closed. It is called by many at once, also before the opening has returned, and under
// locks of the feed: it must return at once, and call nothing of the stream. That the reader's context ends is for the reader
// to notice. Next and Close belong to one goroutine at a time.
type Stream[E any] struct {
	hub    *Hub
	source source[E]
	ahead  []E // taken from the source, and not from the stream
	closed bool
}

// source is where a stream's events come from.
type source[E any] interface {
	// take returns the next events, at most a page; none when there are no more now.
	take(ctx context.Context) ([]E, error)
	// close gives up the place.
	close()
}

var errTooSlow = models.Errorf(models.CodeSubscriberTooSlow, "the stream was not read for too long; reconnect with your last cursor")

// Next returns the next event; not ok when there is none now. It waits for nothing but the database. An error is the end, and
// closes the stream: ctx's cause when ctx has ended. UNAVAILABLE: the hub is draining, or the database is out of reach.
// SUBSCRIBER_TOO_SLOW: what was not taken has become too much, where it is not in the ledger. After any of them, the cursor of
// the last event resumes the stream.
func (s *Stream[E]) Next(ctx context.Context) (event E, ok bool, err error) {
	if err := s.over(ctx); err != nil {
		s.Close()
		return event, false, err
	}
	if len(s.ahead) == 0 {
		if s.ahead, err = s.source.take(ctx); err != nil {
			if over := s.over(ctx); over != nil {
				err = over // of which the other is but an echo
			}
			s.Close()
			return event, false, err
		}
	}
	if len(s.ahead) == 0 {
		s.ahead = nil
		return event, false, nil
	}
	event = s.ahead[0]
	clear(s.ahead[:1])
	s.ahead = s.ahead[1:]
	return event, true, nil
}

// Close ends the stream. Calling it again is harmless.
func (s *Stream[E]) Close() {
	if !s.closed {
		s.closed = true
		s.ahead = nil
		s.source.close()
	}
}

// over returns why the stream goes on no longer, nil while it does.
func (s *Stream[E]) over(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case s.hub.ctx.Err() != nil:
		return errDraining
	case s.closed:
		return errClosed
	default:
		return nil
	}
}

// errClosed is the fault of who reads on behind the end.
var errClosed = models.Errorf(models.CodeInternal, "the stream is closed")
