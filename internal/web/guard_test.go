package web_test

import (
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
		"[2001:db8::1]:8080", "2130706433", "0x7f.1", "127.1", "localhost:1@evil.example", "localhost:evil", "evil.example;.localhost",
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
