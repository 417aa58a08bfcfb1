package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// exchange sends text as it is, and returns the answers until the server closes the connection.
func (s *stage) exchange(t *testing.T, text string) []reply {
	t.Helper()
	conn, answers := s.raw(t, "")
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	go io.WriteString(conn, text) // who is refused early is not read to the end
	method, _, _ := strings.Cut(text, " ")
	var all []reply
	for {
		resp, err := http.ReadResponse(answers, &http.Request{Method: method})
		if err != nil {
			return all
		}
		all = append(all, readReply(t, resp))
	}
}

// TestOddRequests sends what no client of HTTP would. What is ambiguous is refused, and ends the connection: nothing of it is
// taken for a request of its own.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const post = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	const smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	const end = "\r\nHost: localhost\r\nX-Secret: sesame\r\nConnection: close\r\n\r\n"
	large := strings.Repeat("x", 300<<10)
	for name, tt := range map[string]struct {
		text   string
		status int
	}{
		"two lengths":                       {post + "Content-Length: 0\r\nContent-Length: 2\r\n\r\n{}" + smuggled, 400},
		"a list of lengths":                 {post + "Content-Length: 2, 2\r\n\r\n{}" + smuggled, 400},
		"a length with a sign":              {post + "Content-Length: +2\r\n\r\n{}" + smuggled, 400},
		"a negative length":                 {post + "Content-Length: -1\r\n\r\n{}" + smuggled, 400},
		"a space before the colon":          {post + "Content-Length : 2\r\n\r\n{}" + smuggled, 400},
		"chunked twice":                     {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 501},
		"chunked, but not last":             {post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled, 501},
		"compressed":                        {post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled, 501},
		"almost chunked":                    {post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled, 501},
		"chunks that are none":              {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n" + smuggled, 400},
		"no host":                           {"GET /healthz HTTP/1.1\r\n\r\n" + smuggled, 400},
		"two hosts":                         {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n" + smuggled, 400},
		"a host that is none":               {"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n" + smuggled, 400},
		"an empty host":                     {"GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", 403},
		"a URL of another host":             {"GET http://evil.example/healthz HTTP/1.1" + end, 403},
		"a URL of this host":                {"GET http://localhost/healthz HTTP/1.1" + end, 200},
		"HTTP/0.9":                          {"GET /healthz\r\n\r\n", 400},
		"HTTP/3":                            {"GET /healthz HTTP/3.0" + end, 505},
		"HTTP/2 that was not agreed on":     {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 403},
		"a NUL":                             {"GET / HTTP/1.1\r\nX: a\x00b" + end, 400},
		"a header of 300 KiB":               {"GET / HTTP/1.1\r\nX: " + large + end, 431},
		"ten thousand headers of 300 KiB":   {"GET / HTTP/1.1" + strings.Repeat("\r\nX: "+large[:26], 10_000) + end, 431},
		"a URL of 300 KiB":                  {"GET /graphql?query=" + large + " HTTP/1.1" + end, 431},
		"a URL that is none":                {"GET /%zz HTTP/1.1" + end, 400},
		"OPTIONS of everything":             {"OPTIONS * HTTP/1.1" + end, 400},
		"GET of everything":                 {"GET * HTTP/1.1" + end, 400},
		"CONNECT to this host":              {"CONNECT localhost:80 HTTP/1.1" + end, 405},
		"CONNECT to another":                {"CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n", 403},
		"TRACE of a page":                   {"TRACE / HTTP/1.1" + end, 405},
		"TRACE of the API":                  {"TRACE /graphql HTTP/1.1" + end, 405},
		"a method that nobody knows":        {"WHATEVER / HTTP/1.1" + end, 405},
		"a method that is none":             {"W{} / HTTP/1.1" + end, 400},
		"HEAD of a page":                    {"HEAD / HTTP/1.1" + end, 200},
		"a path that climbs":                {"GET /static/../web.go HTTP/1.1" + end, 307},
		"a path that climbs in disguise":    {"GET /static/%2e%2e/web.go HTTP/1.1" + end, 404},
		"a path that climbs without a step": {"GET /static/..%2fweb.go HTTP/1.1" + end, 404},
		"a path that looks like a host":     {"GET //evil.example/ HTTP/1.1" + end, 307},
		"a part of a file":                  {"GET /static/style.css HTTP/1.1\r\nRange: bytes=0-1" + end, 206},
		"a file by the thousand":            {"GET /static/style.css HTTP/1.1\r\nRange: bytes=" + strings.Repeat("0-,", 3000) + "0-" + end, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := s.exchange(t, tt.text)
			if len(all) != 1 || all[0].status != tt.status {
				t.Fatalf("got %+v, want one answer with %d", all, tt.status)
			}
			tellsNothing(t, all[0])
			if to := all[0].header.Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, ":") {
				t.Errorf("it sends to %s", to)
			}
		})
	}
}
