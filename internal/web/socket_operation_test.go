package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
)

func TestSocketOperations(t *testing.T) {
	t.Parallel()

	t.Run("several run at once, each under its id", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("a", "subscription { ticks }")
		p.subscribe("b", "mutation { hold }")
		await(t, "the first", s.entered)
		await(t, "the second", s.entered)
		p.subscribe("c", "{ whoami }")
		p.expect(`{"id":"c","type":"next","payload":{"data":{"whoami":"agent:dev`, `{"id":"c","type":"complete"}`)
		s.ticks <- "one"
		p.expect(`{"id":"a","type":"next","payload":{"data":{"ticks":"one"}}}`)
		close(s.release)
		p.expect(`{"id":"b","type":"next"`, `{"id":"b","type":"complete"}`)
		close(s.ticks)
		p.expect(`{"id":"a","type":"complete"}`)
		p.subscribe("a", "{ whoami }")
		p.expect(`{"id":"a","type":"next"`, `{"id":"a","type":"complete"}`)
	})

	t.Run("what is refused before it is executed is one error", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		for query, code := range map[string]string{
			"{ nothing }":              "GRAPHQL_VALIDATION_FAILED",
			"{":                        "GRAPHQL_PARSE_FAILED",
			"subscription { refused }": "BAD_USER_INPUT",
			"subscription { panics }":  "INTERNAL",
			"{ panics }":               "INTERNAL",
		} {
			p.subscribe("1", query)
			p.expect(`{"id":"1","type":"error","payload":[{"message":`)
			p.subscribe("2", query)
			p.expect(`"code":"` + code + `"`)
		}
	})

	t.Run("what fails later is a result", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "{ fails }")
		p.expect(`{"id":"1","type":"next","payload":{"errors":[`, `{"id":"1","type":"complete"}`)
		p.subscribe("1", "subscription { cutOff }")
		p.expect(`{"cutOff":"one"}`, "SUBSCRIBER_TOO_SLOW", `{"id":"1","type":"complete"}`)
	})

	t.Run("complete from the client ends it, and frees its id", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.send(`{"id":"unknown","type":"complete"}`)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the subscription", s.entered)
		p.send(`{"id":"1","type":"complete"}`)
		p.subscribe("1", "{ whoami }")
		p.expect(`{"id":"1","type":"next","payload":{"data":{"whoami"`, `{"id":"1","type":"complete"}`)
		await(t, "the end of the subscription", s.ended)
	})

	t.Run("an id in use closes with 4409", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		id := strings.Repeat("ü", 200)
		p.subscribe(id, "subscription { ticks }")
		p.subscribe(id, "{ whoami }")
		if reason := p.expectClose(4409); !strings.Contains(reason, "Subscriber for ü") {
			t.Error(reason)
		}
		await(t, "the subscription", s.entered)
		await(t, "the end of the subscription", s.ended)
	})

	t.Run("a malformed subscribe closes with 4400", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		for _, m := range []string{
			`{"type":"subscribe","payload":{"query":"{ whoami }"}}`,
			`{"id":1,"type":"subscribe","payload":{"query":"{ whoami }"}}`,
			`{"id":"1","type":"subscribe"}`,
			`{"id":"1","type":"subscribe","payload":{}}`,
			`{"id":"1","type":"subscribe","payload":{"query":1}}`,
			`{"id":"1","type":"subscribe","payload":{"query":"{ whoami }","variables":[]}}`,
		} {
			p := s.connected(t)
			p.send(m)
			p.expectClose(4400)
		}
	})

	t.Run("one whose variables are nested too deep is one error, and the others go on", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the subscription", s.entered)
		for _, payload := range []string{nested(10_000), nested(100_000), nested(9_999)} {
			p.send(`{"payload":` + payload + `,"id":"2","type":"subscribe"}`)
			p.expect(`{"id":"2","type":"error","payload":[{"message":"JSON is nested deeper than 1000 levels","extensions":{"code":"BAD_USER_INPUT"`)
		}
		s.ticks <- "one"
		p.expect(`{"id":"1","type":"next"`)
		p.subscribe("2", "{ whoami }")
		p.expect(`{"id":"2","type":"next"`, `{"id":"2","type":"complete"}`)
		p.send(`{"payload":` + nested(20_000) + `,"id":"1","type":"subscribe"}`)
		p.expectClose(4409)
	})

	t.Run("other messages that are nested too deep, or malformed, close with 4400 and say so", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		for m, reason := range map[string]string{
			`{"type":"ping","payload":` + nested(10_000) + `}`:                       "Invalid message: JSON is nested deeper than 1000 levels",
			`{"type":"subscribe","payload":` + nested(10_000) + `}`:                  "Invalid message: subscribe needs an id",
			`{"id":"1","type":"subscribe","payload":` + nested(10_000) + `,}`:        "Invalid message: JSON is nested deeper",
			`{"id":"1","type":"subscribe","payload":` + strings.Repeat("[", 100_000): "Invalid message: JSON is nested deeper",
			`{"id":"1","type":"subscribe","payload":{"query":"{ whoami }"}`:          "Invalid message: JSON is malformed at byte 61",
		} {
			p := s.connected(t)
			p.send(m)
			if got := p.expectClose(4400); !strings.Contains(got, reason) {
				t.Errorf("%.60s…: %s", m, got)
			}
		}
	})

	t.Run("there is a bound on how many run at once", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.MaxOperations = 2 })
		p := s.connected(t)
		for _, id := range []string{"1", "2"} {
			p.subscribe(id, "subscription { ticks }")
			await(t, "the subscription", s.entered)
		}
		p.subscribe("3", "{ whoami }")
		p.expect(`{"id":"3","type":"error"`)
		p.send(`{"id":"1","type":"complete"}`)
		p.subscribe("3", "{ whoami }")
		p.expect(`{"id":"3","type":"next"`)
	})
}

func TestSocketLife(t *testing.T) {
	t.Parallel()

	t.Run("pings are answered, before the ack too", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.dial(t)
		p.send(`{"type":"ping","payload":{"n":1}}`)
		p.expect(`{"type":"pong","payload":{"n":1}}`)
		p.send(`{"type":"pong"}`)
		p.send(`{"type":"ping","payload":null}`)
		p.expect(`{"type":"pong"}`)
	})

	t.Run("a peer that reads answers pings and stays", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.KeepAlive = 500 * time.Millisecond })
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		time.AfterFunc(1500*time.Millisecond, func() { s.ticks <- "later" })
		p.expect("later")
	})

	t.Run("a peer that answers no ping is gone", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.KeepAlive = 20 * time.Millisecond })
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the subscription", s.entered)
		await(t, "the end of the subscription", s.ended) // nobody reads, so nobody answers
	})

	t.Run("a peer that does not read is disconnected", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.WriteTimeout = 50 * time.Millisecond })
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the subscription", s.entered)
		large := strings.Repeat("x", 1<<20)
		deadline := time.After(10 * time.Second)
		for {
			select {
			case s.ticks <- large:
			case <-s.ended:
				return
			case <-deadline:
				t.Fatal("the subscription goes on")
			}
		}
	})

	t.Run("a peer that leaves ends its operations", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		p := s.connected(t)
		p.subscribe("1", "subscription { ticks }")
		await(t, "the subscription", s.entered)
		_ = p.ws.Close(1000, "")
		await(t, "the end of the subscription", s.ended)
	})
}
