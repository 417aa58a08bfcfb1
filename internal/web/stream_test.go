package web_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

// events is an event stream as its reader sees it.
type events struct {
	t      *testing.T
	resp   *http.Response
	reader *bufio.Reader
	cancel context.CancelFunc
}

func (s *stage) stream(t *testing.T, query string) *events {
	t.Helper()
	r := s.request(t, "GET", "/graphql?query="+url.QueryEscape(query), "", "Accept", "text/event-stream")
	ctx, cancel := context.WithCancel(r.Context())
	resp, err := s.client.Do(r.WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); resp.Body.Close() })
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Fatalf("got %d %v", resp.StatusCode, resp.Header)
	}
	return &events{t, resp, bufio.NewReader(resp.Body), cancel}
}

// next returns the next event that is no ping, "" at the end of the stream.
func (e *events) next() string {
	e.t.Helper()
	for {
		event := e.raw()
		if event != ":\n" {
			return event
		}
	}
}

func (e *events) raw() string {
	e.t.Helper()
	var event strings.Builder
	for {
		line, err := e.reader.ReadString('\n')
		if err == io.EOF && event.Len() == 0 && line == "" {
			return ""
		}
		if err != nil {
			e.t.Fatalf("the stream broke after %q: %v", event.String()+line, err)
		}
		if line == "\n" {
			return event.String()
		}
		event.WriteString(line)
	}
}

func (e *events) expect(wants ...string) {
	e.t.Helper()
	for _, want := range wants {
		got := e.next()
		if got != want && (want == "" || !strings.Contains(got, want)) {
			e.t.Fatalf("got %q, want %q", got, want)
		}
	}
}

const completed = "event: complete\ndata:\n"

func TestStream(t *testing.T) {
	t.Parallel()

	t.Run("events come as they happen, then complete", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		e := s.stream(t, "subscription { ticks }")
		if len(s.entered) != 1 {
			t.Error("the headers came before the subscription stood")
		}
		for _, tick := range []string{"one", "two\nlines", "<three>"} {
			s.ticks <- tick
		}
		e.expect("event: next\ndata: {\"data\":{\"ticks\":\"one\"}}\n", `"two\nlines"`, "three")
		close(s.ticks)
		e.expect(completed, "")
	})

	t.Run("by POST too", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		close(s.ticks)
		r := s.post(t, "subscription { ticks }", "Accept", "application/json, text/event-stream;q=0.5")
		if r.status != 200 || r.body != ":\n\n"+completed+"\n" {
			t.Errorf("got %d %q", r.status, r.body)
		}
	})

	t.Run("queries and mutations are one event", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		close(s.release)
		s.stream(t, "{ whoami }").expect("agent:dev", completed, "")
		r := s.post(t, "mutation { hold }", "Accept", "text/event-stream")
		if !strings.Contains(r.body, `{"data":{"hold":"released"}}`) || !strings.HasSuffix(r.body, completed+"\n") {
			t.Errorf("got %q", r.body)
		}
	})

	t.Run("what is wrong with the operation is said in the stream", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.stream(t, "subscription { nothing }").expect("GRAPHQL_VALIDATION_FAILED", completed, "")
		s.stream(t, "subscription { refused }").expect("BAD_USER_INPUT", completed, "")
		s.stream(t, "subscription { panics }").expect("INTERNAL", completed, "")
		s.stream(t, "{ broken }").expect("INTERNAL", completed, "")
	})

	t.Run("what is wrong with the request is a status", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		const accept = "text/event-stream"
		s.post(t, "{ whoami }", "Accept", accept, "X-Principal", "nobody").expect(t, 401, models.CodeUnauthenticated)
		s.post(t, "{ whoami }", "Accept", accept, "X-Principal", "system:x").expect(t, 400, models.CodeForbidden)
		s.do(t, "POST", "/graphql", "{", "Accept", accept).expect(t, 400, models.CodeBadUserInput)
	})

	t.Run("an error in the middle says why before the end", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.stream(t, "subscription { cutOff }").expect(`{"cutOff":"one"}`, "SUBSCRIBER_TOO_SLOW", completed, "")
	})

	t.Run("a silent stream sends pings", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.KeepAlive = 5 * time.Millisecond })
		e := s.stream(t, "subscription { ticks }")
		for range 3 {
			if got := e.raw(); got != ":\n" {
				t.Fatalf("got %q", got)
			}
		}
	})

	t.Run("a client that leaves ends the subscription", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		e := s.stream(t, "subscription { ticks }")
		e.cancel()
		await(t, "the end of the subscription", s.ended)
	})

	t.Run("a stream outlives the request timeout", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) {
			o.RequestTimeout, o.KeepAlive, o.WriteTimeout = 20*time.Millisecond, 10*time.Millisecond, 5*time.Second
		})
		e := s.stream(t, "subscription { ticks }")
		for range 20 {
			e.raw()
		}
		s.ticks <- "still here"
		e.expect("still here")
	})

	t.Run("a reader that does not read is disconnected", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.WriteTimeout = 50 * time.Millisecond })
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET /graphql?query=subscription{ticks} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
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

	t.Run("a connection serves again after a stream", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.WriteTimeout = 30 * time.Millisecond })
		s.stream(t, "{ whoami }").expect("agent:dev", completed, "")
		go func() {
			<-s.entered
			// Past the deadline that the stream's last write had.
			time.AfterFunc(60*time.Millisecond, func() { close(s.release) })
		}()
		s.post(t, "mutation { hold }").expect(t, 200, "")
	})
}
