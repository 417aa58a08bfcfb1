package bench_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// TestOpenObligationsPerformance holds what makes openObligations fast, which a clock can't tell on a busy machine: one
// statement for a page, which finds its rows by the index of open obligations and reads no table through.
func TestOpenObligationsPerformance(t *testing.T) {
	t.Parallel()
	// One connection, so that the database knows one last statement.
	server := testkit.Postgres(t)
	postgres := openStage(t, server, store.Options{MaxConnections: 1})
	lite := openStage(t, sqliteURL(t), store.Options{})
	tenant := uuid.New()
	seedLedger(t, postgres, tenant, ledger{closed: 33_000, open: 1_000})
	openPage(t, postgres, tenant)
	// The store writes the same text for both databases, and PostgreSQL tells what it was asked.
	var text string
	err := postgres.db.QueryRowContext(t.Context(),
		"SELECT query FROM pg_stat_activity WHERE application_name = 'asyncgate' AND datname = current_database()").Scan(&text)
	if err != nil || !strings.Contains(text, "closed_by IS NULL") {
		t.Fatalf("PostgreSQL was last asked %q: %v", text, err)
	}

	seedLedger(t, lite, tenant, ledger{closed: 33_000, open: 1_000})
	openPage(t, lite, tenant)

	plan := explain(t, postgres.db, "EXPLAIN "+text)
	if !strings.Contains(plan, "idx_obligations_open") || strings.Contains(plan, "Seq Scan") {
		t.Errorf("PostgreSQL's plan:\n%s", plan)
	}
	plan = explain(t, lite.db, "EXPLAIN QUERY PLAN "+text)
	// The one thing to scan is the page itself, the subquery.
	if !strings.Contains(plan, "SEARCH o USING INDEX idx_obligations_open") || strings.Count(plan, "SCAN ") > 1 || strings.Contains(plan, "SCAN r") {
		t.Errorf("SQLite's plan:\n%s", plan)
	}
}

// first is a page of the greatest size.
func first() store.PageArgs {
	n := models.MaxPageSize
	return store.PageArgs{First: &n}
}

// openPage reads a page and checks that it is the first one, full, and one statement.
func openPage(t *testing.T, s *stage, tenant uuid.UUID) {
	t.Helper()
	var statements store.Counter
	page, err := s.store.Tenant(tenant).OpenObligations(store.WithCounter(t.Context(), &statements), agent(tenant).Principal, first())
	if err != nil {
		t.Fatal(err)
	}
	if n := statements.Load(); n != 1 {
		t.Errorf("a page took %d statements, want 1", n)
	}
	if len(page.Nodes) != models.MaxPageSize || !page.HasNextPage || page.Nodes[0].Seq != 99_001 || page.Nodes[199].Seq != 99_200 {
		t.Errorf("the page has %d rows, not the 200 oldest of 1,000", len(page.Nodes))
	}
}

// explain returns the last column of the plan's rows, a line each.
func explain(t *testing.T, db *sql.DB, text string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		line := ""
		into := make([]any, len(columns))
		for i := range into {
			into[i] = new(any)
		}
		into[len(into)-1] = &line
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
