package web_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

func TestDrain(t *testing.T) {
	t.Parallel()

	t.Run("new operations are sent elsewhere", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.drain()
		for _, header := range [][]string{nil, {"Accept", "text/event-stream"}} {
			resp, err := s.client.Do(s.request(t, "POST", "/graphql", `{"query":"{ whoami }"}`, header...))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != 503 || !resp.Close {
				t.Errorf("got %d, close %v", resp.StatusCode, resp.Close)
			}
		}
		s.post(t, "{ whoami }").expect(t, 503, models.CodeUnavailable)
		if _, resp, err := websocket.Dial(t.Context(), s.url+"/graphql", nil); err == nil || resp.StatusCode != 503 {
			t.Errorf("a WebSocket: %v", err)
		}
		s.do(t, "GET", "/healthz", "").expect(t, 200, "")
		if r := s.do(t, "GET", "/readyz", ""); r.status != 503 || r.body != "draining: the server is shutting down\n" {
			t.Errorf("readyz: %d %q", r.status, r.body)
		}
	})

	t.Run("a running mutation finishes", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		answer := make(chan reply, 2)
		go func() { answer <- s.post(t, "mutation { hold }") }()
		go func() { answer <- s.post(t, "mutation { hold }", "Accept", "text/event-stream") }()
		await(t, "the mutation", s.entered)
		await(t, "the mutation", s.entered)
		s.drain()
		close(s.release)
		for range 2 {
			if r := await(t, "the answer", answer); r.status != 200 {
				t.Errorf("got %d %s", r.status, r.body)
			}
		}
	})

	t.Run("an event stream ends without complete, so that its client connects again", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		e := s.stream(t, "subscription { ticks }")
		s.ticks <- "one"
		e.expect("one")
		s.drain()
		e.expect("")
		await(t, "the end of the subscription", s.ended)
	})

	t.Run("a WebSocket goes away, without complete", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the subscription", s.entered)
		s.drain()
		p.expectClose(1001)
	})

	t.Run("what ends because all ends does not look complete", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		e, p := s.stream(t, "subscription { ticks }"), s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the first subscription", s.entered)
		await(t, "the second subscription", s.entered)
		s.drain()
		close(s.ticks)
		e.expect("")
		p.expectClose(1001)
	})

	t.Run("a WebSocket first finishes its mutations and takes nothing new", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "mutation { hold }")
		p.subscribe("2", "subscription { ticks }")
		await(t, "the mutation", s.entered)
		await(t, "the subscription", s.entered)
		s.drain()
		await(t, "the end of the subscription", s.ended)
		p.subscribe("3", "{ whoami }")
		p.expect(`{"id":"3","type":"error","payload":[{"message":"the server is shutting down`)
		close(s.release)
		p.expect(`{"id":"1","type":"next","payload":{"data":{"hold":"released"}}}`, `{"id":"1","type":"complete"}`)
		p.expectClose(1001)
	})
}

// shutdown shuts the stage down as at SIGTERM; the channel has what came of it.
func (s *stage) shutdown(within time.Duration) <-chan error {
	s.drain()
	down := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		down <- s.web.Shutdown(ctx, s.server.Config)
	}()
	return down
}

// forever is longer than await waits.
const forever = time.Minute

func TestShutdown(t *testing.T) {
	t.Parallel()

	t.Run("waits for what runs", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "mutation { hold }")
		await(t, "the mutation", s.entered)
		down := s.shutdown(forever)
		close(s.release)
		p.expect(`"type":"next"`, `"type":"complete"`)
		p.expectClose(1001)
		if err := await(t, "the shutdown", down); err != nil {
			t.Error(err)
		}
	})

	t.Run("meanwhile whoever comes hears why it is sent away", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		answer := make(chan reply, 1)
		go func() { answer <- s.post(t, "mutation { hold }") }()
		await(t, "the mutation", s.entered)
		down := s.shutdown(forever)
		for range 20 {
			s.client.CloseIdleConnections() // each comes by a connection of its own
			if r := s.do(t, "GET", "/readyz", ""); r.status != 503 || r.body != "draining: the server is shutting down\n" {
				t.Fatalf("readyz: %d %q", r.status, r.body)
			}
			s.do(t, "GET", "/healthz", "").expect(t, 200, "")
			s.post(t, "{ whoami }").expect(t, 503, models.CodeUnavailable)
		}
		close(s.release)
		if r := await(t, "the answer", answer); r.Data["hold"] != "released" {
			t.Errorf("got %d %s", r.status, r.body)
		}
		if err := await(t, "the shutdown", down); err != nil {
			t.Error(err)
		}
		if _, err := s.client.Do(s.request(t, "GET", "/healthz", "")); err == nil {
			t.Error("it listens on")
		}
	})

	t.Run("does not wait long for who does not say what it wants", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		const begun = "POST /graphql HTTP/1.1\r\nHost: localhost\r\n"
		s.raw(t, "")
		s.raw(t, "GET /healthz HT")
		unread, _ := s.raw(t, begun+"Content-Length: 100\r\n\r\n")
		io.WriteString(unread, "{}")
		stalled, stalledAnswer := s.raw(t, begun+"Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
		if _, err := stalledAnswer.Discard(len("HTTP/1.1 100 Continue\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		io.WriteString(stalled, `{"que`)
		if err := await(t, "the shutdown", s.shutdown(forever)); err != nil {
			t.Error(err)
		}
		if line, err := stalledAnswer.ReadString('\n'); !strings.Contains(line, " 503 ") {
			t.Errorf("whose body stalls is answered %q %v", line, err)
		}
	})

	t.Run("cuts off what does not end in time", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "mutation { hold }")
		answer := make(chan reply, 1)
		go func() { answer <- s.post(t, "mutation { hold }") }()
		await(t, "a mutation", s.entered)
		await(t, "a mutation", s.entered)
		if err := await(t, "the shutdown", s.shutdown(20*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		await(t, "an answer", answer).expect(t, 503, models.CodeUnavailable)
		p.expectClose(-1)
	})
}

// raw opens a connection, for HTTP/1.1 when it is TLS, and writes text to it.
func (s *stage) raw(t *testing.T, text string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", s.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if s.server.TLS != nil {
		trusting := s.client.Transport.(*http.Transport).TLSClientConfig.Clone()
		trusting.NextProtos, trusting.ServerName = nil, "127.0.0.1"
		conn = tls.Client(conn, trusting)
	}
	io.WriteString(conn, text)
	return conn, bufio.NewReader(conn)
}

func TestHTTPServer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	server := s.web.HTTPServer("127.0.0.1:0")
	if server.Handler != http.Handler(s.web) || server.ReadHeaderTimeout == 0 || server.IdleTimeout == 0 || server.MaxHeaderBytes == 0 {
		t.Errorf("got %+v", server)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if r := s.do(t, "GET", "/readyz", ""); r.status != 200 || r.body != "ready\n" {
		t.Errorf("got %d %q", r.status, r.body)
	}
	for want, err := range map[string]error{
		"not ready: the database does not answer\n": models.Errorf(models.CodeUnavailable, "the database does not answer"),
		"not ready: the sweeper is late\n":          errors.New("the sweeper is late"),
	} {
		s := newStage(t, func(o *web.Options) { o.Ready = func(context.Context) error { return err } })
		if r := s.do(t, "GET", "/readyz", ""); r.status != 503 || r.body != want {
			t.Errorf("got %d %q", r.status, r.body)
		}
	}
}
