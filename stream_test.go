package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

const followDocument = `subscription($after: String) { receipts(after: $after) { cursor receipt { seq type task { id status } } } }`

// event is an event of the ledger's stream.
type event struct {
	Cursor  string
	Receipt ledgerReceipt
}

// errComplete is the end of a stream that has nothing more to tell: its client would not come back.
var errComplete = errors.New("the stream is complete")

// stream is a subscription to the ledger. next returns errComplete at such an end, and any other error when the connection
// has ended or an event is an error.
type stream interface {
	next(ctx context.Context) (event, error)
	close()
}

func decodeEvent(payload []byte) (event, error) {
	var answer envelope
	if err := json.Unmarshal(payload, &answer); err != nil {
		return event{}, err
	}
	var got struct{ Receipts event }
	err := answer.into(&got)
	return got.Receipts, err
}

// mustNext is next for what must come soon.
func mustNext(t *testing.T, s stream) event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	e, err := s.next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sseStream is a stream over Server-Sent Events.
type sseStream struct {
	cancel context.CancelFunc
	body   io.ReadCloser
	lines  *bufio.Scanner
}

func (c *client) follow(ctx context.Context, after string) (stream, error) {
	ctx, cancel := context.WithCancel(ctx)
	response, err := c.post(ctx, "text/event-stream", "agent:planner", followDocument, map[string]any{"after": after})
	if err != nil {
		cancel()
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		cancel()
		return nil, errors.New(response.Status)
	}
	return &sseStream{cancel: cancel, body: response.Body, lines: bufio.NewScanner(response.Body)}, nil
}

func (s *sseStream) next(ctx context.Context) (event, error) {
	stop := context.AfterFunc(ctx, s.cancel)
	defer stop()
	name, data := "", ""
	for s.lines.Scan() {
		field, value, _ := strings.Cut(s.lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case field == "event":
			name = value
		case field == "data":
			data = value
		case field == "" && name == "next":
			return decodeEvent([]byte(data))
		case field == "" && name == "complete":
			return event{}, errComplete
		}
	}
	return event{}, errors.Join(io.EOF, s.lines.Err())
}

func (s *sseStream) close() {
	s.cancel()
	s.body.Close()
}

// socketStream is a stream over a WebSocket of its own.
type socketStream struct{ ws *websocket.Conn }

type socketMessage struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// openSocket opens a WebSocket for operations.
func (c *client) openSocket(ctx context.Context) (*socketStream, error) {
	header := http.Header{}
	c.identify(header, "agent:planner")
	ws, _, err := websocket.Dial(ctx, c.url+"/graphql", &websocket.DialOptions{
		HTTPClient: c.http, HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		return nil, err
	}
	s := &socketStream{ws}
	err = s.send(ctx, socketMessage{Type: "connection_init"})
	if err == nil {
		var ack socketMessage
		if ack, err = s.read(ctx); err == nil && ack.Type != "connection_ack" {
			err = fmt.Errorf("the server answered %s", ack.Type)
		}
	}
	if err != nil {
		ws.CloseNow()
		return nil, err
	}
	return s, nil
}

func (c *client) followOnSocket(ctx context.Context, after string) (stream, error) {
	s, err := c.openSocket(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.subscribe(ctx, followDocument, map[string]any{"after": after}); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// subscribe begins an operation, the only one of its socket.
func (s *socketStream) subscribe(ctx context.Context, document string, variables any) error {
	payload, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	return s.send(ctx, socketMessage{ID: "1", Type: "subscribe", Payload: payload})
}

func (s *socketStream) send(ctx context.Context, m socketMessage) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.ws.Write(ctx, websocket.MessageText, text)
}

func (s *socketStream) read(ctx context.Context) (m socketMessage, err error) {
	_, text, err := s.ws.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

func (s *socketStream) next(ctx context.Context) (event, error) {
	for {
		m, err := s.read(ctx)
		switch {
		case err != nil:
			return event{}, err
		case m.Type == "next":
			return decodeEvent(m.Payload)
		case m.Type == "complete":
			return event{}, errComplete
		case m.Type == "error":
			return event{}, fmt.Errorf("the subscription was refused: %s", m.Payload)
		case m.Type == "ping":
			if err := s.send(ctx, socketMessage{Type: "pong"}); err != nil {
				return event{}, err
			}
		}
	}
}

func (s *socketStream) close() { s.ws.CloseNow() }
