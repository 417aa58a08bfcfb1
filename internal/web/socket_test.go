package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/asyncgate/asyncgate/internal/web"
)

// peer is the other end of a WebSocket.
type peer struct {
	t  *testing.T
	ws *websocket.Conn
}

// dial opens a WebSocket; header holds name, value, name, value, …
func (s *stage) dial(t *testing.T, header ...string) *peer {
	t.Helper()
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return s.dialWith(t, &websocket.DialOptions{HTTPHeader: h, Subprotocols: []string{"graphql-transport-ws"}})
}

func (s *stage) dialAs(t *testing.T, subprotocols ...string) *peer {
	t.Helper()
	return s.dialWith(t, &websocket.DialOptions{Subprotocols: subprotocols})
}

func (s *stage) dialWith(t *testing.T, options *websocket.DialOptions) *peer {
	t.Helper()
	options.HTTPClient = s.client
	ws, _, err := websocket.Dial(t.Context(), s.url+"/graphql", options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.CloseNow() })
	ws.SetReadLimit(-1)
	return &peer{t, ws}
}

// connected opens a WebSocket and initialises it.
func (s *stage) connected(t *testing.T, header ...string) *peer {
	t.Helper()
	p := s.dial(t, header...)
	p.send(`{"type":"connection_init"}`)
	p.expect(`{"type":"connection_ack"}`)
	return p
}

func (p *peer) send(text string) {
	p.t.Helper()
	if err := p.ws.Write(p.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) subscribe(id, query string) {
	p.t.Helper()
	text, _ := json.Marshal(map[string]any{"id": id, "type": "subscribe", "payload": map[string]any{"query": query}})
	p.send(string(text))
}

// expect reads a message for each want and finds want in it.
func (p *peer) expect(wants ...string) {
	p.t.Helper()
	for _, want := range wants {
		ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
		_, data, err := p.ws.Read(ctx)
		cancel()
		if err != nil || !strings.Contains(string(data), want) {
			p.t.Fatalf("got %s, %v; want %s", data, err, want)
		}
	}
}

// expectClose reads on until the socket is closed, with code; -1 is without goodbye. Messages before it are an error.
func (p *peer) expectClose(code websocket.StatusCode) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	_, data, err := p.ws.Read(ctx)
	if err == nil || websocket.CloseStatus(err) != code || ctx.Err() != nil {
		p.t.Fatalf("got %s, %v; want the end with %d", data, err, code)
	}
	return err.Error()
}

