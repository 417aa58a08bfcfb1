package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/store"
)

const openObligations = `{ openObligations(first: 200) { nodes { id seq type body createdAt } } }`

// pages measures the first page of a principal's 300 open obligations, behind many that are closed and in a ledger that holds
// much else, against the same page in a small ledger, which has a database of its own. It should grow with the page and not
// with the ledger.
func pages(b *testing.B, r *run) {
	million := pick(r, 1_000_000, 2_000)
	r.pages(b, "PostgreSQL", r.database(b, "owed_few"), r.database(b, "owed_many"), []ledger{
		{closed: million / 10, open: 300},
		{closed: million, open: 300},
		{closed: 1_000, others: 10*million - 3_300, open: 300},
	})
	r.pages(b, "SQLite", sqliteURL(b), sqliteURL(b), []ledger{{closed: million / 10, open: 300}})
}

func (r *run) pages(b *testing.B, database, few, many string, ledgers []ledger) {
	b.Helper()
	small, large := openStage(b, few, store.Options{}), openStage(b, many, store.Options{})
	first := uuid.New()
	// In a table that is smaller still, PostgreSQL prefers a slower plan.
	seedLedger(b, small, first, ledger{closed: 1_000, others: 30_000, open: 300})
	tenants := make([]uuid.UUID, len(ledgers))
	large.withoutIndexes(b, "receipts", func() {
		for i, l := range ledgers {
			tenants[i] = uuid.New()
			seedLedger(b, large, tenants[i], l)
		}
	})
	large.analyze(b)

	// Each has a server of its own: one that is asked more often than another answers faster.
	page := func(url string, tenant uuid.UUID) call {
		return openLine(b, r.serve(b, url).URL).timed(request(openObligations, nil, as(tenant.String(), "agent:bench-agent")...))
	}
	calls := []call{page(few, first)}
	for _, tenant := range tenants {
		calls = append(calls, page(many, tenant))
	}
	took := inCalls(b, pick(r, 500, 15), 20*time.Second, calls...)
	for i, l := range ledgers {
		want := atMost(1.2)
		if l.receipts() < 1_000_000 && !r.quick {
			want = target{}
		}
		scenario := fmt.Sprintf("openObligations(200), %s closed before", count(l.closed))
		if l.others > 0 {
			scenario = fmt.Sprintf("openObligations(200), %s receipts", count(l.receipts()))
		}
		r.table.compare(scenario+", "+database, millisecond(took[i+1]), "itself at 1,000", millisecond(took[0]), want)
	}
}

func count(n int) string { return quantity{value: float64(n)}.String() }
