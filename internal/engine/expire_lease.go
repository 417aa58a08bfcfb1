package engine

import (
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// expireLease ends a lease that is past its expiry. It is the sweeper's only command; a lease that was renewed or ended
// meanwhile is left alone, and so is one whose rows somebody holds: the next sweep looks again.
type expireLease struct{ lease uuid.UUID }

func (c *expireLease) needs(n *store.Needs) { n.Due = append(n.Due, c.lease) }

// expiry is what became of a lease that seemed due, and of its task.
type expiry int

const (
	notExpired expiry = iota
	expiredRequeued
	expiredFailed
)

// decide answers with an expiry.
func (c *expireLease) decide(s *state) (any, error) {
	l := s.Leases[c.lease]
	if l == nil || l.State != models.LeaseActive || l.Live(s.Now) {
		return notExpired, nil
	}
	t := s.Tasks[l.TaskID]
	if t == nil {
		return notExpired, nil // somebody holds it
	}
	rules := s.engine.options.Rules
	expiries := t.ExpiryCount + 1
	last := rules.MaxExpiries > 0 && expiries >= rules.MaxExpiries
	m := move{
		event: models.EventExpire, by: models.ServerPrincipal, receipt: models.LeaseExpiredType, expiries: 1,
		body: models.Object(map[string]models.JSON{
			"previous_worker": l.Worker.JSON(), "attempt": models.Int(t.Attempt), "expiry_count": models.Int(expiries),
			"requeued": models.Bool(!last),
		}),
	}
	if last {
		problem := models.Object(map[string]models.JSON{
			"code":    models.String("lease_expiry_limit"),
			"message": models.String("the task's leases ran out too often: its workers died, hung or were too slow"),
		})
		problem, body := failedBody(t, problem, "lease_expiry_limit")
		m.event, m.also, m.alsoBody = models.EventExpireLimit, models.TaskFailed, body
		m.outcome = &models.TaskOutcome{Status: models.StatusFailed, Error: problem, CompletedAt: s.Now}
	} else {
		at := s.Now.Add(s.engine.options.Jitter(rules.ExpiryJitter).Truncate(time.Microsecond))
		m.eligible = &at
	}
	if _, err := s.apply(t, m); err != nil {
		return nil, err
	}
	if expiries == models.AnomalyExpiries+1 {
		s.tell(t, models.SystemAnomaly, models.ServerPrincipal, uuid.Nil, anomalyBody(t))
	}
	if last {
		return expiredFailed, nil
	}
	return expiredRequeued, nil
}

func anomalyBody(t *models.Task) models.JSON {
	return models.Object(map[string]models.JSON{
		"kind": models.String("repeated_lease_expiry"),
		"details": models.Object(map[string]models.JSON{
			"task_id": models.String(t.ID.String()), "task_type": models.String(t.Type), "expiry_count": models.Int(t.ExpiryCount),
		}),
		"recommended_action": models.String("look at the workers of this type: they die, hang, or need a longer lease; cancel the task if it can't be done"),
	})
}
