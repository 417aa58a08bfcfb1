package faults_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// load is agents and workers of one tenant at work, and followers of what they do. In the end all of it is compared: everything
// that was acknowledged is in the ledger, and every follower saw its part of it once and in order.
type load struct {
	t       *testing.T
	chance  chance
	me      caller
	to      []address // where its followers read
	journal *journal
	whole   *follower // of the ledger

	// One ends after the other: those who work stop, then what is open is closed, then everything is compared.
	working, patience context.Context
	stop, giveUp      context.CancelFunc

	group   sync.WaitGroup
	agents  []*agent
	workers int
}

// newLoad returns a load that nobody makes yet.
func newLoad(t *testing.T, c chance, me caller, to []address) *load {
	t.Helper()
	l := &load{t: t, chance: c, me: me, to: to, journal: newJournal(t)}
	l.working, l.stop = context.WithCancel(t.Context())
	l.patience, l.giveUp = context.WithCancel(t.Context())
	t.Cleanup(func() { l.stop(); l.giveUp() })
	l.whole = follow(t, &follower{name: "the follower of the ledger", caller: me.as("human:auditor"), transport: "SSE", query: followLedger, to: to}, "0")
	return l
}

// newTenant returns a caller of a tenant of its own, who counts the calls that were not answered.
func newTenant(t *testing.T) caller {
	t.Helper()
	return caller{tenant: uuid.NewString(), http: newHTTP(t), lost: new(atomic.Int64)}
}

// add lets more agents and workers begin, who turn to these servers.
func (l *load) add(agents, workers int, to []address) {
	l.t.Helper()
	for range agents {
		i := len(l.agents)
		name := fmt.Sprintf("a%d", i)
		a := &agent{caller: l.me.as("agent:" + name), name: name, to: to, random: l.chance.part(uint64(10 + i)), journal: l.journal}
		a.results = follow(l.t, &follower{name: "the follower of results of " + name, caller: a.caller,
			transport: []string{"SSE", "WebSocket"}[i%2], query: followOwnResults, to: to}, "0")
		l.agents = append(l.agents, a)
		l.group.Go(func() { a.run(l.working, l.patience) })
	}
	for range workers {
		name := fmt.Sprintf("w%d", l.workers)
		w := &worker{caller: l.me.as("worker:" + name), name: name, to: to, random: l.chance.part(uint64(20 + l.workers)), journal: l.journal}
		l.workers++
		l.group.Go(func() { w.run(l.working, l.patience) })
	}
}

// grow waits until the ledger has n receipts more.
func (l *load) grow(n int64) {
	l.t.Helper()
	at, _ := l.whole.last()
	l.whole.await(l.t, at+n)
}

// end stops the work, closes what is open, and compares. It returns what there was to compare.
func (l *load) end() string {
	l.t.Helper()
	l.stop()
	defer time.AfterFunc(within, l.giveUp).Stop()
	l.group.Wait()
	for _, a := range l.agents {
		l.group.Go(func() { a.finish(l.patience) })
	}
	l.group.Wait()
	whole := readWhole(l.t, l.me.as("human:auditor"), l.to)
	l.whole.wantAll(l.t, whole)
	_, connections := l.whole.seen()
	for _, a := range l.agents {
		a.results.wantAll(l.t, whole.results(a.name))
		_, n := a.results.seen()
		connections += n
	}
	l.journal.check(newIndex(whole))
	return fmt.Sprintf("%d calls to be repeated; %d results over %d connections; %s", l.me.lost.Load(),
		len(whole.those(func(r *receipt) bool { return r.Type == "TASK_RESULT_READY" })), connections, l.journal)
}
