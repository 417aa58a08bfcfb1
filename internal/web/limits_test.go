package web_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *web.Options) { o.MaxBody = 1000 })
	large := `{"query":"{ whoami }","variables":{"v":"` + strings.Repeat("x", 1000) + `"}}`

	t.Run("announced", func(t *testing.T) {
		t.Parallel()
		s.do(t, "POST", "/graphql", large).expect(t, 413, models.CodePayloadTooLarge)
	})
	t.Run("in chunks", func(t *testing.T) {
		t.Parallel()
		r := s.request(t, "POST", "/graphql", "")
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(large)), -1
		resp, err := s.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 413 {
			t.Errorf("got %d", resp.StatusCode)
		}
	})
	t.Run("just within", func(t *testing.T) {
		t.Parallel()
		body := `{"query":"{ whoami }"}`
		s.do(t, "POST", "/graphql", body+strings.Repeat(" ", 1000-len(body))).expect(t, 200, "")
	})
}

func TestRequestTimeout(t *testing.T) {
	t.Parallel()
	t.Run("an operation that takes too long is cut off", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.RequestTimeout = 50 * time.Millisecond })
		s.post(t, "mutation { hold }").expect(t, 503, models.CodeUnavailable)
	})
	t.Run("a body that does not come does not hold the connection", func(t *testing.T) {
		t.Parallel()
		s := newCounted(t, 100, func(o *web.Options) { o.RequestTimeout = 50 * time.Millisecond })
		answers := s.exchange(t, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		if len(answers) != 1 {
			t.Fatalf("%d answers", len(answers))
		}
		answers[0].expect(t, 408, models.CodeUnavailable)
		answers[0].expectLimit(t, 100, 99) // it counts, or slow bodies were free
	})
}
