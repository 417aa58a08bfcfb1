package engine

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

// AwaitTask returns the task once it is terminal, or as it is when the timeout (0 to 30 s) is over or the server drains; nil
// when the tenant has no such task. It returns BAD_USER_INPUT for a timeout out of range.
func (e *Engine) AwaitTask(ctx context.Context, v models.Viewer, id uuid.UUID, timeout time.Duration) (*models.Task, error) {
	if timeout < 0 || timeout > models.MaxWaitSeconds*time.Second {
		return nil, models.Errorf(models.CodeBadUserInput, "timeoutSeconds is %d; allowed are 0 to %d", int(timeout.Seconds()), models.MaxWaitSeconds)
	}
	var ring <-chan struct{}
	if e.options.Bell != nil {
		// Before the look, so that an end between them is heard.
		ended, stop := e.options.Bell.TaskEnded(v.TenantID, id)
		defer stop()
		ring = ended
	}
	patience, cancel := e.patience(ctx, timeout)
	defer cancel()
	for {
		found, err := e.store.Tenant(v.TenantID).TasksByID(ctx, []uuid.UUID{id})
		if err != nil {
			return nil, err
		}
		t := found[id]
		if t == nil || t.Status.Terminal() {
			return t, nil
		}
		_, span := trace.Start(ctx, "await end")
		select {
		case <-ring:
			span.End()
		case <-patience.Done():
			span.End()
			return t, ctx.Err()
		}
	}
}
