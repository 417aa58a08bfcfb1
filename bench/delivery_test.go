package bench_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// delivery measures how long a result takes to its subscriber while 50 tasks a second live their whole lives, over HTTP. Each ends
// as the result of one subscriber, who is chosen at random; the others stay idle. All results must arrive, each once, at the
// right subscriber and in order. With two servers, all is asked of the one and the subscribers are at the other.
func delivery(b *testing.B, r *run) {
	for i, servers := range []string{"one server", "two servers"} {
		for _, to := range pick(r, []crowd{
			{"SSE", 10, 1, 0}, {"SSE", 1_000, 1, 0}, {"SSE", 10_000, 1, 11_000}, {"WebSocket", 5_000, 10, 20_000},
		}, []crowd{{"SSE", 10, 1, 0}, {"WebSocket", 10, 10, 0}}) {
			scenario := fmt.Sprintf("completion to subscriber, %s subscriptions, %s", count(to.connections*to.subscriptions), servers)
			if allowed := files(b); allowed < to.files {
				r.table.missing(scenario, fmt.Sprintf("%s open files are allowed here, %s needed", count(int(allowed)), count(int(to.files))))
				continue
			}
			b.Run(fmt.Sprintf("servers=%d/%s=%d", i+1, to.transport, to.connections*to.subscriptions), func(b *testing.B) {
				url := r.database(b, "delivery")
				deliver(b, r, scenario, to, serve(b, r.program, slices.Repeat([]string{url}, i+1)...))
			})
		}
	}
}

// crowd is so many connections with so many subscriptions each, for which a process must be allowed so many open files.
type crowd struct {
	transport                  string
	connections, subscriptions int
	files                      uint64
}

// files returns how many files a process may open.
func files(b *testing.B) uint64 {
	b.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Fatal(err)
	}
	return limit.Max // Go has raised its own to this, and so do the servers
}

// livesPerSecond is how many tasks are created, claimed and completed.
const livesPerSecond = 50

func deliver(b *testing.B, r *run, scenario string, to crowd, servers []*testkit.RunningServer) {
	b.Helper()
	called, subscribed := servers[0], servers[len(servers)-1]
	tenant := uuid.NewString()
	c := newCaller(b, called.URL, tenant)
	prime(b, c, to.connections)
	idle := subscribed.Memory()
	ledger := newDeliveries(to)
	a := gather(b, newCaller(b, subscribed.URL, tenant), to.transport, to.connections, to.subscriptions, ledger.hear)

	tick := time.NewTicker(time.Second / livesPerSecond)
	defer tick.Stop()
	var lives sync.WaitGroup
	for range pick(r, 500, 25) {
		<-tick.C
		lives.Go(func() {
			if err := liveOverHTTP(c, principal(rand.IntN(to.connections)), ledger); err != nil {
				b.Error(err)
			}
		})
	}
	lives.Wait()
	ledger.await(b)
	held := subscribed.Memory()
	a.leave()
	var want target
	if to.connections*to.subscriptions == 1_000 {
		want = noMoreThan(millisecond(20))
	}
	took := ledger.took(b)
	r.table.spread(scenario, millisecond(part(took, 0.5)), millisecond(part(took, 0.99)), want)
	if to.connections >= 1_000 && len(servers) == 1 { // for few it is what the server does besides
		r.table.figure(fmt.Sprintf("resident for a connection by %s with %d subscriptions, of %s", to.transport, to.subscriptions, count(to.connections)),
			kilobytes(float64(held-idle)/float64(to.connections)), target{})
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
	ledger.send(claimed[0])
	return c.complete(ctx, claimed[0])
}

// sent is a result whose completion has been sent, and when.
type sent struct {
	owner string
	at    time.Time
	heard map[int]bool // by which of its owner's subscriptions
}

// deliveries are all results on their way to a crowd.
type deliveries struct {
	mu       sync.Mutex
	to       crowd
	byTask   map[string]*sent
	under    int           // how many have not arrived yet
	arrived  chan struct{} // closed by the next that arrives
	last     [][]int64     // the position of the last event of each connection's subscriptions
	times    []float64     // what each took, in milliseconds
	mistakes []error
}

func newDeliveries(to crowd) *deliveries {
	ds := &deliveries{to: to, byTask: map[string]*sent{}, arrived: make(chan struct{}), last: make([][]int64, to.connections)}
	for i := range ds.last {
		ds.last[i] = make([]int64, to.subscriptions)
	}
	return ds
}

// send is called when a completion is sent.
func (ds *deliveries) send(h held) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	ds.byTask[h.task] = &sent{owner: h.owner, at: time.Now(), heard: map[int]bool{}}
	ds.under += ds.to.subscriptions
}

func (ds *deliveries) hear(connection, subscription int, e *event) {
	now := time.Now()
	ds.mu.Lock()
	defer ds.mu.Unlock()
	receipt := e.ResultReady.Receipt
	d := ds.byTask[receipt.Task.ID]
	who := fmt.Sprintf("subscription %d of connection %d", subscription, connection)
	last := &ds.last[connection][subscription]
	switch {
	case d == nil:
		ds.mistakes = append(ds.mistakes, fmt.Errorf("%s got the result of task %q, which nobody has completed", who, receipt.Task.ID))
		return
	case d.owner != principal(connection):
		ds.mistakes = append(ds.mistakes, fmt.Errorf("%s got the result of %s", who, d.owner))
		return
	case d.heard[subscription]:
		ds.mistakes = append(ds.mistakes, fmt.Errorf("%s got receipt %d twice", who, receipt.Seq))
		return
	case receipt.Seq <= *last:
		ds.mistakes = append(ds.mistakes, fmt.Errorf("%s got receipt %d behind %d", who, receipt.Seq, *last))
	}
	*last = receipt.Seq
	d.heard[subscription] = true
	ds.times = append(ds.times, millis(now.Sub(d.at)))
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

// took returns the times of all, sorted.
func (ds *deliveries) took(b *testing.B) []float64 {
	b.Helper()
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if err := errors.Join(ds.mistakes...); err != nil {
		b.Fatal(err)
	}
	return slices.Sorted(slices.Values(ds.times))
}
