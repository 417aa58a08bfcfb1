package e2e_test

import (
	"flag"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

var pictures = flag.String("pictures", "", "the folder that README's pictures are written to, instead of one that is removed")

// TestConsole goes through the console of a server with a week's work in it.
func TestConsole(t *testing.T) { //nolint:tparallel // one after the other, of one server
	t.Parallel()
	server := &restartable{settings: []string{
		"ASYNCGATE_DATABASE_URL=sqlite://" + filepath.Join(t.TempDir(), "asyncgate.db"), "ASYNCGATE_RATE_LIMIT_ENABLED=false",
		// Short leases, so that some are lost soon.
		"ASYNCGATE_LEASE_TTL=2s", "ASYNCGATE_MIN_LEASE_TTL=1s", "ASYNCGATE_SWEEP_INTERVAL=100ms", "ASYNCGATE_EXPIRY_JITTER=0s",
	}}
	server.start(t)
	places := fill(t, server.url)
	// `make pictures` runs this one alone.
	t.Run("Pictures", func(t *testing.T) {
		folder := *pictures
		if folder == "" {
			folder = t.TempDir()
		}
		runInBrowser(t, nil, "console_pictures.mjs", server.url, append([]string{folder}, places...)...)
	})
	t.Run("Use", func(t *testing.T) {
		restart := operator{"kill": server.kill, "start": func() { server.start(t) }}
		runInBrowser(t, restart, "console.mjs", server.url, places...)
	})
}

var place = regexp.MustCompile(`/#(/\S+)`)

// fill fills a server's default tenant, and returns where there is something to look at, as the command says that does it.
func fill(t *testing.T, url string) (places []string) {
	t.Helper()
	r := program.Run(t, nil, "demo", "--seed-data", "--url", url)
	if r.Code != 0 {
		t.Fatalf("demo: %+v", r)
	}
	for _, found := range place.FindAllStringSubmatch(r.Stdout, -1) {
		places = append(places, found[1])
	}
	return places
}

// restartable is a server that may be killed and started again, at the address that it had.
type restartable struct {
	settings []string
	process  *testkit.RunningServer
	url      string
}

func (r *restartable) start(t *testing.T) {
	t.Helper()
	r.process = program.Serve(t, r.settings)
	if r.url == "" {
		r.url = r.process.URL
		r.settings = append(r.settings, "ASYNCGATE_ADDR="+strings.TrimPrefix(r.url, "http://"))
	}
}

func (r *restartable) kill() { r.process.Kill() }
