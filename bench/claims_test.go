package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/store"
)

// claims measures the claim of one task among many that nobody may claim now: finished ones, queued ones of higher priority
// that need what this worker can't do, and delayed ones; against the same claim where there is nothing else.
func claims(b *testing.B, r *run) {
	r.claims(b, "PostgreSQL", r.database(b, "claims_empty"), r.database(b, "claims_full"), pick(r, 5_000_000, 10_000), pick(r, 100_000, 500))
	r.claims(b, "SQLite", sqliteURL(b), sqliteURL(b), pick(r, 200_000, 10_000), pick(r, 10_000, 500))
}

func (r *run) claims(b *testing.B, database, empty, full string, finished, waiting int) {
	b.Helper()
	tenant := uuid.New()
	large := openStage(b, full, store.Options{})
	large.withoutIndexes(b, "tasks", func() { seedFinished(b, large, tenant, finished) })
	nothing, much := r.serve(b, empty), r.serve(b, full)
	createMany(b, newCaller(b, much.URL, tenant.String()), waiting, map[string]any{"requirements": map[string]any{"capabilities": []string{"welding"}}, "priority": 10})
	createMany(b, newCaller(b, much.URL, tenant.String()), waiting, map[string]any{"delaySeconds": 86_400})
	large.analyze(b)
	took := inCalls(b, pick(r, 300, 30), 20*time.Second, taskClaimer(b, nothing.URL, tenant.String()), taskClaimer(b, much.URL, tenant.String()))
	scenario := fmt.Sprintf("claimTasks(1), %s finished, %s others queued, %s delayed, %s", count(finished), count(waiting), count(waiting), database)
	r.table.compare(scenario, millisecond(took[1]), "itself on an empty table", millisecond(took[0]), atMost(1.2))
}

// taskClaimer returns what creates a task, which is not timed, and claims it.
func taskClaimer(b *testing.B, url, tenant string) call {
	b.Helper()
	l := openLine(b, url)
	create := taskCreator(tenant)
	claim := request(claimTasks, map[string]any{"i": map[string]any{"capabilities": []string{"writing"}}}, as(tenant, "worker:bench")...)
	return func(b *testing.B) time.Duration {
		b.Helper()
		if _, err := create(0, l); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		leases, err := l.leases(claim)
		took := time.Since(start)
		if err != nil || len(leases) != 1 {
			b.Fatalf("the claim brought %d leases: %v", len(leases), err)
		}
		return took
	}
}

// createMany creates tasks by the hundred, each with what is given beside what all have.
func createMany(b *testing.B, c *caller, n int, with map[string]any) {
	b.Helper()
	inputs := make([]any, atOnce)
	for i := range inputs {
		input := taskInput()
		for name, value := range with {
			input[name] = value
		}
		inputs[i] = input
	}
	inParallel(b, n/atOnce, func(int) error {
		var data struct{ CreateTasks []struct{ Created bool } }
		return c.do(b.Context(), "agent:bench", createTasks, map[string]any{"i": inputs}, &data)
	})
}
