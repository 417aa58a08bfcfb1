package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestReady: whoever asks hears what is wrong.
func TestReady(t *testing.T) {
	t.Parallel()
	o := openForTest(t, "ASYNCGATE_SWEEP_INTERVAL=1h")
	expect := func(err error, says string) {
		t.Helper()
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
	deadline := time.After(time.Minute)
	for tick := time.Tick(10 * time.Millisecond); o.late(time.Now()) != nil; {
		select {
		case <-tick:
		case <-deadline:
			t.Fatal(o.late(time.Now()))
		}
	}
	expect(o.ready(t.Context()), "")

	// The interval of the sweep is no measure for the feed.
	last := o.hub.LastPoll()
	expect(o.late(last.Add(9*time.Second)), "")
	expect(o.late(last.Add(time.Minute)), "the feed has not read the ledger for 10s")
	expect(o.late(o.engine.LastSweep().Add(4*time.Hour)), "no sweep for expired leases")

	mustExec(t, o.sql(t), "UPDATE bun_migrations SET name = 'later' WHERE id = (SELECT max(id) FROM bun_migrations)")
	expect(o.ready(t.Context()), "migrations are not those of this version")

	gone, cancel := context.WithCancel(t.Context())
	cancel() // what a database that does not answer comes to
	expect(o.ready(gone), "the database doesn't answer")
}
