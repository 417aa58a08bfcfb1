package web_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

// revocable is development mode with a credential that can be taken away.
type revocable struct {
	auth.Development

	revoked context.Context
	revoke  context.CancelCauseFunc
	// watched counts what runs.
	watched sync.WaitGroup
}

func newRevocable(o *web.Options) *revocable {
	r := &revocable{}
	r.revoked, r.revoke = context.WithCancelCause(context.Background())
	o.Auth = r
	return r
}

func (r *revocable) Watch(ctx context.Context, _ models.Viewer) (context.Context, func()) {
	r.watched.Add(1)
	watched, cancel := context.WithCancelCause(ctx)
	if r.revoked.Err() != nil {
		cancel(context.Cause(r.revoked))
	}
	detach := context.AfterFunc(r.revoked, func() { cancel(context.Cause(r.revoked)) })
	return watched, func() {
		detach()
		cancel(nil)
		r.watched.Done()
	}
}

var errGone = models.Errorf(models.CodeUnauthenticated, "the key is gone")

// TestCredentialEnds: what runs under a credential ends with it, and is not watched any more.
func TestCredentialEnds(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) (*stage, *revocable) {
		t.Helper()
		var r *revocable
		s := newStage(t, func(o *web.Options) { r = newRevocable(o) })
		t.Cleanup(r.watched.Wait) // a watch that is not stopped ends the test run
		return s, r
	}

	t.Run("a query gets 401", func(t *testing.T) {
		t.Parallel()
		s, r := start(t)
		got := make(chan reply, 1)
		go func() { got <- s.post(t, "{ holds: hold }") }()
		await(t, "the query", s.entered)
		r.revoke(errGone)
		answer := await(t, "the answer", got)
		answer.expect(t, 401, models.CodeUnauthenticated)
		if answer.header.Get("WWW-Authenticate") == "" {
			t.Error("without WWW-Authenticate")
		}
	})

	t.Run("a request whose body comes too late gets 401", func(t *testing.T) {
		t.Parallel()
		s, r := start(t)
		r.revoke(errGone)
		s.post(t, "{ whoami }").expect(t, 401, models.CodeUnauthenticated)
		s.do(t, "GET", "/graphql?query="+url.QueryEscape("subscription { ticks }"), "", "Accept", "text/event-stream").
			expect(t, 401, models.CodeUnauthenticated)
	})

	t.Run("an event stream hears why, then it is complete", func(t *testing.T) {
		t.Parallel()
		s, r := start(t)
		e := s.stream(t, "subscription { ticks }")
		s.ticks <- "one"
		e.expect(`"ticks":"one"`)
		r.revoke(errGone)
		event := e.next()
		_, data, _ := strings.Cut(event, "event: next\ndata: ")
		var got reply
		if err := json.Unmarshal([]byte(data), &got); err != nil || got.code() != string(models.CodeUnauthenticated) || got.Data != nil {
			t.Fatalf("got %q", event)
		}
		e.expect(completed, "")
		await(t, "the end of the subscription", s.ended)
	})

	t.Run("a query as an event stream too", func(t *testing.T) {
		t.Parallel()
		s, r := start(t)
		e := s.stream(t, "{ hold }")
		await(t, "the query", s.entered)
		r.revoke(errGone)
		e.expect(`"code":"UNAUTHENTICATED"`, completed, "")
	})

	t.Run("a WebSocket is closed with all that runs on it", func(t *testing.T) {
		t.Parallel()
		s, r := start(t)
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		p.subscribe("2", "{ hold }")
		await(t, "an operation", s.entered)
		await(t, "the other", s.entered)
		r.revoke(errGone)
		if reason := p.expectClose(4401); !strings.Contains(reason, "UNAUTHENTICATED: the key is gone") {
			t.Errorf("the reason is %s", reason)
		}
		await(t, "the end of the subscription", s.ended)
	})

	t.Run("a WebSocket on which nothing runs is closed", func(t *testing.T) {
		t.Parallel()
		s, r := start(t)
		p := s.connected(t)
		r.revoke(errGone)
		p.expectClose(4401)
	})

	t.Run("a WebSocket that comes too late is closed", func(t *testing.T) {
		t.Parallel()
		s, r := start(t)
		r.revoke(errGone)
		p := s.dial(t)
		p.send(`{"type":"connection_init"}`)
		p.expect(`{"type":"connection_ack"}`)
		p.expectClose(4401)
	})
}
