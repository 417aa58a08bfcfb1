package store_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// tenantTables are sharded by tenant where the database is.
const tenantTables = "ledger_heads|tasks|task_counts|leases|receipts|obligations|acknowledgements"

// TestKeysBeginWithTheTenant: where a table has tenants, each key and each index that makes rows unique begins with the tenant.
// Without that a database can be neither partitioned nor sharded by tenant.
func TestKeysBeginWithTheTenant(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	open(t, url, store.Options{})
	unique := regexp.MustCompile(`^CREATE UNIQUE INDEX \w+ ON public\.(?:` + tenantTables + `) USING btree \(tenant_id\b`)
	// Those of a server's own search and of the keys, which belong to the whole database.
	other := regexp.MustCompile(`^CREATE (?:INDEX idx_leases_expiry|INDEX idx_receipts_parents_gin|UNIQUE INDEX api_keys_pkey|UNIQUE INDEX idx_api_keys_hash|UNIQUE INDEX bun_migrations_pkey) ON `)
	ordinary := regexp.MustCompile(`^CREATE INDEX \w+ ON public\.(?:api_keys|` + tenantTables + `) USING btree \(tenant_id\b`)
	for name, definition := range mustReadIndexes(t, url) {
		if !unique.MatchString(definition) && !ordinary.MatchString(definition) && !other.MatchString(definition) {
			t.Errorf("%s: %s", name, definition)
		}
	}
	// No sequence hands out numbers that shards would have to share.
	if n := mustCount(t, url, "SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relname NOT LIKE 'bun_migrations%'"); n != 0 {
		t.Errorf("%d sequences", n)
	}
	if n := mustCount(t, url, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"); n != 0 {
		t.Errorf("%d foreign keys", n)
	}
}

// overTenants are the statements that ask all tenants or several at once, each for its reason.
var overTenants = []*regexp.Regexp{
	regexp.MustCompile(`^SELECT .* FROM "?leases"? .*"?expires_at"? <= `),                      // the sweeper's search: DueLeases
	regexp.MustCompile(`^SELECT "tenant_id", "seq" FROM "ledger_heads" WHERE \(tenant_id IN `), // the feed's poll: Heads
	regexp.MustCompile(`^SELECT status, CAST\(sum\(count\).* FROM "task_counts"`),              // the metrics: Totals
	regexp.MustCompile(`^SELECT tenant_id FROM ledger_heads UNION .* ORDER BY 1$`),             // verify, of all tenants
}

var (
	ofTenants = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE) "?(?:` + tenantTables + `)\b`)
	oneTenant = regexp.MustCompile(`(?i)\btenant_id"? = (?:\$\d|'[0-9a-f]{8}-)|^INSERT INTO "?\w+"? (?:AS \w+ )?\("?tenant_id\b`)
)

// TestStatementsNameTheirTenant: every statement of the suite is about one tenant, so that a sharded database knows where to send
// it; but for those that are about all of them, which are few and no caller waits for.
func TestStatementsNameTheirTenant(t *testing.T) {
	t.Parallel()
	server := testkit.StartPostgres(t)
	server.LogStatements()
	t.Cleanup(func() { mustNameTheirTenant(t, server.Statements()) }) // when the suite's tests have ended
	storetest.Run(t, func(t *testing.T) *store.Store {
		s := open(t, server.URL("postgres")+"&application_name=suite", store.Options{})
		if _, err := s.Totals(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Verify(t.Context(), nil, func(store.Violation) {}); err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func mustNameTheirTenant(t *testing.T, statements []testkit.Statement) {
	t.Helper()
	seen := map[string]int{}
	for _, statement := range statements {
		text := strings.Join(strings.Fields(statement.Text), " ")
		if statement.Application != "suite" || !ofTenants.MatchString(text) {
			continue
		}
		kind := "of one tenant"
		if !oneTenant.MatchString(text) {
			kind = overTenant(text)
		}
		if kind == "" {
			t.Errorf("a statement names no tenant: %.300s", text)
		}
		seen[kind]++
	}
	if seen["of one tenant"] < 1000 || len(seen) != 1+len(overTenants) {
		t.Errorf("the suite was not seen: %v", seen)
	}
}

// overTenant tells which of the statements over tenants this is.
func overTenant(text string) string {
	for i, known := range overTenants {
		if known.MatchString(text) {
			return fmt.Sprintf("over tenants, %d", i)
		}
	}
	return ""
}

// TestPostgresLeastPrivilege: a server that need not migrate needs a role that may read, insert and update, and of receipts only
// what archiving takes out. Such a role can't turn off what keeps the ledger from being changed.
func TestPostgresLeastPrivilege(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	open(t, url, store.Options{}) // which migrates as the owner
	role := "servant_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	mustExecAt(t, url, `CREATE ROLE `+role+`;
		GRANT SELECT ON ALL TABLES IN SCHEMA public TO `+role+`;
		GRANT INSERT, UPDATE ON ledger_heads, tasks, task_counts, leases, obligations, acknowledgements, api_keys TO `+role+`;
		GRANT INSERT, UPDATE (body, archived) ON receipts TO `+role)
	storetest.Run(t, func(t *testing.T) *store.Store {
		s, err := store.Open(t.Context(), url+"&options=-c%20role%3D"+role, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.CheckSchema(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			"ALTER TABLE receipts DISABLE TRIGGER USER", "DROP TABLE receipts", "UPDATE receipts SET type = 'x'", "DELETE FROM receipts", "TRUNCATE tasks",
		} {
			if err := s.Exec(t.Context(), statement); err == nil {
				t.Errorf("the role may %s", statement)
			}
		}
		return s
	})
}
