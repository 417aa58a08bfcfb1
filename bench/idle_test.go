package bench_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

const (
	// quietTime is how long statements are counted.
	quietTime = 10 * time.Second
	// statementsPerSecond is how many an idle server may send, however many wait at it.
	statementsPerSecond = 2
	// longestWait is of a claim, in seconds.
	longestWait = 30
)

// replicas are servers on one PostgreSQL that writes down what they ask it.
type replicas struct {
	tb       testing.TB
	postgres *testkit.Server
	servers  []*testkit.RunningServer
	tenant   string
}

func startReplicas(tb testing.TB, program *testkit.Program, options ...testkit.Option) *replicas {
	tb.Helper()
	r := &replicas{tb: tb, postgres: testkit.StartPostgres(tb, options...), tenant: uuid.NewString()}
	r.postgres.LogStatements()
	url := r.postgres.URL("postgres") + "&application_name="
	r.servers = serve(tb, program, url+r.name(0), url+r.name(1))
	return r
}

func (r *replicas) name(server int) string { return fmt.Sprint("replica-", server) }

// statements returns what a server has sent.
func (r *replicas) statements(server int) []testkit.Statement {
	r.tb.Helper()
	var sent []testkit.Statement
	for _, s := range r.postgres.Statements() {
		if strings.HasPrefix(s.Application, r.name(server)) { // the listener's and the sender's connections have a suffix
			sent = append(sent, s)
		}
	}
	return sent
}

// idlers are claims that wait for work, on all servers. Each claims again when its wait is over.
type idlers struct {
	r        *replicas
	running  sync.WaitGroup
	answered atomic.Int64
	claimed  chan held
}

// idle starts so many claims on each server, which end with the test.
func (r *replicas) idle(claims int) *idlers {
	r.tb.Helper()
	ctx, stop := context.WithCancel(context.Background())
	i := &idlers{r: r, claimed: make(chan held)}
	for _, server := range r.servers {
		c := newCaller(r.tb, server.URL, r.tenant)
		for range claims {
			i.running.Go(func() { i.claim(ctx, c) })
		}
	}
	r.tb.Cleanup(func() {
		stop()
		i.running.Wait()
	})
	return i
}

func (i *idlers) claim(ctx context.Context, c *caller) {
	for {
		tasks, err := c.claim(ctx, 1, longestWait)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			i.r.tb.Errorf("a claim that waits: %v", err)
			return
		}
		i.answered.Add(1)
		for _, h := range tasks {
			select {
			case i.claimed <- h:
			case <-ctx.Done():
			}
		}
	}
}

// await waits until a claim has got a task.
func (i *idlers) await() held {
	i.r.tb.Helper()
	timeout := time.NewTimer(time.Minute)
	defer timeout.Stop()
	select {
	case h := <-i.claimed:
		return h
	case <-timeout.C:
		i.r.tb.Fatal("no claim has got the task within a minute")
		panic("unreachable")
	}
}

// quiet returns how many statements each server sent during so long a time in which no claim was answered, so that all of
// them waited from the beginning to the end. It looks again until each server sent few, at most for two minutes.
func (i *idlers) quiet(d time.Duration) (counts []int, took time.Duration) {
	i.r.tb.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; {
		before, answered, start := i.count(), i.answered.Load(), time.Now()
		<-time.After(d)
		counts = i.count()
		took = time.Since(start)
		few := i.answered.Load() == answered
		for server := range counts {
			counts[server] -= before[server]
			few = few && counts[server] <= statementsAllowed(took)
		}
		if few || time.Now().After(deadline) || i.r.tb.Failed() {
			return counts, took
		}
	}
}

// statementsAllowed is the most that an idle server may send in a time: two are for where it begins and ends.
func statementsAllowed(d time.Duration) int { return int(statementsPerSecond*d.Seconds()) + 2 }

func (i *idlers) count() []int {
	counts := make([]int, len(i.r.servers))
	for server := range counts {
		counts[server] = len(i.r.statements(server))
	}
	return counts
}

