package web_test

import (
	"context"
	"errors"
	"net/http"
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
		close(s.drain)
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
		close(s.drain)
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
		close(s.drain)
		e.expect("")
		await(t, "the end of the subscription", s.ended)
	})

	t.Run("a WebSocket goes away, without complete", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the subscription", s.entered)
		close(s.drain)
		p.expectClose(1001)
	})

	t.Run("what ends because all ends does not look complete", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		e, p := s.stream(t, "subscription { ticks }"), s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the first subscription", s.entered)
		await(t, "the second subscription", s.entered)
		close(s.drain)
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
		close(s.drain)
		await(t, "the end of the subscription", s.ended)
		p.subscribe("3", "{ whoami }")
		p.expect(`{"id":"3","type":"error","payload":[{"message":"the server is shutting down`)
		close(s.release)
		p.expect(`{"id":"1","type":"next","payload":{"data":{"hold":"released"}}}`, `{"id":"1","type":"complete"}`)
		p.expectClose(1001)
	})
}

func TestShutdown(t *testing.T) {
	t.Parallel()

	t.Run("waits for what runs", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "mutation { hold }")
		await(t, "the mutation", s.entered)
		close(s.drain)
		down := make(chan error, 1)
		go func() { down <- s.web.Shutdown(context.Background(), s.server.Config) }()
		close(s.release)
		p.expect(`"type":"next"`, `"type":"complete"`)
		p.expectClose(1001)
		if err := await(t, "the shutdown", down); err != nil {
			t.Error(err)
		}
	})

	t.Run("cuts off what does not end in time", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "mutation { hold }")
		await(t, "the mutation", s.entered)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		if err := s.web.Shutdown(ctx, s.server.Config); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		p.expectClose(-1)
	})
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
