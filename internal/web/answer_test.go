package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/web"
)

// askForLong asks for an answer that is longer than what the systems between hold, and does not read it.
func (s *stage) askForLong(t *testing.T) (read func() (*http.Response, error)) {
	t.Helper()
	body := `{"query":"query($v: String) { echo(value: $v) }","variables":{"v":"` + strings.Repeat("x", 14<<20) + `"}}`
	conn, answers := s.raw(t, "")
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	return func() (*http.Response, error) { return http.ReadResponse(answers, nil) }
}

// TestLongAnswer: who does not read a long answer is given up, and meanwhile others are served; who reads it late, but in
// the time that a slow line needs, gets it.
func TestLongAnswer(t *testing.T) {
	t.Parallel()
	for name, make := range stages {
		t.Run("that is not read, "+name, func(t *testing.T) {
			t.Parallel()
			const instead = 14 * 8 * time.Second // of the time that its length would get
			s := make(t, func(o *web.Options) { o.WriteTimeout = 200*time.Millisecond - instead })
			s.askForLong(t)
			deadline := time.After(time.Minute)
			for tick := time.Tick(20 * time.Millisecond); !strings.Contains(s.logs.String(), "msg=request"); {
				select {
				case <-tick:
				case <-deadline:
					t.Fatal("the answer is still being written")
				}
			}
		})

		t.Run("that is read late, "+name, func(t *testing.T) {
			t.Parallel()
			s := make(t, func(o *web.Options) { o.WriteTimeout = 100 * time.Millisecond })
			read := s.askForLong(t)
			<-time.After(time.Second) // longer than WriteTimeout
			resp, err := read()
			if err != nil {
				t.Fatal(err)
			}
			if r := readReply(t, resp); r.status != 200 || len(r.body) < 14<<20 {
				t.Errorf("got %d with %d bytes", r.status, len(r.body))
			}
		})
	}
}
