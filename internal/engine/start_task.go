package engine

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// StartTask says that the work on a leased task has begun.
type StartTask struct{ LeaseID uuid.UUID }

// StartTask makes a leased task running; a running one is returned unchanged, so a retry is safe. It returns
// LEASE_INVALID_OR_EXPIRED.
func (e *Engine) StartTask(ctx context.Context, v models.Viewer, c StartTask) (*models.Task, error) {
	return do[*models.Task](ctx, e, v, &startTask{lease: c.LeaseID})
}

type startTask struct{ lease uuid.UUID }

func (c *startTask) needs(n *store.Needs) { n.Leases = append(n.Leases, c.lease) }

func (c *startTask) decide(s *state) (any, error) {
	_, t, err := s.live(c.lease)
	if err != nil {
		return nil, err
	}
	if t.Status != models.StatusRunning {
		err = s.start(t)
	}
	return copyTask(t), err
}

// start makes a leased task running, for StartTask and for the first progress.
func (s *state) start(t *models.Task) error {
	_, err := s.apply(t, move{
		event: models.EventStart, by: s.viewer.Principal, receipt: models.TaskStarted,
		body: models.Object(map[string]models.JSON{"started_at": models.Time(s.Now)}),
	})
	return err
}
