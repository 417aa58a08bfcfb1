package web_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	reference := regexp.MustCompile(`(?:src|href)="([^"]+)"|from "\./([^"]+)"`)

	for _, path := range []string{"/", "/playground"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			page := s.do(t, "GET", path, "")
			if page.status != 200 || page.header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Fatalf("got %d %v", page.status, page.header)
			}
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff",
				"Referrer-Policy":        "no-referrer",
				"X-Frame-Options":        "DENY",
				"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
					"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
			} {
				if got := page.header.Get(name); got != want {
					t.Errorf("%s: %q", name, got)
				}
			}
			if strings.Contains(page.body, " style=") || strings.Contains(page.body, "<style") || strings.Contains(page.body, " onclick=") {
				t.Error("something is inline, which the policy forbids")
			}
			checkReferences(t, s, reference, page.body, map[string]bool{})
		})
	}

	t.Run("a page that has not changed is not sent again", func(t *testing.T) {
		t.Parallel()
		tag := s.do(t, "GET", "/playground", "").header.Get("ETag")
		if r := s.do(t, "GET", "/playground", "", "If-None-Match", tag); r.status != 304 {
			t.Errorf("got %d", r.status)
		}
	})
	t.Run("what is not there is 404, other methods are 405", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/nothing", "/static/", "/static/playground.html", "/static/../web.go", "/graphql/x"} {
			s.do(t, "GET", path, "").expect(t, 404, "")
		}
		s.do(t, "POST", "/playground", "").expect(t, 405, "")
	})
}

// checkReferences follows what a file loads: all of it must be here.
func checkReferences(t *testing.T, s *stage, reference *regexp.Regexp, content string, seen map[string]bool) {
	t.Helper()
	for _, match := range reference.FindAllStringSubmatch(content, -1) {
		path := match[1]
		if match[2] != "" {
			path = "/static/" + match[2]
		}
		if seen[path] {
			continue
		}
		seen[path] = true
		if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
			t.Errorf("%s is loaded from elsewhere", path)
			continue
		}
		file := s.do(t, "GET", path, "")
		if file.status != 200 {
			t.Errorf("%s: %d", path, file.status)
		}
		if strings.HasPrefix(path, "/static/") {
			if strings.Contains(file.body, "//") && regexp.MustCompile(`(?i)(import|url\(|fetch\().{0,4}https?:`).MatchString(file.body) {
				t.Errorf("%s loads from elsewhere", path)
			}
			checkReferences(t, s, reference, file.body, seen)
		}
	}
}
