package web_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

// TestLargeBodies: large requests that don't come to their end leave room for small ones, and for large ones as soon as they
// are gone.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	const largest = 256 << 10
	s := newStage(t, func(o *web.Options) { o.MaxBody, o.RoomTimeout = largest, time.Second })
	large := `{"query":"{ whoami }","variables":{"v":"` + strings.Repeat("x", largest-1000) + `"}}`
	s.post(t, "{ whoami }").expect(t, 200, "")
	s.do(t, "POST", "/graphql", large).expect(t, 200, "")

	// As many as there is room for, each with all but its end.
	var feeds []*io.PipeWriter
	answers := make(chan int, 16)
	for range cap(answers) {
		body, feed := io.Pipe()
		feeds = append(feeds, feed)
		r := s.request(t, "POST", "/graphql", "")
		r.Body, r.ContentLength = body, -1
		go func() {
			resp, err := s.client.Do(r)
			if err != nil {
				answers <- 0
				return
			}
			resp.Body.Close()
			answers <- resp.StatusCode
		}()
		if _, err := io.WriteString(feed, large[:len(large)-1]); err != nil {
			t.Fatal(err)
		}
	}
	s.post(t, "{ whoami }").expect(t, 200, "")
	refused := s.do(t, "POST", "/graphql", large)
	for end := time.Now().Add(10 * time.Second); refused.status == 200 && time.Now().Before(end); { // not all of them are read so far
		refused = s.do(t, "POST", "/graphql", large)
	}
	refused.expect(t, http.StatusServiceUnavailable, models.CodeUnavailable)

	p := s.connected(t)
	p.send(`{"type":"subscribe","id":"small","payload":{"query":"{ whoami }"}}`)
	p.expect(`"id":"small"`)
	p.expect(`"id":"small"`) // complete

	for _, feed := range feeds {
		fmt.Fprint(feed, large[len(large)-1:])
		_ = feed.Close()
	}
	for range feeds {
		if status := <-answers; status != 200 {
			t.Errorf("a large request was answered %d", status)
		}
	}
	s.do(t, "POST", "/graphql", large).expect(t, 200, "")
	for i := range 40 { // what runs on a socket gives its room back too
		p.send(fmt.Sprintf(`{"type":"subscribe","id":"%d","payload":%s}`, i, large))
		for range 2 { // next and complete
			p.expect(fmt.Sprintf(`"id":"%d"`, i))
		}
	}
}
