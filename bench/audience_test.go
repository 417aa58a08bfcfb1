package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// event is what a subscriber hears.
type event struct {
	ResultReady struct {
		Cursor  string
		Receipt struct {
			Seq  int64
			Task struct{ ID string }
		}
	}
}

// principal returns the id of the agent that subscribes on a connection.
func principal(connection int) string { return fmt.Sprintf("bench-%05d", connection) }

// audience is many connections with subscriptions to results, each connection as a principal of its own.
type audience struct {
	tb      testing.TB
	hear    func(connection, subscription int, e *event)
	streams []stream
	leaving atomic.Bool
	readers sync.WaitGroup
}

// gather opens so many connections, for each of whose principals there is one result already; see prime. It returns when all
// subscriptions have heard of it: they stand then. No more than 32 come at once. hear is called for every later event, by
// many goroutines. The connections are closed when the test ends, or by leave.
func gather(tb testing.TB, c *caller, transport string, connections, subscriptions int, hear func(connection, subscription int, e *event)) *audience {
	tb.Helper()
	a := &audience{tb: tb, hear: hear, streams: make([]stream, connections)}
	tb.Cleanup(a.leave)
	inParallel(tb, connections, func(i int) error {
		s, err := transports[transport](context.Background(), c, "agent:"+principal(i), subscriptions)
		if err != nil {
			return err
		}
		a.streams[i] = s
		for range subscriptions {
			if _, _, err := nextEvent(s); err != nil {
				return err
			}
		}
		a.readers.Go(func() { a.read(i) })
		return nil
	})
	return a
}

// read reads a connection until the audience leaves.
func (a *audience) read(connection int) {
	for {
		subscription, e, err := nextEvent(a.streams[connection])
		if a.leaving.Load() {
			return
		}
		if err != nil {
			a.tb.Errorf("connection %d: %v", connection, err)
			return
		}
		a.hear(connection, subscription, e)
	}
}

func nextEvent(s stream) (subscription int, e *event, err error) {
	subscription, payload, err := s.next()
	if err != nil {
		return 0, nil, err
	}
	var said answer
	if err := json.Unmarshal(payload, &said); err != nil {
		return 0, nil, err
	}
	e = &event{}
	return subscription, e, said.into(e)
}

// leave closes all connections.
func (a *audience) leave() {
	a.leaving.Store(true)
	for _, s := range a.streams {
		if s != nil {
			s.close()
		}
	}
	a.readers.Wait()
}

// prime gives so many principals a result each.
func prime(tb testing.TB, c *caller, principals int) {
	tb.Helper()
	inParallel(tb, principals, func(i int) error { return c.create(context.Background(), "agent:"+principal(i)) })
	for left := principals; left > 0; {
		n, err := c.finish(tb.Context())
		if err != nil || n == 0 {
			tb.Fatalf("%d tasks are left: %v", left, err)
		}
		left -= n
	}
}

// inParallel does something n times, 32 at once.
func inParallel(tb testing.TB, n int, do func(i int) error) {
	tb.Helper()
	var next atomic.Int64
	var running sync.WaitGroup
	for range 32 {
		running.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && !tb.Failed(); i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					tb.Errorf("number %d: %v", i, err)
				}
			}
		})
	}
	running.Wait()
	if tb.Failed() {
		tb.FailNow()
	}
}
