package engine

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// CancelTask ends a task that is no longer wanted.
type CancelTask struct {
	TaskID uuid.UUID
	Reason *string
}

// Canceled is the answer of CancelTask; Canceled is false when the task was already terminal, and nothing was written.
type Canceled struct {
	Task     *models.Task
	Canceled bool
}

// CancelTask cancels a task and the lease that holds it. It returns NOT_FOUND, FORBIDDEN unless the caller owns the task or
// is ADMIN, or PAYLOAD_TOO_LARGE. A retry is safe.
func (e *Engine) CancelTask(ctx context.Context, v models.Viewer, c CancelTask) (Canceled, error) {
	body := models.Object(map[string]models.JSON{
		"reason": models.StringOrNull(c.Reason), "canceled_by": v.Principal.JSON(),
	})
	if err := check(body); err != nil {
		return Canceled{}, err
	}
	return do[Canceled](ctx, e, v, &cancelTask{CancelTask: c, body: body})
}

type cancelTask struct {
	CancelTask
	body models.JSON
}

func (c *cancelTask) needs(n *store.Needs) {
	n.Tasks = append(n.Tasks, c.TaskID)
	// It may take a candidate from the claims of its batch, which then need another.
	n.Contended++
}

func (c *cancelTask) decide(s *state) (any, error) {
	t, err := s.task(c.TaskID)
	if err != nil {
		return nil, err
	}
	if !s.viewer.Owns(t.CreatedBy) {
		return nil, models.Errorf(models.CodeForbidden, "only the task's owner, or ADMIN, may cancel it")
	}
	if t.Status.Terminal() {
		return Canceled{Task: copyTask(t)}, nil
	}
	_, err = s.apply(t, move{
		event: models.EventCancel, by: s.viewer.Principal, receipt: models.TaskCanceled, body: c.body,
		outcome: &models.TaskOutcome{Status: models.StatusCanceled, Reason: c.Reason, CompletedAt: s.Now},
	})
	return Canceled{Task: copyTask(t), Canceled: true}, err
}
