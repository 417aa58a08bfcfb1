package client_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/internal/testkit"
)

// patience bounds a test that goes wrong.
const patience = time.Minute

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// onBoth runs a test on each database.
func onBoth(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite://"+filepath.Join(t.TempDir(), "asyncgate.db"))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, testkit.Postgres(t))
	})
}

// serve starts the command on a database.
func serve(t *testing.T, databaseURL string, settings ...string) *testkit.RunningServer {
	t.Helper()
	return program.Serve(t, append(settings, "ASYNCGATE_DATABASE_URL="+databaseURL, "ASYNCGATE_RATE_LIMIT_ENABLED=false",
		"ASYNCGATE_EXPIRY_JITTER=0s", "ASYNCGATE_SWEEP_INTERVAL=100ms", "ASYNCGATE_METRICS_ADDR=off"))
}

func newClient(t *testing.T, url, principal string) *client.Client {
	t.Helper()
	c, err := client.New(url, client.Options{Principal: principal, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// relay stands between clients and a server, and loses what passes.
type relay struct {
	*httptest.Server

	target atomic.Pointer[url.URL]
	// lose says which answers are lost, after the server has given them; it is asked with the request.
	lose atomic.Pointer[func(body []byte) bool]

	mu sync.Mutex
	// streams are the cuts of those that pass now; down refuses all requests.
	streams map[*http.Request]context.CancelFunc
	down    bool
}

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	r := &relay{streams: map[*http.Request]context.CancelFunc{}}
	r.to(t, to)
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	t.Cleanup(r.cutStreams)
	return r
}

// to sends what comes from now on to another server.
func (r *relay) to(t *testing.T, address string) {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	r.target.Store(target)
}

func (r *relay) losing(which func(body []byte) bool) { r.lose.Store(&which) }

// cut ends all connections; while down, no others are made.
func (r *relay) cut(down bool) {
	r.mu.Lock()
	r.down = down
	r.mu.Unlock()
	r.cutStreams()
}

func (r *relay) cutStreams() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, cut := range r.streams {
		cut()
	}
}

func (r *relay) enter(request *http.Request, cut context.CancelFunc) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.streams[request] = cut
	return !r.down
}

func (r *relay) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()
	if !r.enter(request, cancel) {
		panic(http.ErrAbortHandler)
	}
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.streams, request)
	}()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	passed := request.Clone(ctx)
	passed.Body = io.NopCloser(bytes.NewReader(body))
	proxy := httputil.NewSingleHostReverseProxy(r.target.Load())
	proxy.FlushInterval = -1
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	proxy.ModifyResponse = func(*http.Response) error {
		if lose := r.lose.Load(); lose != nil && (*lose)(body) {
			panic(http.ErrAbortHandler)
		}
		return nil
	}
	proxy.ServeHTTP(w, passed)
	if ctx.Err() != nil {
		panic(http.ErrAbortHandler)
	}
}
