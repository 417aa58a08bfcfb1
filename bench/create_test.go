package bench_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
)

// BenchmarkCreate measures createTask: how many a second one tenant's callers get, and what group commit makes of many.
func BenchmarkCreate(b *testing.B) {
	onDurable(b, func(b *testing.B, s *stage) {
		for _, callers := range []int{1, 32, 128} {
			b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
				v := agent(uuid.New())
				concurrently(b, callers, "creates/s", func(ctx context.Context) error {
					_, err := s.engine.CreateTask(ctx, v, newTask())
					return err
				})
			})
		}
	})
}
