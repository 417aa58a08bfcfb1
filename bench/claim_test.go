package bench_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
)

// BenchmarkClaimWithFinished measures whether claiming becomes slower with the work that is done: one claim on a database
// with few finished tasks and one on a database with many, in turns, so that both see the same machine. The ratio of the
// medians should stay about 1.
func BenchmarkClaimWithFinished(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		claimInTurns(b, openStage(b, sqliteURL(b), store.Options{}), openStage(b, sqliteURL(b), store.Options{}))
	})
	b.Run("postgres", func(b *testing.B) {
		server := testkit.StartPostgres(b, testkit.Durable())
		few := openStage(b, server.URL("postgres"), store.Options{})
		if _, err := few.db.ExecContext(b.Context(), "CREATE DATABASE many"); err != nil {
			b.Fatal(err)
		}
		claimInTurns(b, few, openStage(b, server.URL("many"), store.Options{}))
	})
}

func claimInTurns(b *testing.B, few, many *stage) {
	const fewTasks, manyTasks = 1_000, 1_000_000
	tenant := uuid.New()
	seedFinished(b, few, tenant, fewTasks)
	seedFinished(b, many, tenant, manyTasks)
	b.Run(fmt.Sprintf("finished=%d,%d", fewTasks, manyTasks), func(b *testing.B) {
		mustCreate(b, few, agent(tenant), b.N)
		mustCreate(b, many, agent(tenant), b.N)
		var tookFew, tookMany []time.Duration
		b.ResetTimer()
		for range b.N {
			tookFew = append(tookFew, claimOne(b, few, tenant))
			tookMany = append(tookMany, claimOne(b, many, tenant))
		}
		b.StopTimer()
		report(b, tookFew, tookMany)
	})
}

func claimOne(b *testing.B, s *stage, tenant uuid.UUID) time.Duration {
	start := time.Now()
	leases, err := s.engine.ClaimTasks(b.Context(), worker(tenant), engine.ClaimTasks{Capabilities: []string{"writing"}, MaxTasks: 1})
	took := time.Since(start)
	if err != nil || len(leases) != 1 {
		b.Fatalf("the claim brought %d leases: %v", len(leases), err)
	}
	return took
}

// report shows both medians and how many times the second the first is. The time of an operation as the benchmark sees it
// says nothing here: it is that of both.
func report(b *testing.B, few, many []time.Duration) {
	slices.Sort(few)
	slices.Sort(many)
	f, m := few[len(few)/2], many[len(many)/2]
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(f.Microseconds()), "few-µs")
	b.ReportMetric(float64(m.Microseconds()), "many-µs")
	b.ReportMetric(float64(m)/float64(f), "many/few")
}
