package bench_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

var heapProfile = flag.String("bench.heap", "", "a file to which BenchmarkSubscriber writes what the server holds; the last of its benchmarks stays")

// BenchmarkSubscriber measures what a connection with subscriptions costs a server that holds nothing else: live heap and
// stacks after a garbage collection, and goroutines, each without what it had before. What the process takes from the system
// is more, see BenchmarkDelivery; and the system has buffers of its own for each connection. The subscribers are in another
// process. Each subscription has heard one event. The difference between the rows of WebSockets is what a subscription costs
// beyond its connection. An operation is one measurement.
func BenchmarkSubscriber(b *testing.B) {
	const connections = 2_000
	for _, test := range []struct {
		transport     string
		subscriptions int
	}{{"SSE", 1}, {"WebSocket", 0}, {"WebSocket", 1}, {"WebSocket", 11}} {
		b.Run(fmt.Sprintf("%s/subscriptions=%d", test.transport, test.subscriptions), func(b *testing.B) {
			url := serveInProcess(b)
			tenant := uuid.NewString()
			prime(b, newCaller(b, url, tenant), connections)
			before, after := usage(), used{}
			gatherElsewhere(b, fmt.Sprint(url, " ", tenant, " ", test.transport, " ", connections, " ", test.subscriptions))
			for b.Loop() { // again and again the same, once the last to come has left its garbage
				after = usage()
			}
			if *heapProfile != "" {
				writeHeapProfile(b, *heapProfile)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric((after.heap-before.heap)/1e3/connections, "heap-KB/connection")
			b.ReportMetric((after.stacks-before.stacks)/1e3/connections, "stack-KB/connection")
			b.ReportMetric((after.goroutines-before.goroutines)/connections, "goroutines/connection")
		})
	}
}

type used struct{ heap, stacks, goroutines float64 }

// usage returns what the process holds once all garbage is gone.
func usage() used {
	for range 3 { // what a pool keeps survives one collection
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return used{float64(m.HeapAlloc), float64(m.StackInuse), float64(runtime.NumGoroutine())}
}

func writeHeapProfile(b *testing.B, path string) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := pprof.Lookup("heap").WriteTo(f, 0); err != nil {
		b.Fatal(err)
	}
}

// serveInProcess opens the rooms as the command does, and returns their address.
func serveInProcess(b *testing.B) string {
	b.Helper()
	s, err := store.Open(b.Context(), sqliteURL(b), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	hub := feed.New(s, feed.Options{})
	e := engine.New(s, engine.Options{Rules: models.DefaultRules(), Bell: hub})
	front := web.New(web.Options{
		Executor: graph.New(graph.Options{Store: s, Engine: e, Feed: hub}), Auth: auth.Development{}, Development: true,
	})
	listener, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = e.Run(ctx) })
	running.Go(func() { _ = hub.Run(ctx) })
	server := front.HTTPServer("")
	running.Go(func() { _ = server.Serve(listener) })
	b.Cleanup(func() {
		hub.Close()
		closing, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := front.Shutdown(closing, server); err != nil {
			b.Error(err)
		}
		stop()
		running.Wait()
		if err := e.Close(closing); err != nil {
			b.Error(err)
		}
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

const elsewhere, gathered = "ASYNCGATE_BENCH_AUDIENCE", "the audience is complete"

// gatherElsewhere gathers an audience in another process, until the benchmark ends.
func gatherElsewhere(b *testing.B, what string) {
	b.Helper()
	_, lines := startChild(b, "TestAudienceOfAnotherProcess", elsewhere, what)
	for lines.Scan() {
		if lines.Text() == gathered {
			return
		}
		b.Log(lines.Text())
	}
	b.Fatal("the audience has not come")
}

// TestAudienceOfAnotherProcess is that other process: it leaves when its input ends. Run as a test, it has nothing to do.
func TestAudienceOfAnotherProcess(t *testing.T) {
	t.Parallel()
	what := os.Getenv(elsewhere)
	if what == "" {
		return
	}
	var url, tenant, transport string
	var connections, subscriptions int
	if _, err := fmt.Fscan(strings.NewReader(what), &url, &tenant, &transport, &connections, &subscriptions); err != nil {
		t.Fatal(err)
	}
	c := &caller{url: url, tenant: tenant, http: &http.Client{Transport: &http.Transport{}}}
	gather(t, c, transport, connections, subscriptions, func(int, int, *event) { t.Error("a subscriber got something although nothing happened") })
	fmt.Println(gathered)
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		t.Error(err)
	}
}
