package engine

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// ReleaseLease gives a task back unfinished.
type ReleaseLease struct {
	LeaseID uuid.UUID
	Reason  *string
}

// ReleaseLease requeues the task at once and costs no attempt. It returns LEASE_INVALID_OR_EXPIRED or PAYLOAD_TOO_LARGE; the
// same release again returns the task and writes nothing.
func (e *Engine) ReleaseLease(ctx context.Context, v models.Viewer, c ReleaseLease) (*models.Task, error) {
	body := models.Object(map[string]models.JSON{"reason": models.StringOrNull(c.Reason)})
	if err := check(body); err != nil {
		return nil, err
	}
	return do[*models.Task](ctx, e, v, &releaseLease{lease: c.LeaseID, body: body})
}

type releaseLease struct {
	lease uuid.UUID
	body  models.JSON
}

func (c *releaseLease) needs(n *store.Needs) { n.Leases = append(n.Leases, c.lease) }

func (c *releaseLease) decide(s *state) (any, error) {
	report := digest("releaseLease", map[string]models.JSON{"body": c.body})
	if t, ok := s.repeated(c.lease, report); ok {
		return copyTask(t), nil
	}
	_, t, err := s.live(c.lease)
	if err != nil {
		return nil, err
	}
	_, err = s.apply(t, move{
		event: models.EventRelease, by: s.viewer.Principal, report: report, receipt: models.LeaseReleasedType, body: c.body,
	})
	return copyTask(t), err
}
