package bench_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/coder/websocket"
)

// results is the subscription that is measured: as of an agent without a memory of its own, which first hears what it has not
// acknowledged yet.
const results = `subscription { resultReady(unacknowledged: true) { cursor receipt { seq type body task { id } } } }`

// stream is a connection with subscriptions of one principal to its results. next waits for the payload of the next event and
// says of which subscription it is, from 0; it fails when the connection has ended.
type stream interface {
	next() (subscription int, payload []byte, err error)
	close()
}

// transports open a connection with so many subscriptions; an event stream has one, whatever is asked for.
// The server may still be setting them up when they return.
var transports = map[string]func(ctx context.Context, c *caller, principal string, subscriptions int) (stream, error){
	"SSE":       openEvents,
	"WebSocket": openSocket,
}

// events is a subscription over Server-Sent Events. net/http's client would take more memory for it than the server does.
type events struct {
	conn  net.Conn
	lines *bufio.Reader
}

func openEvents(ctx context.Context, c *caller, principal string, _ int) (stream, error) {
	request, err := c.request(ctx, principal, "text/event-stream", results, nil)
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", request.URL.Host)
	if err != nil {
		return nil, err
	}
	err = request.Write(conn)
	reader := bufio.NewReaderSize(conn, 1<<10)
	var response *http.Response
	if err == nil {
		response, err = http.ReadResponse(reader, request)
	}
	if err == nil && response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body) // the status must do
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &events{conn, bufio.NewReaderSize(response.Body, 1<<10)}, nil
}

func (e *events) next() (int, []byte, error) {
	for {
		line, err := e.lines.ReadBytes('\n')
		if err != nil {
			return 0, nil, err
		}
		if data, ok := bytes.CutPrefix(line, []byte("data: {")); ok {
			return 0, append([]byte("{"), data...), nil
		}
		if bytes.HasPrefix(line, []byte("event: complete")) {
			return 0, nil, errors.New("the server has ended the stream")
		}
	}
}

func (e *events) close() { e.conn.Close() }

// socket is subscriptions over a WebSocket.
type socket struct{ conn *websocket.Conn }

type socketMessage struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func openSocket(ctx context.Context, c *caller, principal string, subscriptions int) (stream, error) {
	conn, _, err := websocket.Dial(ctx, c.url+"/graphql", &websocket.DialOptions{
		HTTPClient: c.http, HTTPHeader: c.header(principal), Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		return nil, err
	}
	s := &socket{conn}
	if err := s.open(ctx, subscriptions); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *socket) open(ctx context.Context, subscriptions int) error {
	payload, err := json.Marshal(map[string]any{"query": results})
	if err != nil {
		return err
	}
	messages := []socketMessage{{Type: "connection_init"}}
	for i := range subscriptions {
		messages = append(messages, socketMessage{ID: fmt.Sprint(i), Type: "subscribe", Payload: payload})
	}
	for _, m := range messages {
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if err := s.conn.Write(ctx, websocket.MessageText, text); err != nil {
			return err
		}
	}
	_, _, err = s.read(ctx, "connection_ack")
	return err
}

// read returns the next message of a type.
func (s *socket) read(ctx context.Context, kind string) (id string, payload json.RawMessage, err error) {
	for {
		_, text, err := s.conn.Read(ctx)
		if err != nil {
			return "", nil, err
		}
		var m socketMessage
		if err := json.Unmarshal(text, &m); err != nil {
			return "", nil, err
		}
		switch m.Type {
		case kind:
			return m.ID, m.Payload, nil
		case "error", "complete":
			return "", nil, errors.New("the server has ended a subscription: " + strings.TrimSpace(string(text)))
		}
	}
}

func (s *socket) next() (int, []byte, error) {
	id, payload, err := s.read(context.Background(), "next")
	if err != nil {
		return 0, nil, err
	}
	subscription, err := strconv.Atoi(id)
	return subscription, payload, err
}

func (s *socket) close() { s.conn.CloseNow() }
