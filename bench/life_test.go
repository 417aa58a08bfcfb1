package bench_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
)

// BenchmarkLife measures a task's whole life: created, claimed and completed, four receipts in three transactions.
func BenchmarkLife(b *testing.B) {
	onDurable(b, func(b *testing.B, s *stage) {
		for _, callers := range []int{1, 32, 128} {
			b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
				tenant := uuid.New()
				concurrently(b, callers, "lives/s", func(ctx context.Context) error { return live(ctx, s, tenant) })
			})
		}
	})
}

var errNothingToClaim = errors.New("there was nothing to claim, although a task was created for each claim")

// live creates a task, then claims and completes one, which under load is often another caller's.
func live(ctx context.Context, s *stage, tenant uuid.UUID) error {
	if _, err := s.engine.CreateTask(ctx, agent(tenant), newTask()); err != nil {
		return err
	}
	leases, err := s.engine.ClaimTasks(ctx, worker(tenant), engine.ClaimTasks{Capabilities: []string{"writing"}, MaxTasks: 1})
	if err != nil {
		return err
	}
	if len(leases) == 0 {
		return errNothingToClaim
	}
	_, err = s.engine.CompleteTask(ctx, worker(tenant), engine.CompleteTask{LeaseID: leases[0].ID, Result: `{"pages":12}`})
	return err
}
