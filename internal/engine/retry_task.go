package engine

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// RetryTask asks for a new task with the spec of one that failed or was canceled.
type RetryTask struct {
	TaskID uuid.UUID
	Reason *string
	// IdempotencyKey is the new task's, in its owner's scope.
	IdempotencyKey *string
}

// RetryTask creates a task with the spec and owner of a failed or canceled one, without its idempotency key and delay; its
// task.assigned receipt answers the old task's terminal receipt. It returns NOT_FOUND, FORBIDDEN unless the caller owns the
// task or is ADMIN, INVALID_STATE_TRANSITION for a task in another state or whose payload is in an archive file,
// IDEMPOTENCY_CONFLICT, BAD_USER_INPUT or PAYLOAD_TOO_LARGE. With an idempotency key a retry returns the first task; without one it makes another.
func (e *Engine) RetryTask(ctx context.Context, v models.Viewer, c RetryTask) (Created, error) {
	if err := checkKey(c.IdempotencyKey); err != nil {
		return Created{}, err
	}
	if err := check(models.StringOrNull(c.Reason)); err != nil {
		return Created{}, err
	}
	cmd := &retryTask{RetryTask: c}
	if c.IdempotencyKey != nil {
		// The key's scope is the new task's owner, who is the old one's and never changes.
		old, err := e.store.Tenant(v.TenantID).TasksByID(ctx, []uuid.UUID{c.TaskID})
		if err != nil {
			return Created{}, err
		}
		if t := old[c.TaskID]; t != nil {
			cmd.owner = t.CreatedBy
		}
	}
	return do[Created](ctx, e, v, cmd)
}

type retryTask struct {
	RetryTask
	owner models.Principal
}

func (c *retryTask) needs(n *store.Needs) {
	n.Tasks = append(n.Tasks, c.TaskID)
	n.Terminated = append(n.Terminated, c.TaskID)
	if c.IdempotencyKey != nil {
		n.Keys = append(n.Keys, store.Key{Creator: c.owner, Key: *c.IdempotencyKey})
	}
}

func (c *retryTask) decide(s *state) (any, error) {
	old, err := s.task(c.TaskID)
	if err != nil {
		return nil, err
	}
	if !s.viewer.Owns(old.CreatedBy) {
		return nil, models.Errorf(models.CodeForbidden, "only the task's owner, or ADMIN, may retry it")
	}
	n := newTaskInput{spec: old.Spec, key: c.IdempotencyKey, reason: c.Reason}
	if c.IdempotencyKey != nil {
		n.fingerprint = digest("retryTask", map[string]models.JSON{
			"task_id": models.String(c.TaskID.String()), "reason": models.StringOrNull(c.Reason),
		})
		if known := s.Keys[store.Key{Creator: old.CreatedBy, Key: *c.IdempotencyKey}]; known != nil {
			if known.Fingerprint != n.fingerprint {
				return nil, models.Errorf(models.CodeIdempotencyConflict, "the idempotency key %q was used with other content; use a new key", *c.IdempotencyKey)
			}
			return Created{Task: copyTask(known)}, nil
		}
	}
	if old.Status != models.StatusFailed && old.Status != models.StatusCanceled {
		return nil, models.Errorf(models.CodeInvalidStateTransition, "a task that is %s can't be retried; only failed and canceled ones can", old.Status)
	}
	if old.PayloadHash != "" {
		return nil, models.Errorf(models.CodeInvalidStateTransition, "the task's payload has moved to an archive file; create a new task with it")
	}
	if err := check(n.body()); err != nil {
		return nil, err
	}
	terminal := s.terminal(old)
	if terminal == uuid.Nil {
		return nil, models.Errorf(models.CodeInternal, "a terminal task without a terminal receipt")
	}
	n.parents = []uuid.UUID{terminal}
	return Created{Task: copyTask(s.create(old.CreatedBy, n)), Created: true}, nil
}

// terminal returns the receipt that ended a task: from the ledger, or of this very batch.
func (s *state) terminal(t *models.Task) uuid.UUID {
	for _, r := range s.receipts {
		if r.TaskID == t.ID && r.Type.Terminates(models.TaskAssigned) {
			return r.ID
		}
	}
	return s.Terminated[t.ID]
}
