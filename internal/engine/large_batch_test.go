package engine_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// On a database of which PostgreSQL knows nothing yet, a batch of many tasks must not compare each with every other.
func TestLargeBatchesAreLinear(t *testing.T) {
	t.Parallel()
	server := testkit.StartPostgres(t)
	conn, err := pgx.Connect(t.Context(), server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	explainEverything(t, conn)
	s, err := store.Open(t.Context(), server.URL("postgres"), store.Options{MaxConnections: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := engine.New(s, engine.Options{Rules: models.DefaultRules()})
	t.Cleanup(func() { _ = e.Close(context.Background()) })

	// PostgreSQL settles for a plan that does for all when it has seen five.
	for range 7 {
		liveTogether(t, e, uuid.New(), models.MaxClaim)
	}
	var updates int
	for plan := range strings.SplitSeq(server.Log(), "Query Text: ") {
		if !strings.HasPrefix(plan, "UPDATE ") {
			continue
		}
		updates++
		if again := regexp.MustCompile(`.*Function Scan.* loops=([2-9]|\d\d).*`).FindString(plan); again != "" {
			t.Errorf("the array is gone through for each row: %s\n%s", again, plan)
		}
	}
	if updates < 7*4 { // tasks twice, leases, obligations
		t.Errorf("the log explains %d updates", updates)
	}
	// As soon as a table holds something, PostgreSQL knows what.
	for _, table := range []string{"tasks", "leases", "receipts", "obligations", "acknowledgements"} {
		var rows float64
		if err := conn.QueryRow(t.Context(), "SELECT reltuples FROM pg_class WHERE oid = $1::regclass", table).Scan(&rows); err != nil || rows < 300 {
			t.Errorf("of %s PostgreSQL knows %v rows, %v", table, rows, err)
		}
	}
}

func explainEverything(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	for _, setting := range []string{
		"session_preload_libraries = 'auto_explain'", `"auto_explain.log_min_duration" = 0`, `"auto_explain.log_analyze" = on`,
	} {
		if _, err := conn.Exec(t.Context(), "LOAD 'auto_explain'; ALTER DATABASE postgres SET "+setting, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
}

// liveTogether creates, claims and completes n tasks, a call each.
func liveTogether(t *testing.T, e *engine.Engine, tenant uuid.UUID, n int) {
	t.Helper()
	agent := models.Viewer{TenantID: tenant, Principal: models.Principal{Kind: models.KindAgent, ID: "a"}}
	worker := models.Viewer{TenantID: tenant, Principal: models.Principal{Kind: models.KindWorker, ID: "w"}}
	if _, err := e.CreateTasks(t.Context(), agent, slices.Repeat([]engine.CreateTask{{Type: "t"}}, n)); err != nil {
		t.Fatal(err)
	}
	leases, err := e.ClaimTasks(t.Context(), worker, engine.ClaimTasks{MaxTasks: n})
	if err != nil || len(leases) != n {
		t.Fatalf("claimed %d, %v", len(leases), err)
	}
	reports := make([]engine.CompleteTask, n)
	for i, l := range leases {
		reports[i].LeaseID = l.ID
	}
	completed, err := e.CompleteTasks(t.Context(), worker, reports)
	if err != nil || len(completed) != n || completed[0].Err != nil || completed[n-1].Err != nil {
		t.Fatalf("completed %d, %v", len(completed), err)
	}
}
