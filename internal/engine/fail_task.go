package engine

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// FailTask reports a failure.
type FailTask struct {
	LeaseID   uuid.UUID
	Error     models.JSON
	Retryable bool
	// RetryAfterSeconds is the delay before the next attempt; nil is the task's exponential backoff.
	RetryAfterSeconds *int
}

// Failed is the answer of FailTask. Requeued tells whether another attempt follows; Receipt is task.retry_scheduled then,
// else task.failed.
type Failed struct {
	Task           *models.Task
	Requeued       bool
	NextEligibleAt *time.Time
	Receipt        *models.Receipt
}

// FailTask ends the attempt: the task is queued again if the failure is retryable and attempts are left, else failed. It
// returns LEASE_INVALID_OR_EXPIRED or BAD_USER_INPUT; an error that is too large is kept truncated, so that a worker can
// always report. The same report again returns the first outcome and writes nothing.
func (e *Engine) FailTask(ctx context.Context, v models.Viewer, c FailTask) (Failed, error) {
	if err := checkRange("retryAfterSeconds", c.RetryAfterSeconds, 0, models.MaxDelaySeconds); err != nil {
		return Failed{}, err
	}
	if c.Error == "" {
		c.Error = models.Null
	}
	done, err := do[ended](ctx, e, v, &failTask{FailTask: c})
	if err != nil {
		return Failed{}, err
	}
	receipt, err := e.receiptOf(ctx, v, done, models.TaskRetryScheduled, models.TaskFailed)
	if err != nil {
		return Failed{}, err
	}
	failed := Failed{Task: done.task, Receipt: receipt, Requeued: receipt.Type == models.TaskRetryScheduled}
	if failed.Requeued {
		failed.NextEligibleAt = scheduled(receipt)
	}
	return failed, nil
}

// scheduled reads when a retry may be claimed from its receipt: for a replay the task may have gone on since.
func scheduled(r *models.Receipt) *time.Time {
	text := string(r.Body.Fields()["next_eligible_at"])
	at, err := time.Parse(`"`+time.RFC3339Nano+`"`, text)
	if err != nil {
		return nil // archived: the body is gone
	}
	return &at
}

type failTask struct{ FailTask }

func (c *failTask) needs(n *store.Needs) { n.Leases = append(n.Leases, c.LeaseID) }

func (c *failTask) decide(s *state) (any, error) {
	report := digest("failTask", map[string]models.JSON{
		"error": c.Error, "retryable": models.Bool(c.Retryable), "retry_after_seconds": intOrNull(c.RetryAfterSeconds),
	})
	if t, ok := s.repeated(c.LeaseID, report); ok {
		return ended{task: copyTask(t), lease: c.LeaseID}, nil
	}
	l, t, err := s.live(c.LeaseID)
	if err != nil {
		return nil, err
	}
	m := c.retry(s, t)
	if !c.Retryable || t.Attempt+1 >= t.MaxAttempts {
		m = c.fail(s, t)
	}
	m.by, m.report = s.viewer.Principal, report
	told, err := s.apply(t, m)
	if err != nil {
		return nil, err
	}
	return ended{task: copyTask(t), lease: l.ID, receipt: told[0]}, nil
}

// fitting builds a body around an error, which is truncated when the body would be too large.
func fitting(problem models.JSON, body func(models.JSON) models.JSON) (models.JSON, models.JSON) {
	whole := body(problem)
	if len(whole) <= models.MaxBodyBytes {
		return problem, whole
	}
	problem = models.TruncateError(problem)
	return problem, body(problem)
}

func (c *failTask) retry(s *state, t *models.Task) move {
	at := s.Now.Add(c.delay(s.engine.options.Rules, t))
	_, body := fitting(c.Error, func(problem models.JSON) models.JSON {
		return models.Object(map[string]models.JSON{
			"error": problem, "attempt": models.Int(t.Attempt + 1), "max_attempts": models.Int(t.MaxAttempts),
			"next_eligible_at": models.Time(at),
		})
	})
	return move{event: models.EventRetry, receipt: models.TaskRetryScheduled, body: body, attempts: 1, eligible: &at}
}

// delay before the next attempt: what the worker asks for, else base × 2^(attempt−1), attempt being the one after this.
func (c *failTask) delay(rules models.Rules, t *models.Task) time.Duration {
	if c.RetryAfterSeconds != nil {
		return time.Duration(*c.RetryAfterSeconds) * time.Second
	}
	d := time.Duration(t.RetryBackoffSeconds) * time.Second
	for range t.Attempt {
		if d >= rules.MaxRetryBackoff {
			break
		}
		d *= 2
	}
	return min(d, rules.MaxRetryBackoff)
}

func (c *failTask) fail(s *state, t *models.Task) move {
	reason := "not_retryable"
	if c.Retryable {
		reason = "max_attempts_exceeded"
	}
	problem, body := failedBody(t, c.Error, reason)
	return move{
		event: models.EventFail, receipt: models.TaskFailed, body: body,
		outcome: &models.TaskOutcome{Status: models.StatusFailed, Error: problem, CompletedAt: s.Now},
	}
}

// failedBody is what task.failed says, and the error as it was kept.
func failedBody(t *models.Task, problem models.JSON, reason string) (kept, body models.JSON) {
	return fitting(problem, func(problem models.JSON) models.JSON {
		return models.Object(map[string]models.JSON{
			"error": problem, "attempt": models.Int(t.Attempt), "max_attempts": models.Int(t.MaxAttempts),
			"terminal_reason": models.String(reason),
		})
	})
}
