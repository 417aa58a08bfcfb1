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

var heapProfile = flag.String("bench.heap", "", "a file to which Scenarios/memory writes what the server with subscribers holds; the last of its servers stays")

// memory measures what a server has of the machine's memory, idle and while 32 clients create tasks, and what connections and
// subscriptions cost it.
func memory(b *testing.B, r *run) {
	for _, d := range []struct{ name, url string }{{"PostgreSQL", r.database(b, "memory")}, {"SQLite", sqliteURL(b)}} {
		server := r.serve(b, d.url)
		r.table.figure("resident, idle, "+d.name, megabytes(float64(server.Memory())), target{})
		load(b, server.URL, 32, pick(r, 10*time.Second, time.Second/2), taskCreator(uuid.NewString()))
		r.table.figure("resident at most, 32 clients creating, "+d.name, megabytes(float64(server.PeakMemory())), noMoreThan(megabytes(120e6)))
	}
	one := r.connection(b, "WebSocket", 1)
	r.table.figure("an SSE connection with its subscription", kilobytes(r.connection(b, "SSE", 1)), noMoreThan(kilobytes(50e3)))
	r.table.figure("a WebSocket without a subscription", kilobytes(r.connection(b, "WebSocket", 0)), noMoreThan(kilobytes(40e3)))
	r.table.figure("a subscription on a WebSocket, beyond it", kilobytes((r.connection(b, "WebSocket", 11)-one)/10), noMoreThan(kilobytes(10e3)))
}

// connection returns what a connection with so many subscriptions costs a server that holds nothing else, in bytes: live heap
// and stacks after a garbage collection, without what it had before. What the process takes from the system is more, see
// delivery; and the system has buffers of its own for each connection. The subscribers are in another process; each
// subscription has heard one event.
func (r *run) connection(b *testing.B, transport string, subscriptions int) (each float64) {
	b.Helper()
	connections := pick(r, 2_000, 50)
	b.Run(fmt.Sprintf("%s=%d", transport, subscriptions), func(b *testing.B) {
		url, _ := serveInProcess(b, sqliteURL(b))
		tenant := uuid.NewString()
		prime(b, newCaller(b, url, tenant), connections)
		before := usage()
		gatherElsewhere(b, fmt.Sprint(url, " ", tenant, " ", transport, " ", connections, " ", subscriptions))
		after := usage()
		if *heapProfile != "" {
			writeHeapProfile(b, *heapProfile)
		}
		each = (after.heap + after.stacks - before.heap - before.stacks) / float64(connections)
		b.ReportMetric((after.heap-before.heap)/1e3/float64(connections), "heap-KB/connection")
		b.ReportMetric((after.stacks-before.stacks)/1e3/float64(connections), "stack-KB/connection")
		b.ReportMetric((after.goroutines-before.goroutines)/float64(connections), "goroutines/connection")
	})
	return each
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

// serveInProcess opens the rooms as the command does, and returns their address and what answers there.
func serveInProcess(b *testing.B, database string) (url string, front http.Handler) {
	b.Helper()
	s := openStage(b, database, store.Options{}).store
	hub := feed.New(s, feed.Options{})
	e := engine.New(s, engine.Options{Rules: models.DefaultRules(), Bell: hub})
	room := web.New(web.Options{
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
	server := room.HTTPServer("")
	running.Go(func() { _ = server.Serve(listener) })
	b.Cleanup(func() {
		hub.Close()
		closing, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := room.Shutdown(closing, server); err != nil {
			b.Error(err)
		}
		stop()
		running.Wait()
		if err := e.Close(closing); err != nil {
			b.Error(err)
		}
	})
	return "http://" + listener.Addr().String(), room
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
