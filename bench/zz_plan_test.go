package bench_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
)

// BenchmarkOpenObligations measures a page of 200 of what a principal is owed, in a small ledger and in a large one, 1,000
// obligations being open in each: the time should grow with the page and not with the ledger.

// TestOpenObligationsPerformance holds what makes openObligations fast, which a clock can't tell on a busy machine: one
// statement for a page, which finds its rows by the index of open obligations and reads no table through.
func TestZZPlan(t *testing.T) {
	t.Parallel()
	// One connection, so that the database knows one last statement.
	server := testkit.Postgres(t)
	postgres := openStage(t, server, store.Options{MaxConnections: 1})
	lite := openStage(t, sqliteURL(t), store.Options{})
	tenant := uuid.New()
	for _, s := range []*stage{postgres, lite} {
		seedLedger(t, s, tenant, 100_000, 1_000)
		openPage(t, s, tenant)
	}

	// The store writes the same text for both databases, and PostgreSQL tells what it was asked.
	var text string
	err := postgres.db.QueryRowContext(t.Context(),
		"SELECT query FROM pg_stat_activity WHERE application_name = 'asyncgate' AND datname = current_database()").Scan(&text)
	if err != nil || !strings.Contains(text, "closed_by IS NULL") {
		t.Fatalf("PostgreSQL was last asked %q: %v", text, err)
	}

	plan := explain(t, postgres.db, "EXPLAIN ANALYZE "+text)
	t.Log(plan); t.Log(len(text), text); if !strings.Contains(plan, "idx_obligations_open") || strings.Contains(plan, "Seq Scan") {
		t.Errorf("PostgreSQL's plan:\n%s", plan)
	}
	plan = explain(t, lite.db, "EXPLAIN QUERY PLAN "+text)
	t.Log(plan)
	// The one to scan is the page itself, the subquery.
	if !strings.Contains(plan, "SEARCH o USING INDEX idx_obligations_open") || strings.Count(plan, "SCAN ") > 1 || strings.Contains(plan, "SCAN r") {
		t.Errorf("SQLite's plan:\n%s", plan)
	}
}

// first is a page of the greatest size.

// openPage reads a page and checks that it is the first one, full, and one statement.

// explain returns the last column of the plan's rows, a line each.
