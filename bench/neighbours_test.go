package bench_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

// neighbours measures what a quiet tenant feels of a noisy one: its 99th percentile beside 32 clients that create tasks as fast
// as they are answered, against that alone. The quiet one creates a task and looks at what it is owed twenty times a second.
func neighbours(b *testing.B, r *run) {
	for _, d := range []struct{ name, url string }{{"PostgreSQL", r.database(b, "neighbours")}, {"SQLite", sqliteURL(b)}} {
		server := r.serve(b, d.url)
		quiet, noisy := uuid.NewString(), taskCreator(uuid.NewString())
		var alone, beside []float64
		inTurns(b, pick(r, 4, 1), pick(r, 4*time.Second, time.Second),
			func(b *testing.B, d time.Duration) float64 {
				alone = append(alone, <-beQuiet(b, server.URL, quiet, d)...)
				return 0
			},
			func(b *testing.B, d time.Duration) float64 {
				felt := beQuiet(b, server.URL, quiet, d)
				rate := load(b, server.URL, 32, d, noisy).perSecond()
				beside = append(beside, <-felt...)
				return rate
			})
		slices.Sort(alone)
		slices.Sort(beside)
		r.table.compare("a quiet tenant's p50 beside a noisy one, "+d.name, millisecond(part(beside, 0.5)), "itself alone", millisecond(part(alone, 0.5)), target{})
		r.table.compare("a quiet tenant's p99 beside a noisy one, "+d.name, millisecond(part(beside, 0.99)), "itself alone", millisecond(part(alone, 0.99)), atMost(2))
	}
}

// beQuiet makes the quiet tenant's calls for a time and then sends how long each took, in milliseconds.
func beQuiet(b *testing.B, url, tenant string, d time.Duration) <-chan []float64 {
	b.Helper()
	l := openLine(b, url)
	create := taskCreator(tenant)
	look := request(`{ openObligations(first: 20) { nodes { id } } }`, nil, as(tenant, "agent:bench")...)
	felt := make(chan []float64, 1)
	go func() {
		var took []float64
		defer func() { felt <- took }()
		tick := time.NewTicker(time.Second / 20)
		defer tick.Stop()
		for start := time.Now(); time.Since(start) < d; <-tick.C {
			began := time.Now()
			_, err := create(0, l)
			if err == nil {
				_, err = l.must(look)
			}
			if err != nil {
				b.Error(err)
				return
			}
			took = append(took, millis(time.Since(began)))
		}
	}()
	return felt
}