func TestSocketInit(t *testing.T) {
	t.Parallel()
	s := newStage(t)

	const tenant = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
	t.Run("credentials come from the headers and the payload together", func(t *testing.T) {
		t.Parallel()
		for payload, want := range map[string]string{
			`{"X-Tenant-Id":"","x-principal":null,"other":1}`: "worker:w of 00000000",
			`{"X-PRINCIPAL":"worker:w"}`:                      "worker:w of 00000000",
			`{"x-tenant-id":"` + tenant + `"}`:                "worker:w of 7d444840",
		} {
			p := s.dial(t, "X-Principal", "worker:w")
			p.send(`{"type":"connection_init","payload":` + payload + `}`)
			p.expect(`connection_ack`)
			p.subscribe("1", "{ whoami }")
			p.expect(want, `{"id":"1","type":"complete"}`)
		}
	})

	t.Run("those that contradict each other close with 4403", func(t *testing.T) {
		t.Parallel()
		for _, payload := range []string{`{"X-PRINCIPAL":"agent:a"}`, `{"x-tenant-id":"00000000-0000-0000-0000-000000000000"}`} {
			p := s.dial(t, "X-Principal", "worker:w", "X-Tenant-ID", tenant)
			p.send(`{"type":"connection_init","payload":` + payload + `}`)
			if reason := p.expectClose(4403); !strings.Contains(reason, "FORBIDDEN: two values of X-") {
				t.Error(reason)
			}
		}
	})

	for name, tt := range map[string]struct {
		messages []string
		code     websocket.StatusCode
	}{
		"a malformed principal":         {[]string{`{"type":"connection_init","payload":{"x-principal":"nobody"}}`}, 4401},
		"a principal of the server":     {[]string{`{"type":"connection_init","payload":{"x-principal":"system:x"}}`}, 4403},
		"a principal that is a number":  {[]string{`{"type":"connection_init","payload":{"x-principal":1}}`}, 4401},
		"a principal in two spellings":  {[]string{`{"type":"connection_init","payload":{"x-principal":"agent:a","X-Principal":"agent:b"}}`}, 4401},
		"a payload that is no object":   {[]string{`{"type":"connection_init","payload":[]}`}, 4400},
		"a subscription before the ack": {[]string{`{"id":"1","type":"subscribe","payload":{"query":"{ whoami }"}}`}, 4401},
		"no JSON":                       {[]string{`{`}, 4400},
		"no object":                     {[]string{`[]`}, 4400},
		"no type":                       {[]string{`{}`}, 4400},
		"an unknown type":               {[]string{`{"type":"connection_terminate"}`}, 4400},
		"a type of the server's":        {[]string{`{"type":"connection_ack"}`}, 4400},
		"a ping with a string":          {[]string{`{"type":"ping","payload":"x"}`}, 4400},
		"complete without an id":        {[]string{`{"type":"complete"}`}, 4400},
	} {
		t.Run(fmt.Sprintf("%s closes with %d", name, tt.code), func(t *testing.T) {
			t.Parallel()
			p := s.dial(t)
			for _, m := range tt.messages {
				p.send(m)
			}
			p.expectClose(tt.code)
		})
	}

	t.Run("a second init closes with 4429", func(t *testing.T) {
		t.Parallel()
		p := s.connected(t)
		p.send(`{"type":"connection_init"}`)
		p.expectClose(4429)
	})
	t.Run("no init closes with 4408", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.InitTimeout = 20 * time.Millisecond })
		s.dial(t).expectClose(4408)
	})
	t.Run("another subprotocol closes with 4406", func(t *testing.T) {
		t.Parallel()
		p := s.dialAs(t, "graphql-ws")
		if got := p.ws.Subprotocol(); got != "graphql-ws" {
			t.Errorf("%q is taken: a browser would not wait for the close code", got)
		}
		p.expectClose(4406)
	})
	t.Run("no subprotocol closes with 4406", func(t *testing.T) {
		t.Parallel()
		s.dialAs(t).expectClose(4406)
	})
	t.Run("of several subprotocols ours is taken", func(t *testing.T) {
		t.Parallel()
		p := s.dialAs(t, "graphql-ws", "graphql-transport-ws")
		p.send(`{"type":"connection_init"}`)
		p.expect(`{"type":"connection_ack"}`)
	})
	t.Run("a binary message closes with 4400", func(t *testing.T) {
		t.Parallel()
		p := s.dial(t)
		_ = p.ws.Write(t.Context(), websocket.MessageBinary, []byte(`{"type":"connection_init"}`))
		p.expectClose(4400)
	})
	t.Run("a message over the limit closes with 1009", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.MaxBody = 1000 })
		p := s.connected(t)
		p.send(`{"type":"ping","payload":{"x":"` + strings.Repeat("x", 10_000) + `"}}`)
		p.expectClose(websocket.StatusMessageTooBig)
	})
	t.Run("a stranger's limit is a small one", func(t *testing.T) {
		t.Parallel()
		long := strings.Repeat("x", 64<<10) // little more than is taken: what is left unread would tear the connection
		p := s.dial(t)
		p.send(`{"type":"connection_init","payload":{"x":"` + long + `"}}`)
		p.expectClose(websocket.StatusMessageTooBig)
		known := s.connected(t)
		known.send(`{"type":"ping","payload":{"x":"` + long + `"}}`)
		known.expect(long)
	})
}
