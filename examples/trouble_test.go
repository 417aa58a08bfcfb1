package examples_test

import (
	"net/http/httptest"
	"testing"
)

// TestNoServer: while there is no server, whoever waits for it says so, and for how long.
func TestNoServer(t *testing.T) {
	t.Parallel()
	sources(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, l := range languages {
		for _, program := range [][]string{l.agent, l.worker} {
			p := start(t, program, t.TempDir(), "ASYNCGATE_URL="+gone.URL+"/")
			p.mustSay(`http://127\.0\.0\.1:\d+/graphql\b.*connection refused.*again in \d|again.*pause=\d.*http://127\.0\.0\.1:\d+/graphql\b.*connection refused`)
		}
	}
}

// TestAddress: an address without http:// is told in one line, as no pause makes it better.
func TestAddress(t *testing.T) {
	t.Parallel()
	sources(t)
	for _, l := range languages {
		for _, program := range [][]string{l.agent, l.worker} {
			for _, address := range []string{"127.0.0.1:8090", "localhost", "http://"} {
				start(t, program, t.TempDir(), "ASYNCGATE_URL="+address).mustBeRefused(`ASYNCGATE_URL: "` + address + `"`)
			}
		}
	}
}

// TestRefused: who has no right to it is told in one line, and ends.
func TestRefused(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, s *server) {
		s.start("ASYNCGATE_AUTH=keys")
		reader := s.mustMakeKey("human:reader", "read")
		for _, l := range languages {
			for _, program := range [][]string{l.agent, l.worker} {
				for key, code := range map[string]string{reader[:len(reader)-4] + "AAAA": "UNAUTHENTICATED", reader: "FORBIDDEN"} {
					start(t, program, t.TempDir(), "ASYNCGATE_URL="+s.url, "ASYNCGATE_API_KEY="+key).mustBeRefused(code)
				}
			}
		}
	})
}
