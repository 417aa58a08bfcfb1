package web_test

import (
	"io"
	"net/http"
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
		s := newStage(t, func(o *web.Options) { o.RequestTimeout = 50 * time.Millisecond })
		body, feed := io.Pipe()
		defer func() { _ = feed.Close() }()
		r := s.request(t, "POST", "/graphql", "")
		r.Body, r.ContentLength = body, -1
		resp, err := s.client.Do(r)
		if err != nil {
			return // the connection was closed: as good
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("got %d", resp.StatusCode)
		}
	})
}
