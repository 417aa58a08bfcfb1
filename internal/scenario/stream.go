package scenario

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// stream is a subscription over Server-Sent Events. Its events are taken in the order in which they come.
type stream struct {
	events chan *answer
	// failed says, once events is closed, why there are no more.
	failed error
	close  context.CancelFunc
}

// subscribe opens a stream; when it returns, the server has it. The answer is that of a subscription that was refused.
func (s *Server) subscribe(ctx context.Context, who caller, document string, variables any) (*stream, *answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	response, err := s.post(ctx, who, "text/event-stream", document, variables)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		defer cancel()
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, nil, err
		}
		refused, err := decode(text)
		return nil, refused, err
	}
	st := &stream{events: make(chan *answer), close: cancel}
	go st.read(ctx, response.Body)
	return st, nil, nil
}

// read takes the stream apart: an event is some lines `field: value` and an empty one; comments begin with a colon.
func (s *stream) read(ctx context.Context, body io.ReadCloser) {
	defer close(s.events)
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 4<<20)
	event, data := "", ""
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ":")
		switch {
		case field == "event":
			event = strings.TrimSpace(value)
		case field == "data":
			data += strings.TrimPrefix(value, " ")
		case lines.Text() != "":
		case event == "next":
			a, err := decode([]byte(data))
			if err != nil {
				s.failed = err
				return
			}
			select {
			case s.events <- a:
			case <-ctx.Done():
				return
			}
			event, data = "", ""
		case event == "complete":
			s.failed = errors.New("the stream is complete")
			return
		default:
			event, data = "", ""
		}
	}
	s.failed = errors.Join(errors.New("the connection ended"), lines.Err())
}

// next waits for the next event.
func (s *stream) next(ctx context.Context) (*answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("no event came for %s", patience))
	defer cancel()
	select {
	case a, ok := <-s.events:
		if !ok {
			return nil, s.failed
		}
		return a, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// end closes the stream and waits for its reader.
func (s *stream) end() {
	s.close()
	for range s.events { // what nobody has asked for
	}
}

// patience is how long a story waits for what must come. It is only ever waited out by a story that fails.
const patience = 30 * time.Second
