package faults_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

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

func testKilled(t *testing.T, databaseURLs []string, crash func()) {
	t.Helper()
	c := newChance(t)
	all := serve(t, databaseURLs, quick...)
	l := newLoad(t, c, newTenant(t), all.addresses())
	l.add(3, 4, all.addresses())
	ctx, stop := context.WithTimeout(t.Context(), *duration)
	defer stop()
	kills, crashes := killAll(ctx, all, crash, c.part(0))
	t.Logf("%d kills of servers, %d crashes of the database in %s; %s; %s", kills, crashes, *duration, l.end(), all.mustVerify(t, databaseURLs[0]))
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
