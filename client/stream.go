package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/Khan/genqlient/graphql"
)

const (
	// silence is how long a stream may be without a word. The server sends one at least every 15 s.
	silence = 45 * time.Second
	// maxLine bounds an event; the largest task, with its payload and its outcome, is a small part of it.
	maxLine = 16 << 20
)

var (
	errSilent = errors.New("the stream has fallen silent")
	errEnded  = errors.New("the stream has ended")
)

// stream is one connection of a subscription: server-sent events, as the protocol graphql-sse has them in its mode of distinct
// connections. It is read when its reader wants an event, and holds nothing beyond the one that is being read.
type stream struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	response *http.Response
	lines    *bufio.Scanner
	watchdog *time.Timer
}

// openStream subscribes. When it returns, the server has the subscription: what happens from now on is in it.
func (c *Client) openStream(ctx context.Context, document *graphql.Request) (*stream, error) {
	s := &stream{}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	s.watchdog = time.AfterFunc(c.timeout, func() { s.cancel(errSilent) })
	var err error
	if s.response, err = c.post(s.ctx, document, "text/event-stream"); err != nil { //nolint:bodyclose // s.close does it
		s.close()
		return nil, err
	}
	s.watchdog.Stop()
	if media, _, _ := mime.ParseMediaType(s.response.Header.Get("Content-Type")); media != "text/event-stream" {
		defer s.close()
		if err := decode(s.response, new(json.RawMessage)); err != nil {
			return nil, err
		}
		return nil, unexpected(s.response, errors.New("it is no event stream"))
	}
	s.lines = bufio.NewScanner(s.response.Body)
	s.lines.Buffer(nil, maxLine)
	return s, nil
}

// next waits for an event and returns its data. The error is an *Error: the server's, or that the stream has ended.
func (s *stream) next() (json.RawMessage, error) {
	defer s.watchdog.Stop()
	var name, data []byte
	for s.line() {
		field, value, _ := bytes.Cut(s.lines.Bytes(), []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch {
		case string(field) == "event":
			name = bytes.Clone(value)
		case string(field) == "data":
			data = append(data, value...)
		case len(s.lines.Bytes()) > 0: // a comment, which is a ping, or a field that means nothing here
		case string(name) == "next":
			return s.read(data)
		case string(name) == "complete":
			return nil, unanswered(errEnded)
		}
	}
	return nil, s.broken()
}

func (s *stream) line() bool {
	s.watchdog.Reset(silence)
	return s.lines.Scan()
}

func (s *stream) read(event []byte) (json.RawMessage, error) {
	var a answer
	if err := json.Unmarshal(event, &a); err != nil {
		return nil, unexpected(s.response, err)
	}
	var data json.RawMessage
	return data, a.into(s.response, &data)
}

// broken says why there are no more lines.
func (s *stream) broken() *Error {
	err := s.lines.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return &Error{Code: CodeUnexpectedAnswer, Message: "an event is longer than 16 MiB", cause: err}
	case s.ctx.Err() != nil:
		return unanswered(context.Cause(s.ctx))
	case err == nil:
		return unanswered(io.ErrUnexpectedEOF)
	default:
		return unanswered(err)
	}
}

func (s *stream) close() {
	s.watchdog.Stop()
	s.cancel(nil)
	if s.response != nil {
		_ = s.response.Body.Close()
	}
}