// Servers at which many wait and nothing happens leave their database alone; and a new task wakes few of the claims that
// wait for one, not all.
func TestIdleServersAreQuiet(t *testing.T) {
	t.Parallel()
	program, err := testkit.BuildProgram(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := startReplicas(t, program)
	const subscribers, claims = 100, 100 // at each of the two servers
	c := newCaller(t, r.servers[0].URL, r.tenant)
	prime(t, c, subscribers)
	for i, transport := range []string{"SSE", "WebSocket"} {
		gather(t, newCaller(t, r.servers[i].URL, r.tenant), transport, subscribers, 1, func(int, int, *event) {
			t.Error("a subscriber got something although nothing happened")
		})
	}
	waiting := r.idle(claims)
	waiting.quiet(time.Second)
	counts, took := waiting.quiet(quietTime)
	for server, n := range counts {
		t.Logf("server %d sent %d statements in %s", server, n, took)
		if n > statementsAllowed(took) {
			sent := r.statements(server)
			t.Errorf("server %d sent %d statements in %s, the last of them %q", server, n, took, sent[len(sent)-min(n, 20):])
		}
	}

	cost := waiting.costOfATask(c)
	t.Logf("a new task, which %d claims waited for, and a second of quiet cost %d statements", 2*claims, cost)
	if cost > claims { // each claim that looks costs five
		t.Errorf("a new task, which %d claims waited for, and a second of quiet cost %d statements", 2*claims, cost)
	}
}

// costOfATask returns how many statements all servers send for a task that is created and claimed, and until they are quiet
// for a second. If waits end meanwhile, whose claims look too, it begins again.
func (i *idlers) costOfATask(c *caller) (sum int) {
	i.r.tb.Helper()
	for range 10 {
		before, answered := i.count(), i.answered.Load()
		if err := c.create(i.r.tb.Context(), "agent:nobody"); err != nil {
			i.r.tb.Fatal(err)
		}
		i.await()
		i.quiet(time.Second)
		after := i.count()
		if i.answered.Load() > answered+1 {
			continue
		}
		sum = 0
		for server := range after {
			sum += after[server] - before[server]
		}
		return sum
	}
	i.r.tb.Fatal("there was never a second in which all waited")
	panic("unreachable")
}

// BenchmarkWaiting measures how long a new task takes to one of the claims that wait for work at two servers, beside ten
// times as many subscribers to results, from the call of createTask to the claim's answer; how many statements that costs
// both servers together; and how many one of them sends in a second in which nothing happens. Let it run for less than 20
// seconds: after 30, claims look without a task.
func BenchmarkWaiting(b *testing.B) {
	program := testkit.Release(b)
	for _, claims := range []int{10, 1_000} {
		b.Run(fmt.Sprintf("claims=%d", claims), func(b *testing.B) {
			r := startReplicas(b, program, testkit.Durable())
			c := newCaller(b, r.servers[0].URL, r.tenant)
			prime(b, c, 10*claims)
			gather(b, newCaller(b, r.servers[1].URL, r.tenant), "SSE", 10*claims, 1, func(int, int, *event) {
				b.Error("a subscriber got something although nothing happened")
			})
			waiting := r.idle(claims / len(r.servers))
			waiting.quiet(time.Second)

			before := waiting.count()
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if err := c.create(b.Context(), "agent:nobody"); err != nil {
					b.Fatal(err)
				}
				h := waiting.await()
				took = append(took, time.Since(start))
				if err := c.complete(b.Context(), h); err != nil {
					b.Fatal(err)
				}
			}
			sum := 0
			for server, n := range waiting.count() {
				sum += n - before[server]
			}
			counts, quiet := waiting.quiet(quietTime)
			slices.Sort(took)
			b.ReportMetric(0, "ns/op") // holds the completion too
			b.ReportMetric(millis(part(took, 0.50)), "p50-ms")
			b.ReportMetric(millis(part(took, 0.99)), "p99-ms")
			b.ReportMetric(float64(sum)/float64(b.N), "statements/task")
			b.ReportMetric(float64(slices.Max(counts))/quiet.Seconds(), "statements/s-idle")
		})
	}
}
