package faults_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// What followers subscribe to: the results of the caller, also with those that came earlier and that nobody has acknowledged,
// or the whole ledger.
const (
	followResults = `subscription($after: String) {
		resultReady(after: $after) { cursor receipt { id seq type } } }`
	followUnacknowledged = `subscription($after: String) {
		resultReady(after: $after, unacknowledged: true) { cursor receipt { id seq type } } }`
	followLedger = `subscription($after: String) { receipts(after: $after) { cursor receipt { id seq type } } }`
)

// follower follows a stream across whatever happens to it: when it breaks, the next server is asked for what comes behind
// the last whole event.
type follower struct {
	name      string
	caller    caller
	transport string
	query     string
	to        []address
	// leaves, if not 0, is after how many events it leaves, to come back with the cursor of the last.
	leaves int

	mu      sync.Mutex
	changed chan struct{} // closed by the next event
	after   string
	events  []event
	opened  int
}

// follow starts a follower that begins behind a cursor and ends with the test.
func follow(t *testing.T, f *follower, after string) *follower {
	t.Helper()
	f.changed, f.after = make(chan struct{}), after
	var group sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	group.Go(func() {
		if err := f.run(ctx); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
	})
	t.Cleanup(func() {
		cancel()
		group.Wait()
	})
	return f
}

var errLeft = errors.New("the reader has left")

func (f *follower) run(ctx context.Context) error {
	for turn := 0; ctx.Err() == nil; turn++ {
		before := f.count()
		err := f.connection(ctx, f.to[turn%len(f.to)])
		if ctx.Err() != nil {
			return nil
		}
		if !again(err) {
			return err
		}
		if f.count() == before {
			pause(ctx, 5*time.Millisecond) // nobody there, perhaps
		}
	}
	return nil
}

// connection reads one connection to its end.
func (f *follower) connection(ctx context.Context, to address) error {
	url := to()
	if url == "" {
		return &lostError{errDown}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := transports[f.transport](ctx, f.caller, url, f.query, vars{"after": f.cursor()})
	if err != nil {
		return err
	}
	defer s.close()
	f.mu.Lock()
	f.opened++
	f.mu.Unlock()
	for n := 1; ; n++ {
		data, err := s.next(ctx)
		if err != nil {
			return err
		}
		var fields map[string]event
		if err := json.Unmarshal(data, &fields); err != nil {
			return fmt.Errorf("%w: %s", err, data)
		}
		for _, e := range fields {
			if err := f.take(e); err != nil {
				return err
			}
		}
		if n == f.leaves {
			return &lostError{errLeft}
		}
	}
}

// take adds an event. One that does not follow on the one before is the end: no reader may ever see it.
func (f *follower) take(e event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.events); n > 0 && e.Receipt.Seq <= f.events[n-1].Receipt.Seq {
		return fmt.Errorf("receipt %d came after %d, on connection %d", e.Receipt.Seq, f.events[n-1].Receipt.Seq, f.opened)
	}
	f.events = append(f.events, e)
	f.after = e.Cursor
	close(f.changed)
	f.changed = make(chan struct{})
	return nil
}

func (f *follower) cursor() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.after
}

func (f *follower) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.events)
}

// seen returns what has come, and how many connections it took.
func (f *follower) seen() ([]event, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.events), f.opened
}

// last returns the position of the last event, 0 when there was none, and a channel that the next one closes.
func (f *follower) last() (int64, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.events) == 0 {
		return 0, f.changed
	}
	return f.events[len(f.events)-1].Receipt.Seq, f.changed
}

// wantAll waits until the follower has come as far as the last of these receipts, and compares: exactly these, in order.
func (f *follower) wantAll(t *testing.T, want []receipt) {
	t.Helper()
	if len(want) > 0 {
		f.await(t, want[len(want)-1].Seq)
	}
	got, connections := f.seen()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("%s misses the last %d of %d receipts, from %d on", f.name, len(want)-i, len(want), want[i].Seq)
		case i >= len(want):
			t.Errorf("%s got receipt %d (%s), which is none of the %d that it was to get", f.name, got[i].Receipt.Seq, got[i].Receipt.ID, len(want))
		case got[i].Receipt.ID != want[i].ID || got[i].Receipt.Seq != want[i].Seq:
			t.Errorf("%s: event %d of %d is receipt %d (%s), not %d (%s); %d connections",
				f.name, i+1, len(want), got[i].Receipt.Seq, got[i].Receipt.ID, want[i].Seq, want[i].ID, connections)
		default:
			continue
		}
		return
	}
}

// await returns when the follower has come to a position.
func (f *follower) await(t *testing.T, seq int64) {
	t.Helper()
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	for {
		at, changed := f.last()
		if at >= seq || t.Failed() {
			return
		}
		select {
		case <-changed:
		case <-timeout.C:
			_, connections := f.seen()
			t.Errorf("%s has come to receipt %d of %d within %s; %d connections", f.name, at, seq, within, connections)
			return
		}
	}
}
