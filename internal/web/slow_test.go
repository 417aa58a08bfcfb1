package web_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
)

// TestReaderThatDoesNotRead gives each transport more than its peer takes: the subscription ends, and the peer, when it
// reads on at last, finds every event up to the end, and why it came.
func TestReaderThatDoesNotRead(t *testing.T) {
	t.Parallel()
	soon := func(o *web.Options) { o.WriteTimeout = 3 * time.Second }

	for name, make := range stages {
		t.Run("of an event stream, "+name, func(t *testing.T) {
			t.Parallel()
			s := make(t, soon)
			conn, answers := s.raw(t, "GET /graphql?query=subscription{ticks} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
			taken := s.tickUntilEnd(t)
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			resp, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			e := &events{t: t, reader: bufio.NewReader(resp.Body)}
			lastWords(t, taken, e.next)
			e.expect(completed, "")
		})

		t.Run("of a WebSocket, "+name, func(t *testing.T) {
			t.Parallel()
			s := make(t, soon)
			p := s.connected(t)
			p.subscribe("1", "subscription { ticks }")
			taken := s.tickUntilEnd(t)
			lastWords(t, taken, p.next)
			p.expect(`{"id":"1","type":"complete"}`)
			p.subscribe("1", "{ whoami }") // the socket is as good as before
			p.expect("agent:dev", "complete")
		})
	}

	t.Run("of a WebSocket that has pings to answer first", func(t *testing.T) {
		t.Parallel()
		const keepAlive = 4 * time.Second // of which a fifth is all that a busy machine may take to let a timer fire
		s := newStage(t, func(o *web.Options) { o.KeepAlive, o.WriteTimeout = keepAlive, keepAlive*3/4 })
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		<-time.After(keepAlive + keepAlive/20) // a ping lies before the events
		taken := s.tickUntilEnd(t)
		<-time.After(2 * keepAlive) // and its answer is overdue
		lastWords(t, taken, p.next)
	})
}

// tickUntilEnd sends ticks of some KiB until the subscription has ended, and returns how many it took.
func (s *stage) tickUntilEnd(t *testing.T) (taken int) {
	t.Helper()
	await(t, "the subscription", s.entered)
	large := strings.Repeat("x", 8<<10)
	deadline := time.After(20 * time.Second)
	for {
		select {
		case s.ticks <- large:
			taken++
		case <-s.ended:
			return taken
		case <-deadline:
			t.Fatal("the subscription goes on")
		}
	}
}

// lastWords reads events up to the one that says that the reader was too slow. Of those that were taken, only what lay
// between executor and connection may be missing.
func lastWords(t *testing.T, taken int, next func() string) {
	t.Helper()
	for read := 0; ; read++ {
		event := next()
		if strings.Contains(event, `"code":"SUBSCRIBER_TOO_SLOW"`) {
			if read < 8 || read < taken-3 {
				t.Errorf("%d events of %d", read, taken)
			}
			return
		}
		if !strings.Contains(event, "xxx") {
			t.Fatalf("after %d events: %q", read, event)
		}
	}
}

// next returns the next message.
func (p *peer) next() string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	_, data, err := p.ws.Read(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(data)
}
