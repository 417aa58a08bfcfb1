package bench_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// line is a kept connection over which requests go that are written once and sent often: it costs a client that shares the
// machine with the server little. Not for concurrent use.
type line struct {
	conn    net.Conn
	answers *bufio.Reader
	body    bytes.Buffer
}

// openLine opens a connection to a server, which is closed when the test ends.
func openLine(tb testing.TB, url string) *line {
	tb.Helper()
	conn, err := (&net.Dialer{}).DialContext(tb.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	return &line{conn: conn, answers: bufio.NewReader(conn)}
}

// ask sends a request and returns its answer; the body is good until the next.
func (l *line) ask(request []byte) (status int, body []byte, err error) {
	if _, err := l.conn.Write(request); err != nil {
		return 0, nil, err
	}
	answer, err := http.ReadResponse(l.answers, nil)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	l.body.Reset()
	_, err = l.body.ReadFrom(answer.Body)
	return answer.StatusCode, l.body.Bytes(), err
}

var errRefused = errors.New("the server refuses")

// must is ask for what must succeed.
func (l *line) must(request []byte) ([]byte, error) {
	status, body, err := l.ask(request)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK || bytes.Contains(body, []byte(`"errors"`)) {
		return nil, fmt.Errorf("%w: %d %.300s", errRefused, status, body)
	}
	return body, nil
}

// request writes a GraphQL request with the headers of a caller, each NAME: VALUE.
func request(document string, variables any, headers ...string) []byte {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		panic(err) // what the benchmarks send can be written
	}
	return fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s\r\nContent-Length: %d\r\n\r\n%s",
		strings.Join(headers, "\r\n"), len(body), body)
}

// as are the headers of a principal of a tenant.
func as(tenant, principal string) []string {
	return []string{"X-Tenant-Id: " + tenant, "X-Principal: " + principal}
}

// done is how much was done in a time.
type done struct {
	count float64
	took  time.Duration
}

func (d done) perSecond() float64 { return d.count / d.took.Seconds() }

// load lets clients do something again and again, each on a connection of its own, until the time is over. It returns how
// much they say that they have done.
func load(b *testing.B, url string, clients int, d time.Duration, do func(client int, l *line) (int, error)) done {
	b.Helper()
	lines := make([]*line, clients)
	for i := range lines {
		lines[i] = openLine(b, url)
	}
	counts := make([]int, clients)
	start := time.Now()
	var running sync.WaitGroup
	for i, l := range lines {
		running.Go(func() {
			for time.Since(start) < d && !b.Failed() {
				n, err := do(i, l)
				if err != nil {
					b.Errorf("client %d: %v", i, err)
					return
				}
				counts[i] += n
			}
		})
	}
	running.Wait()
	took := time.Since(start)
	if b.Failed() {
		b.FailNow()
	}
	sum := 0
	for i, l := range lines {
		l.conn.Close()
		sum += counts[i]
	}
	return done{float64(sum), took}
}
