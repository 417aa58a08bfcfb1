package web_test

import (
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
)

// TestPeerThatReceivesNothing has peers whose side takes nothing more, which is all that the loopback interface can do to
// be like a cut cable: the system ends such a connection before the ping after the next, long before a write times out.
func TestPeerThatReceivesNothing(t *testing.T) {
	t.Parallel()
	pingsOnly := func(o *web.Options) { o.KeepAlive, o.WriteTimeout = 500*time.Millisecond, 10*time.Minute }

	for name, make := range stages {
		t.Run("of an event stream, "+name, func(t *testing.T) {
			t.Parallel()
			s := make(t, pingsOnly)
			s.raw(t, "GET /graphql?query=subscription{ticks} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
			s.tickUntilEnd(t)
		})

		t.Run("of a WebSocket, "+name, func(t *testing.T) {
			t.Parallel()
			s := make(t, pingsOnly)
			p := s.connected(t)
			p.subscribe("1", "subscription { ticks }")
			s.tickUntilEnd(t)
		})
	}
}
