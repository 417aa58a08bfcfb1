package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

func TestHost(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	paths := []string{"/", "/playground", "/healthz", "/readyz", "/graphql?query={whoami}", "/nothing"}

	for _, host := range []string{
		"localhost", "localhost:8080", "LOCALHOST.:1", "app.localhost:8080", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:8080",
		"[::ffff:127.0.0.1]",
	} {
		for _, path := range paths {
			if r := s.do(t, "GET", path, "", "Host", host); r.status == 403 {
				t.Errorf("%s at %s is refused: %s", host, path, r.body)
			}
		}
	}
	for _, host := range []string{
		"evil.example", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example", "10.0.0.1:8080", "0.0.0.0", "[::]",
		"[2001:db8::1]:8080", "2130706433", "0x7f.1", "127.1",
	} {
		for _, path := range paths {
			s.do(t, "GET", path, "", "Host", host).expect(t, 403, models.CodeForbidden)
		}
	}

	t.Run("only in development", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.Development = false })
		s.do(t, "GET", "/graphql?query={whoami}", "", "Host", "asyncgate.example").expect(t, 200, "")
	})
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	own := s.url
	for name, tt := range map[string]struct {
		header []string
		status int
		cors   string
	}{
		"no origin":                             {nil, 200, ""},
		"its own":                               {[]string{"Origin", own}, 200, ""},
		"its own, same-origin":                  {[]string{"Origin", own, "Sec-Fetch-Site", "same-origin"}, 200, ""},
		"a listed one":                          {[]string{"Origin", "http://localhost:3000"}, 200, "http://localhost:3000"},
		"a listed one, cross-site":              {[]string{"Origin", "http://localhost:3000", "Sec-Fetch-Site", "cross-site"}, 200, "http://localhost:3000"},
		"typed into the address bar":            {[]string{"Sec-Fetch-Site", "none"}, 200, ""},
		"another":                               {[]string{"Origin", "https://evil.example"}, 403, ""},
		"a listed one at another port":          {[]string{"Origin", "http://localhost:3001"}, 403, ""},
		"a listed one of another scheme":        {[]string{"Origin", "https://localhost:3000"}, 403, ""},
		"a name that begins like a listed one":  {[]string{"Origin", "http://localhost:3000.evil.example"}, 403, ""},
		"null":                                  {[]string{"Origin", "null"}, 403, ""},
		"its own host of another scheme":        {[]string{"Origin", strings.Replace(own, "http:", "https:", 1)}, 403, ""},
		"two, the first listed":                 {[]string{"Origin", "http://localhost:3000", "Origin", "https://evil.example"}, 403, ""},
		"none, but cross-site":                  {[]string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		"its own by name, but cross-site":       {[]string{"Origin", own, "Sec-Fetch-Site", "cross-site"}, 403, ""},
		"another, for a stream":                 {[]string{"Origin", "https://evil.example", "Accept", "text/event-stream"}, 403, ""},
		"another, for a WebSocket":              {[]string{"Origin", "https://evil.example", "Connection", "Upgrade", "Upgrade", "websocket"}, 403, ""},
		"another, asking first":                 {[]string{"Origin", "https://evil.example", "Access-Control-Request-Method", "POST"}, 403, ""},
		"a listed one, with a refused document": {[]string{"Origin", "http://localhost:3000", "X-Principal", "nobody"}, 401, "http://localhost:3000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{"GET", "POST"} {
				r := s.do(t, method, "/graphql?query={whoami}", `{"query":"{ whoami }"}`, tt.header...)
				if r.status != tt.status || r.header.Get("Access-Control-Allow-Origin") != tt.cors {
					t.Errorf("%s: got %d, %v, want %d, %q: %s", method, r.status, r.header, tt.status, tt.cors, r.body)
				}
				if r.status == 403 && r.code() != "FORBIDDEN" {
					t.Errorf("code %q", r.code())
				}
			}
		})
	}

	preflight := func(t *testing.T, s *stage, origin string) reply {
		t.Helper()
		return s.do(t, http.MethodOptions, "/graphql", "", "Origin", origin, "Access-Control-Request-Method", "POST",
			"Access-Control-Request-Headers", "authorization,content-type,x-principal,x-tenant-id")
	}
	t.Run("a listed origin's preflight allows the headers that matter", func(t *testing.T) {
		t.Parallel()
		r := preflight(t, s, "http://localhost:3000")
		if r.status != 204 || r.header.Get("Access-Control-Allow-Origin") != "http://localhost:3000" ||
			r.header.Get("Access-Control-Allow-Headers") == "" || r.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("got %d, %v", r.status, r.header)
		}
	})
	t.Run("an empty list allows none", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, func(o *web.Options) { o.AllowedOrigins = nil })
		for _, r := range []reply{
			preflight(t, s, "http://localhost:3000"),
			s.post(t, "{ whoami }", "Origin", "http://localhost:3000"),
		} {
			if r.status != 403 || r.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("got %d, %v", r.status, r.header)
			}
		}
		s.post(t, "{ whoami }", "Origin", s.url).expect(t, 200, "")
	})
}
