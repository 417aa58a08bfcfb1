package faults_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

// event is what a stream of receipts delivers.
type event struct {
	Cursor  string
	Receipt receipt
}

// stream is one connection of a subscription. next returns a *refusal, or a *lostError when the connection has ended.
type stream interface {
	next(ctx context.Context) (json.RawMessage, error)
	close()
}

// transports open a subscription; when one returns, the server has it or is about to say why not. The stream ends with ctx.
var transports = map[string]func(ctx context.Context, c caller, url, query string, v vars) (stream, error){
	"SSE":       openEvents,
	"WebSocket": openSocket,
}

// events is a subscription over Server-Sent Events.
type events struct {
	body   io.ReadCloser
	reader *bufio.Reader
}

func openEvents(ctx context.Context, c caller, url, query string, v vars) (stream, error) {
	response, err := c.post(ctx, url, "text/event-stream", query, v)
	if err != nil {
		return nil, &lostError{err}
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, decodeAnswer(response, nil)
	}
	return &events{response.Body, bufio.NewReader(response.Body)}, nil
}

func (e *events) close() { e.body.Close() }

func (e *events) next(context.Context) (json.RawMessage, error) {
	for {
		kind, data, err := e.event()
		if err != nil {
			return nil, &lostError{err}
		}
		switch kind {
		case "next":
			var a answer
			if err := json.Unmarshal([]byte(data), &a); err != nil {
				return nil, fmt.Errorf("an event that is no JSON: %w: %s", err, data)
			}
			return a.Data, a.into(nil)
		case "complete":
			return nil, &lostError{errors.New("the server has ended the stream")}
		}
	}
}

// event returns the next event that is whole: an empty line ends it. kind is "" for a ping.
func (e *events) event() (kind, data string, err error) {
	for {
		line, err := e.reader.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "\n":
			return kind, data, nil
		case name == "event":
			kind = value
		case name == "data":
			data += value
		}
	}
}

// socket is a subscription over a WebSocket.
type socket struct{ conn *websocket.Conn }

type socketMessage struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func openSocket(ctx context.Context, c caller, url, query string, v vars) (stream, error) {
	header := c.header()
	header.Del("Content-Type")
	conn, _, err := websocket.Dial(ctx, url+"/graphql", &websocket.DialOptions{
		HTTPClient: c.http, HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"},
	})
	if err != nil {
		return nil, &lostError{err}
	}
	conn.SetReadLimit(-1)
	s := &socket{conn}
	payload, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err == nil {
		err = s.send(ctx, socketMessage{Type: "connection_init"})
	}
	if err == nil {
		_, err = s.receive(ctx, "connection_ack")
	}
	if err == nil {
		err = s.send(ctx, socketMessage{ID: "1", Type: "subscribe", Payload: payload})
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *socket) close() { s.conn.CloseNow() }

func (s *socket) send(ctx context.Context, m socketMessage) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := s.conn.Write(ctx, websocket.MessageText, data); err != nil {
		return &lostError{err}
	}
	return nil
}

// receive returns the next message of a type.
func (s *socket) receive(ctx context.Context, kind string) (socketMessage, error) {
	for {
		_, data, err := s.conn.Read(ctx)
		if code := websocket.CloseStatus(err); code >= 4400 && code < 4500 {
			return socketMessage{}, fmt.Errorf("the server has closed the socket: %w", err) // it is our mistake, says the protocol
		}
		if err != nil {
			return socketMessage{}, &lostError{err}
		}
		var m socketMessage
		if err := json.Unmarshal(data, &m); err != nil {
			return m, noMessage(data, err)
		}
		switch m.Type {
		case kind:
			return m, nil
		case "ping":
			err = s.send(ctx, socketMessage{Type: "pong"})
		case "error":
			var a answer
			if err = json.Unmarshal(m.Payload, &a.Errors); err == nil {
				err = a.into(nil)
			}
		case "complete":
			err = &lostError{errors.New("the server has ended the stream")}
		}
		if err != nil {
			return m, err
		}
	}
}

// noMessage says what is wrong with data that is no JSON. If it is only not all, the connection has ended within it: the
// library takes an end between two reads of a frame for the end of its message.
func noMessage(data []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset == int64(len(data)) {
		return &lostError{io.ErrUnexpectedEOF}
	}
	return fmt.Errorf("a message that is no JSON: %w: %s", err, data)
}

func (s *socket) next(ctx context.Context) (json.RawMessage, error) {
	m, err := s.receive(ctx, "next")
	if err != nil {
		return nil, err
	}
	var a answer
	if err := json.Unmarshal(m.Payload, &a); err != nil {
		return nil, fmt.Errorf("an event that is no JSON: %w: %s", err, m.Payload)
	}
	return a.Data, a.into(nil)
}
