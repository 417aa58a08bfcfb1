package metrics_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// figures are a database's, or what it says instead.
type figures struct {
	reads, running atomic.Int64
	err            atomic.Pointer[error]
	// gate, if not nil, is received from by each read.
	gate chan struct{}
}

func (f *figures) Totals(ctx context.Context) (store.Totals, error) {
	f.reads.Add(1)
	if f.running.Add(1) > 1 {
		return store.Totals{}, errors.New("two at a time")
	}
	defer f.running.Add(-1)
	if f.gate != nil {
		select {
		case <-f.gate:
		case <-ctx.Done():
			return store.Totals{}, ctx.Err()
		}
	}
	if err := f.err.Load(); err != nil {
		return store.Totals{}, *err
	}
	return store.Totals{Tasks: map[models.TaskStatus]int64{models.StatusQueued: 2, models.StatusRunning: 1}, OpenObligations: 3}, nil
}

// However often it is scraped, the database is asked once in 15 s.
func TestTotalsAreReadNowAndThen(t *testing.T) {
	t.Parallel()
	f := &figures{}
	m := newWatched(f)
	now := time.Unix(1000, 0)
	m.TotalsAt(func() time.Time { return now })
	for i, want := range []int64{1, 1, 2, 2} {
		scrape(t, m)
		if got := f.reads.Load(); got != want {
			t.Errorf("%d reads after scrape %d, want %d", got, i+1, want)
		}
		now = now.Add(8 * time.Second)
	}
}

// A scrape tells of a database that is gone, and has all else.
func TestTotalsOfADatabaseThatIsGone(t *testing.T) {
	t.Parallel()
	f := &figures{}
	m := newWatched(f)
	now := time.Unix(1000, 0)
	m.TotalsAt(func() time.Time { return now })
	expect(t, scrape(t, m), map[string]string{"asyncgate_database_up": "1", "asyncgate_obligations_open": "3"})
	gone := errors.New("gone")
	f.err.Store(&gone)
	now = now.Add(time.Minute)
	expect(t, scrape(t, m), map[string]string{
		"asyncgate_database_up": "0", "asyncgate_obligations_open": "", `asyncgate_tasks{status="queued"}`: "", "asyncgate_claims_waiting": "7",
	})
	f.err.Store(nil)
	now = now.Add(time.Minute)
	expect(t, scrape(t, m), map[string]string{"asyncgate_database_up": "1", "asyncgate_obligations_open": "3"})
}

// Scrapes that come while figures are read wait for them, and are not kept for longer than the read may take.
func TestTotalsAreReadOnceAtATime(t *testing.T) {
	t.Parallel()
	f := &figures{gate: make(chan struct{})}
	m := newWatched(f)
	var scrapes sync.WaitGroup
	for range 3 {
		scrapes.Go(func() { expect(t, scrape(t, m), map[string]string{"asyncgate_database_up": "1"}) })
	}
	f.gate <- struct{}{}
	scrapes.Wait()
	if n := f.reads.Load(); n != 1 {
		t.Errorf("%d reads for 3 scrapes", n)
	}

	hangs := newWatched(&figures{gate: make(chan struct{})})
	expect(t, scrape(t, hangs), map[string]string{"asyncgate_database_up": "0"}) // which its deadline ends
}
