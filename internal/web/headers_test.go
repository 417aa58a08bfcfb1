package web_test

import (
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/web"
)

// telling finds what an answer must not tell: what serves it, its version, or where in the code something went wrong.
var telling = regexp.MustCompile(`goroutine|\.go\b|golang|go1\.|gqlgen|gqlparser|net/http|oh no|sesame|` + regexp.QuoteMeta(runtime.Version()))

func tellsNothing(t *testing.T, r reply) {
	t.Helper()
	for _, name := range []string{"Server", "X-Powered-By", "Via", "X-Runtime"} {
		if value := r.header.Get(name); value != "" {
			t.Errorf("%s tells %q", name, value)
		}
	}
	// The names that a path has are its sender's own.
	if found := telling.FindString(strings.ReplaceAll(r.body, "web.go", "")); found != "" {
		t.Errorf("it tells %q: %s", found, r.body)
	}
}

// TestHeaders: every answer has the headers that keep browsers safe, and tells nothing of the server.
func TestHeaders(t *testing.T) {
	t.Parallel()
	wants := map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
	}
	onStages(t, func(o *web.Options) { o.MaxBody = 1000 }, func(t *testing.T, s *stage) {
		for name, r := range map[string]reply{
			"console":       s.do(t, "GET", "/", ""),
			"playground":    s.do(t, "GET", "/playground", ""),
			"HEAD":          s.do(t, "HEAD", "/", ""),
			"script":        s.do(t, "GET", "/static/playground.js", ""),
			"style":         s.do(t, "GET", "/static/style.css", ""),
			"image":         s.do(t, "GET", "/static/icon.svg", ""),
			"health":        s.do(t, "GET", "/healthz", ""),
			"readiness":     s.do(t, "GET", "/readyz", ""),
			"200":           s.post(t, "{ whoami }"),
			"stream":        s.post(t, "{ whoami }", "Accept", "text/event-stream"),
			"WebSocket":     s.shake(t),
			"400":           s.do(t, "POST", "/graphql", "{"),
			"401":           s.post(t, "{ whoami }", "X-Principal", "nobody"),
			"403 of Origin": s.post(t, "{ whoami }", "Origin", "https://evil.example"),
			"403 of Host":   s.do(t, "GET", "/", "", "Host", "evil.example"),
			"404":           s.do(t, "GET", "/nothing", ""),
			"405":           s.do(t, "PUT", "/graphql", ""),
			"405 of a page": s.do(t, "POST", "/", ""),
			"406":           s.post(t, "{ whoami }", "Accept", "text/html"),
			"413":           s.post(t, strings.Repeat("x", 2000)),
			"415":           s.do(t, "POST", "/graphql", "x", "Content-Type", "", "Content-Type", "text/plain"),
			"500":           s.post(t, "{ panics }"),
			"503":           s.post(t, "{ unavailable }"),
			"OPTIONS":       s.do(t, "OPTIONS", "/graphql", ""),
			"preflight":     s.preflight(t, listedOrigin, "POST", "content-type"),
		} {
			for header, want := range wants {
				if got := r.header.Get(header); got != want {
					t.Errorf("%s (%d): %s is %q", name, r.status, header, got)
				}
			}
			policy := r.header.Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none'; ") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s (%d): the policy is %q", name, r.status, policy)
			}
			if !strings.Contains(r.header.Get("Permissions-Policy"), "camera=()") {
				t.Errorf("%s (%d): Permissions-Policy is %q", name, r.status, r.header.Get("Permissions-Policy"))
			}
			transport := ""
			if strings.HasPrefix(s.url, "https:") {
				transport = "max-age=31536000"
			}
			if got := r.header.Get("Strict-Transport-Security"); got != transport {
				t.Errorf("%s (%d): Strict-Transport-Security is %q", name, r.status, got)
			}
			tellsNothing(t, r)
		}
	})

	t.Run("localhost is not bound to TLS, on whose other ports others serve", func(t *testing.T) {
		t.Parallel()
		s := newSecureStage(t)
		for _, host := range []string{"localhost", "LOCALHOST:8443", "app.localhost."} {
			if r := s.do(t, "GET", "/healthz", "", "Host", host); r.status != 200 || r.header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s: got %d, %v", host, r.status, r.header)
			}
		}
	})
}
