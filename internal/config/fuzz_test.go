package config_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/config"
)

// What is taken for a list of origins is one: each has a scheme and a host, and nothing that could stand for another.
func FuzzAllowedOrigins(f *testing.F) {
	for _, list := range []string{
		"", "http://localhost:3000,http://localhost:8080", "*", "https://*.example.com", "null", "HTTP://A:080/", "http://a/b", "http://u:p@a", "http://[::1%25a]:1",
		"http://[0:0::1]:80", "https://a:,https://b.", "http://a:65536", "http://b\xffcher", "http://%41", "//a", "http:a", "http://a\\@b",
	} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		load := func(list string) (config.Config, error) {
			c, _, err := config.Load(nil, []string{"ASYNCGATE_CORS_ALLOWED_ORIGINS=" + list})
			return c, err
		}
		c, err := load(list)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "ASYNCGATE_CORS_ALLOWED_ORIGINS") {
				t.Fatalf("%q: %v", list, err)
			}
			return
		}
		for _, origin := range c.AllowedOrigins {
			u, err := url.Parse(origin)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Scheme+"://"+u.Host != origin {
				t.Fatalf("%q has %q", list, origin)
			}
			if strings.ContainsAny(origin, "*@?#%\\") || strings.ToLower(origin) != origin {
				t.Fatalf("%q has %q", list, origin)
			}
		}
		again, err := load(strings.Join(c.AllowedOrigins, ","))
		if err != nil || !slices.Equal(again.AllowedOrigins, c.AllowedOrigins) {
			t.Fatalf("%q is %q, and that is %q, %v", list, c.AllowedOrigins, again.AllowedOrigins, err)
		}
	})
}
