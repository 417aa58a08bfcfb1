package engine

import (
	"context"
	"math"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// ReportProgress tells how far the work is. Sequence is 1, 2, … per lease; nil is the next one.
type ReportProgress struct {
	LeaseID  uuid.UUID
	Progress models.JSON
	Sequence *int
}

// ReportProgress writes the progress, and starts a task that was only leased. A sequence that is not above the highest
// reported is taken for a repeat: the task is returned and nothing written. It returns LEASE_INVALID_OR_EXPIRED,
// BAD_USER_INPUT or PAYLOAD_TOO_LARGE. With a sequence a retry is safe; without one it reports again.
func (e *Engine) ReportProgress(ctx context.Context, v models.Viewer, c ReportProgress) (*models.Task, error) {
	if err := checkRange("sequence", c.Sequence, 1, math.MaxInt32); err != nil {
		return nil, err
	}
	if c.Progress == "" {
		c.Progress = models.Null
	}
	// The sequence may add digits: decide checks the body that is written.
	if err := check(progressBody(c.Progress, 1)); err != nil {
		return nil, err
	}
	return do[*models.Task](ctx, e, v, &reportProgress{lease: c.LeaseID, progress: c.Progress, sequence: c.Sequence})
}

func progressBody(progress models.JSON, sequence int) models.JSON {
	return models.Object(map[string]models.JSON{"progress": progress, "sequence": models.Int(sequence)})
}

type reportProgress struct {
	lease    uuid.UUID
	progress models.JSON
	sequence *int
}

func (c *reportProgress) needs(n *store.Needs) { n.Leases = append(n.Leases, c.lease) }

func (c *reportProgress) decide(s *state) (any, error) {
	l, t, err := s.live(c.lease)
	if err != nil {
		return nil, err
	}
	sequence := orDefault(c.sequence, l.ProgressSequence+1)
	if sequence <= l.ProgressSequence {
		return copyTask(t), nil
	}
	if sequence > math.MaxInt32 {
		return nil, models.Errorf(models.CodeBadUserInput, "the lease has no sequence left; the highest is %d", math.MaxInt32)
	}
	body := progressBody(c.progress, sequence)
	if err := check(body); err != nil {
		return nil, err
	}
	if t.Status == models.StatusLeased {
		if err := s.start(t); err != nil {
			return nil, err
		}
	}
	l.ProgressSequence = sequence
	s.changeLease(l)
	t.Progress = &models.TaskProgress{Data: c.progress, UpdatedAt: s.Now}
	s.changeTask(t)
	s.tell(t, models.TaskProgressed, s.viewer.Principal, l.ID, body)
	return copyTask(t), nil
}
