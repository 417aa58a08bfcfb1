package bench_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// deployments are what is measured: the first server is called, the last one has the subscribers.
var deployments = []struct {
	name string
	urls func(*testing.B) []string
}{
	{"sqlite", func(b *testing.B) []string { return []string{sqliteURL(b)} }},
	{"postgres", func(b *testing.B) []string {
		return []string{testkit.StartPostgres(b, testkit.Durable()).URL("postgres")}
	}},
	{"postgres-replicas", func(b *testing.B) []string {
		url := testkit.StartPostgres(b, testkit.Durable()).URL("postgres")
		return []string{url, url}
	}},
}

// BenchmarkDelivery measures how long a result takes to its subscriber while 50 tasks a second live their whole lives, over
// HTTP and on built servers. An operation is one life; each ends as the result of one subscriber, who is chosen at random, the
// others stay idle. All results must arrive, each once, at the right subscriber and in order.
//
// p50-ms, p99-ms and worst-ms are from the moment when the worker sends completeTask, so they hold the commit too;
// answered-p50-ms and answered-p99-ms are from its answer, and below zero when the subscriber heard before the worker. The
// memory is what the subscribers' server has of the machine's: idle-MB before they came, MB at the end, KB/subscriber the
// difference for each. -benchtime 1000x measures 1,000 lives.
func BenchmarkDelivery(b *testing.B) {
	program := testkit.Release(b)
	for _, d := range deployments {
		b.Run(d.name, func(b *testing.B) {
			for _, a := range []struct {
				transport string
				n         int
			}{{"SSE", 10}, {"SSE", 10_000}, {"WebSocket", 10_000}} {
				b.Run(fmt.Sprintf("%s=%d", a.transport, a.n), func(b *testing.B) {
					servers := serve(b, program, d.urls(b)...)
					deliver(b, servers[0], servers[len(servers)-1], a.transport, a.n)
				})
			}
		})
	}
}

// livesPerSecond is how many tasks are created, claimed and completed.
const livesPerSecond = 50

func deliver(b *testing.B, called, subscribed *testkit.RunningServer, transport string, subscribers int) {
	b.Helper()
	tenant := uuid.NewString()
	c := newCaller(b, called.URL, tenant)
	prime(b, c, subscribers)
	idle := subscribed.Memory()
	ledger := newDeliveries(subscribers)
	a := gather(b, newCaller(b, subscribed.URL, tenant), transport, subscribers, 1, ledger.hear)

	tick := time.NewTicker(time.Second / livesPerSecond)
	defer tick.Stop()
	var lives sync.WaitGroup
	start := time.Now()
	for b.Loop() {
		<-tick.C
		lives.Go(func() {
			if err := liveOverHTTP(c, principal(rand.IntN(subscribers)), ledger); err != nil {
				b.Error(err)
			}
		})
	}
	lives.Wait()
	took := time.Since(start)
	ledger.await(b)
	held := subscribed.Memory()
	a.leave()
	ledger.report(b)
	b.ReportMetric(0, "ns/op") // is the pace
	b.ReportMetric(float64(b.N)/took.Seconds(), "lives/s")
	b.ReportMetric(float64(idle)/1e6, "idle-MB")
	b.ReportMetric(float64(held)/1e6, "MB")
	if subscribers >= 1000 { // for few it is what the server does besides
		b.ReportMetric(float64(held-idle)/1e3/float64(subscribers), "KB/subscriber")
	}
}

// liveOverHTTP creates a task, then claims and completes one, which may be another caller's.
func liveOverHTTP(c *caller, owner string, ledger *deliveries) error {
	ctx := context.Background()
	if err := c.create(ctx, "agent:"+owner); err != nil {
		return err
	}
	claimed, err := c.claim(ctx, 1, 0)
	if err != nil {
		return err
	}
	if len(claimed) == 0 {
		return errIncomplete
	}
	d := ledger.call(claimed[0])
	if err := c.complete(ctx, claimed[0]); err != nil {
		return err
	}
	ledger.answer(d)
	return nil
}

// delivery is the way of one result: its completion is called and answered, and it arrives.
type delivery struct {
	owner                   string
	called, answered, heard time.Time
}

// deliveries are all of a benchmark.
type deliveries struct {
	mu       sync.Mutex
	byTask   map[string]*delivery
	under    int           // how many have not arrived yet
	arrived  chan struct{} // closed by the next that arrives
	last     []int64       // the position of each subscriber's last event
	mistakes []error
}

func newDeliveries(subscribers int) *deliveries {
	return &deliveries{byTask: map[string]*delivery{}, last: make([]int64, subscribers), arrived: make(chan struct{})}
}

func (ds *deliveries) call(h held) *delivery {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d := &delivery{owner: h.owner, called: time.Now()}
	ds.byTask[h.task] = d
	ds.under++
	return d
}

func (ds *deliveries) answer(d *delivery) {
	now := time.Now()
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d.answered = now
}

func (ds *deliveries) hear(subscriber int, e *event) {
	now := time.Now()
	ds.mu.Lock()
	defer ds.mu.Unlock()
	receipt := e.ResultReady.Receipt
	d := ds.byTask[receipt.Task.ID]
	switch {
	case d == nil:
		ds.mistakes = append(ds.mistakes, fmt.Errorf("subscriber %d got the result of task %q, which nobody has completed", subscriber, receipt.Task.ID))
		return
	case d.owner != principal(subscriber):
		ds.mistakes = append(ds.mistakes, fmt.Errorf("subscriber %d got the result of %s", subscriber, d.owner))
		return
	case !d.heard.IsZero():
		ds.mistakes = append(ds.mistakes, fmt.Errorf("subscriber %d got receipt %d twice", subscriber, receipt.Seq))
		return
	case receipt.Seq <= ds.last[subscriber]:
		ds.mistakes = append(ds.mistakes, fmt.Errorf("subscriber %d got receipt %d behind %d", subscriber, receipt.Seq, ds.last[subscriber]))
	}
	ds.last[subscriber] = receipt.Seq
	d.heard = now
	ds.under--
	close(ds.arrived)
	ds.arrived = make(chan struct{})
}

// await waits until all have arrived.
func (ds *deliveries) await(b *testing.B) {
	b.Helper()
	timeout := time.NewTimer(time.Minute)
	defer timeout.Stop()
	for {
		ds.mu.Lock()
		under, arrived := ds.under, ds.arrived
		ds.mu.Unlock()
		if under == 0 {
			return
		}
		select {
		case <-arrived:
		case <-timeout.C:
			b.Fatalf("%d results have not arrived within a minute", under)
		}
	}
}

func (ds *deliveries) report(b *testing.B) {
	b.Helper()
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if err := errors.Join(ds.mistakes...); err != nil {
		b.Fatal(err)
	}
	var called, answered []time.Duration
	for _, d := range ds.byTask {
		called = append(called, d.heard.Sub(d.called))
		answered = append(answered, d.heard.Sub(d.answered))
	}
	slices.Sort(called)
	slices.Sort(answered)
	b.ReportMetric(millis(part(called, 0.50)), "p50-ms")
	b.ReportMetric(millis(part(called, 0.99)), "p99-ms")
	b.ReportMetric(millis(part(called, 1)), "worst-ms")
	b.ReportMetric(millis(part(answered, 0.50)), "answered-p50-ms")
	b.ReportMetric(millis(part(answered, 0.99)), "answered-p99-ms")
}
