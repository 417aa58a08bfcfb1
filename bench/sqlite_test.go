package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/store"
)

// sqlite measures a server on SQLite against the same rows written and read through the driver alone.
func sqlite(b *testing.B, r *run) {
	database := sqliteURL(b)
	server := r.serve(b, database)
	f := prepareSQLiteFloor(b, recordLife(b, server.URL, openDB(b, database)))
	turns, d := pick(r, 3, 1), pick(r, 2*time.Second, time.Second/2)
	const floor, together = "the driver, a transaction each", "the driver, 100 to a transaction"

	create := taskCreator(uuid.NewString())
	for _, clients := range []int{1, 32} {
		rates := inTurns(b, turns, d,
			func(b *testing.B, d time.Duration) float64 {
				return load(b, server.URL, clients, d, create).perSecond()
			},
			func(b *testing.B, d time.Duration) float64 { return f.play(b, d, 1, f.life.create).perSecond() })
		r.table.compare(fmt.Sprintf("createTask, clients: %d, SQLite", clients), perSecond(rates[0]), floor, perSecond(rates[1]), target{})
	}

	live := living(uuid.NewString())
	rates := inTurns(b, turns, d,
		func(b *testing.B, d time.Duration) float64 { return load(b, server.URL, 8, d, live).perSecond() },
		func(b *testing.B, d time.Duration) float64 {
			return f.play(b, d, atOnce, f.life.create, f.life.claim, f.life.complete).perSecond()
		})
	r.table.compare("lives by the 100, 8 clients, SQLite", perSecond(rates[0]), together, perSecond(rates[1]), target{})

	owed := sqliteURL(b)
	tenant := uuid.New()
	seedLedger(b, openStage(b, owed, store.Options{}), tenant, ledger{closed: 1_000, open: 300})
	page := request(openObligations, nil, as(tenant.String(), "agent:bench-agent")...)
	took := inCalls(b, pick(r, 300, 40), 10*time.Second, openLine(b, r.serve(b, owed).URL).timed(page), f.page(b, owed, tenant.String()))
	r.table.compare("openObligations(200), SQLite", millisecond(took[0]), "the driver, the same rows", millisecond(took[1]), target{})
}
