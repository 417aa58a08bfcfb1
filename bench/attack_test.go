package bench_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/testkit"
)

// An attack comes in waves of so many wrong keys, over so many connections.
const waves, guesses, attackers = 10, 1_000, 32

// BenchmarkUnderAttack measures what a client with a valid key feels of 10,000 wrong keys that come from its own address, as
// fast as 32 connections can send them. Each is well-formed, so that the database must be asked about it, and all but the first
// 60 a minute are answered 429. They come in ten waves; after each the client is alone for as long as it took, so that what else
// happens on the machine happens to both. The attacker is another process, which does no more than a socket needs and has the
// lowest priority: his own work is not what is measured.
//
// A call is a createTask and then an openObligations. alone-p50-ms and alone-p99-ms are of those between the waves, attacked-p50-ms
// and attacked-p99-ms of those during them; p99-ratio is what matters. guesses/s is how fast they were answered. MB is what the
// server has of the machine's memory in the end. An operation is all ten waves.
func BenchmarkUnderAttack(b *testing.B) {
	program := testkit.Release(b)
	for name, database := range map[string]func(*testing.B) string{
		"sqlite":   func(b *testing.B) string { return sqliteURL(b) },
		"postgres": func(b *testing.B) string { return testkit.StartPostgres(b, testkit.Durable()).URL("postgres") },
	} {
		b.Run(name, func(b *testing.B) {
			settings := []string{"ASYNCGATE_DATABASE_URL=" + database(b)}
			server := program.Serve(b, append([]string{"ASYNCGATE_AUTH=keys", "ASYNCGATE_LOG_LEVEL=warn", "ASYNCGATE_RATE_LIMIT=1000000000-D"}, settings...))
			made := program.Run(b, settings, "keys", "create", "--tenant", uuid.NewString(), "--principal", "agent:bench", "--scope", "read,task")
			if made.Code != 0 {
				b.Fatal(made.Stderr)
			}
			c := newCaller(b, server.URL, "")
			c.key = strings.TrimSpace(made.Stdout)
			a := prepareAttack(b, strings.TrimPrefix(server.URL, "http://"))
			mustCall(b, c, func() bool { return false }) // opens what stays open

			var alone, attacked []time.Duration
			var attacking time.Duration
			for b.Loop() {
				for range waves {
					began, over := time.Now(), a.begin()
					attacked = append(attacked, mustCall(b, c, func() bool { return !over() })...)
					ended := time.Now()
					attacking += ended.Sub(began)
					alone = append(alone, mustCall(b, c, func() bool { return time.Since(ended) < ended.Sub(began) })...)
				}
			}
			slices.Sort(alone)
			slices.Sort(attacked)
			b.ReportMetric(0, "ns/op") // is what the attacker takes
			for name, sorted := range map[string][]time.Duration{"alone": alone, "attacked": attacked} {
				b.ReportMetric(millis(part(sorted, 0.50)), name+"-p50-ms")
				b.ReportMetric(millis(part(sorted, 0.99)), name+"-p99-ms")
			}
			b.ReportMetric(millis(part(attacked, 0.99))/millis(part(alone, 0.99)), "p99-ratio")
			b.ReportMetric(float64(waves*guesses*b.N)/attacking.Seconds(), "guesses/s")
			b.ReportMetric(float64(server.Memory())/1e6, "MB")
		})
	}
}

// mustCall makes one call after the other, as long as it is told to go on, and returns how long each has taken.
func mustCall(b *testing.B, c *caller, more func() bool) (took []time.Duration) {
	b.Helper()
	for again := true; again; again = more() {
		began := time.Now()
		var owed struct {
			OpenObligations struct{ Nodes []struct{ ID string } }
		}
		err := c.create(b.Context(), "")
		if err == nil {
			err = c.do(b.Context(), "", `{ openObligations(first: 20) { nodes { id } } }`, nil, &owed)
		}
		if err != nil || len(owed.OpenObligations.Nodes) == 0 {
			b.Fatalf("a call with a valid key: %v, %d obligations", err, len(owed.OpenObligations.Nodes))
		}
		took = append(took, time.Since(began))
	}
	return took
}

const attackedServer, waveOver = "ASYNCGATE_BENCH_ATTACK", "the wave is over"

// attack is another process that sends wrong keys when it is told to.
type attack struct {
	b    *testing.B
	tell io.Writer
	said *bufio.Scanner
}

// prepareAttack starts the process, which ends with the benchmark.
func prepareAttack(b *testing.B, address string) *attack {
	b.Helper()
	tell, said := startChild(b, "TestAttackOfAnotherProcess", attackedServer, address, "nice", "-n", "19")
	return &attack{b, tell, said}
}

// begin lets a wave begin; over tells whether it has ended.
func (a *attack) begin() (over func() bool) {
	a.b.Helper()
	if _, err := fmt.Fprintln(a.tell); err != nil {
		a.b.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for a.said.Scan() && a.said.Text() != waveOver {
		}
	}()
	return func() bool {
		select {
		case <-ended:
			return true
		default:
			return false
		}
	}
}

// TestAttackOfAnotherProcess is that other process: it sends a wave at each line of its input. Run as a test, it has nothing to do.
func TestAttackOfAnotherProcess(t *testing.T) {
	t.Parallel()
	address := os.Getenv(attackedServer)
	if address == "" {
		return
	}
	var lines []*line
	for range attackers {
		lines = append(lines, openLine(t, address))
	}
	for orders := bufio.NewScanner(os.Stdin); orders.Scan(); {
		var sent atomic.Int64
		var running sync.WaitGroup
		for _, l := range lines {
			running.Go(func() {
				for sent.Add(1) <= guesses {
					if err := guess(l); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		running.Wait()
		fmt.Println(waveOver)
	}
}

var errNotRefused = errors.New("a wrong key is not refused")

// guess tries a key and expects a refusal.
func guess(l *line) error {
	secret, _ := auth.NewSecret()
	status, _, err := l.ask(request(`{ viewer { tenantId } }`, nil, "Authorization: Bearer "+secret))
	if err == nil && status != http.StatusUnauthorized && status != http.StatusTooManyRequests {
		err = fmt.Errorf("%w: %d", errNotRefused, status)
	}
	return err
}
