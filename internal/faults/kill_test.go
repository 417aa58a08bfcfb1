package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// Two servers are killed again and again, and so is their PostgreSQL: everything acknowledged is in the ledger, every
// follower saw its part of the ledger once and in order, and the audit finds nothing.
func TestKilledOnPostgreSQL(t *testing.T) {
	t.Parallel()
	database := testkit.StartPostgres(t)
	url := database.URL("postgres")
	testKilled(t, []string{url, url}, func() {
		database.Stop("immediate")
		database.Start()
	})
}

// The same with the one server that SQLite has.
func TestKilledOnSQLite(t *testing.T) {
	t.Parallel()
	testKilled(t, []string{sqliteURL(t)}, nil)
}

// quick are settings with which things happen within seconds.
var quick = []string{
	"ASYNCGATE_MIN_LEASE_TTL=1s", "ASYNCGATE_LEASE_TTL=2s", "ASYNCGATE_SWEEP_INTERVAL=200ms", "ASYNCGATE_EXPIRY_JITTER=0s",
	"ASYNCGATE_RETRY_BACKOFF=1s",
}

const (
	agents  = 3
	workers = 4
)

func testKilled(t *testing.T, databaseURLs []string, crash func()) {
	t.Helper()
	c := newChance(t)
	all := serve(t, databaseURLs, quick...)
	me := caller{tenant: uuid.NewString(), http: newHTTP(t), lost: new(atomic.Int64)}
	var kills, crashes int
	told := endure(t, c, me, all.addresses(), func() {
		ctx, stop := context.WithTimeout(t.Context(), *duration)
		defer stop()
		kills, crashes = killAll(ctx, all, crash, c.part(0))
	})
	t.Logf("%d kills of servers, %d crashes of the database in %s; %s; %s", kills, crashes, *duration, told, all.mustVerify(t, databaseURLs[0]))
}

// endure lets agents delegate to workers until trouble, which it calls meanwhile, returns. Then it holds all that they were told
// against the ledger: everything acknowledged is in it, and every follower saw its part of it once and in order. It returns what
// there was to compare.
func endure(t *testing.T, c chance, me caller, to []address, trouble func()) string {
	t.Helper()
	j := newJournal(t)
	// One after the other: those who work stop, then what is open is closed, then everything is compared.
	working, stop := context.WithCancel(t.Context())
	defer stop()
	patience, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	whole := follow(t, &follower{name: "the follower of the ledger", caller: me.as("human:auditor"), transport: "SSE", query: followLedger,
		to: to}, "0")
	var group sync.WaitGroup
	var delegating []*agent
	for i := range agents {
		name := fmt.Sprintf("a%d", i)
		a := &agent{caller: me.as("agent:" + name), name: name, to: to, random: c.part(uint64(10 + i)), journal: j}
		a.results = follow(t, &follower{name: "the follower of results of " + name, caller: a.caller,
			transport: []string{"SSE", "WebSocket"}[i%2], query: followOwnResults, to: to}, "0")
		delegating = append(delegating, a)
		group.Go(func() { a.run(working, patience) })
	}
	for i := range workers {
		name := fmt.Sprintf("w%d", i)
		w := &worker{caller: me.as("worker:" + name), name: name, to: to, random: c.part(uint64(20 + i)), journal: j}
		group.Go(func() { w.run(working, patience) })
	}
	trouble()
	stop()
	defer time.AfterFunc(within, giveUp).Stop()
	group.Wait()
	for _, a := range delegating {
		group.Go(func() { a.finish(patience) })
	}
	group.Wait()

	l := readWhole(t, me.as("human:auditor"), to)
	whole.wantAll(t, l)
	_, connections := whole.seen()
	for _, a := range delegating {
		a.results.wantAll(t, l.results(a.name))
		_, n := a.results.seen()
		connections += n
	}
	j.check(newIndex(l))
	return fmt.Sprintf("%d calls to be repeated; %d results over %d connections; %s",
		me.lost.Load(), len(l.those(func(r *receipt) bool { return r.Type == "TASK_RESULT_READY" })), connections, j)
}

// killAll kills until ctx ends; then everything runs again.
func killAll(ctx context.Context, all servers, crash func(), random *rand.Rand) (kills, crashes int) {
	upTo := func(d time.Duration) time.Duration { return time.Duration(random.Int64N(int64(d))) }
	// Every few seconds; in the short version more often, so that there is something to see.
	for pause(ctx, 300*time.Millisecond+upTo(min(*duration/5, 4*time.Second))) {
		var victims servers
		switch n := random.IntN(10); {
		case n < 7:
			victims = servers{all[random.IntN(len(all))]}
		case n < 8:
			victims = all
		}
		for _, s := range victims {
			s.kill()
			kills++
		}
		if crash != nil && (len(victims) == 0 || random.IntN(8) == 0) {
			crash()
			crashes++
		}
		pause(ctx, upTo(700*time.Millisecond))
		for _, s := range victims {
			s.start()
		}
	}
	return kills, crashes
}
