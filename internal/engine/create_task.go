package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// CreateTask is the content of a new task. Nil pointers are "not given": the defaults of Rules are used.
type CreateTask struct {
	Type                string
	Payload             models.JSON // "" when not given
	PayloadPointer      *string
	Capabilities, Tags  []string
	Priority            int
	ExpectedOutcome     models.ExpectedOutcome // "" is any
	IdempotencyKey      *string
	MaxAttempts         *int
	RetryBackoffSeconds *int
	DelaySeconds        *int
	// ParentIDs are the receipts that the task answers or continues.
	ParentIDs []uuid.UUID
}

// Created is the answer of CreateTask, CreateTasks and RetryTask. Created is false when the idempotency key had created
// the task before; nothing was written then.
type Created struct {
	Task    *models.Task
	Created bool
}

// CreateTask creates a task owned by the caller, with its task.assigned receipt. It returns BAD_USER_INPUT,
// PAYLOAD_TOO_LARGE, NOT_FOUND for an unknown parent, or IDEMPOTENCY_CONFLICT. With an idempotency key a retry returns the
// first task; without one it makes another.
func (e *Engine) CreateTask(ctx context.Context, v models.Viewer, c CreateTask) (Created, error) {
	created, err := e.CreateTasks(ctx, v, []CreateTask{c})
	if err != nil {
		return Created{}, err
	}
	return created[0], nil
}

// CreateTasks creates all tasks or none, in the order given; at most models.MaxBatchSize. Errors are those of CreateTask.
func (e *Engine) CreateTasks(ctx context.Context, v models.Viewer, inputs []CreateTask) ([]Created, error) {
	if err := checkBatch(len(inputs)); err != nil {
		return nil, err
	}
	if len(inputs) == 0 {
		return []Created{}, nil
	}
	cmd := &createTasks{owner: v.Principal}
	for i := range inputs {
		n, err := newTask(inputs[i], e.options.Rules)
		if err != nil {
			return nil, placed(i, len(inputs), err)
		}
		cmd.tasks = append(cmd.tasks, n)
	}
	return do[[]Created](ctx, e, v, cmd)
}

// placed says which of several inputs an error speaks of.
func placed(i, of int, err error) error {
	if of == 1 {
		return err
	}
	return models.Within(fmt.Sprintf("inputs[%d]", i), err)
}

func checkBatch(n int) error {
	if n > models.MaxBatchSize {
		return models.Errorf(models.CodeBadUserInput, "%d items; at most %d fit one call", n, models.MaxBatchSize)
	}
	return nil
}

// newTaskInput is a validated creation: what the task will be, before it has ids and times.
type newTaskInput struct {
	spec        models.Spec
	key         *string
	fingerprint string
	delay       *time.Duration
	parents     []uuid.UUID
	reason      *string
}

// body is what task.assigned says.
func (n newTaskInput) body() models.JSON {
	return models.Object(map[string]models.JSON{
		"task_type": models.String(n.spec.Type), "requirements": n.spec.Requirements.JSON(),
		"expected_outcome": models.String(string(n.spec.ExpectedOutcome)), "idempotency_key": models.StringOrNull(n.key),
		"reason": models.StringOrNull(n.reason),
	})
}

// newTask checks the input and fills in the defaults.
func newTask(c CreateTask, rules models.Rules) (newTaskInput, error) {
	if err := c.check(); err != nil {
		return newTaskInput{}, err
	}
	n := newTaskInput{
		spec: models.Spec{
			Type: c.Type, Payload: c.Payload, PayloadPointer: c.PayloadPointer, Priority: c.Priority,
			Requirements:        models.Requirements{Capabilities: c.Capabilities, Tags: c.Tags},
			ExpectedOutcome:     c.ExpectedOutcome,
			MaxAttempts:         orDefault(c.MaxAttempts, rules.MaxAttempts),
			RetryBackoffSeconds: orDefault(c.RetryBackoffSeconds, int(rules.RetryBackoff/time.Second)),
		},
		key: c.IdempotencyKey, parents: unique(c.ParentIDs),
	}
	if c.DelaySeconds != nil {
		delay := time.Duration(*c.DelaySeconds) * time.Second
		n.delay = &delay
	}
	if n.spec.ExpectedOutcome == "" {
		n.spec.ExpectedOutcome = models.OutcomeAny
	}
	if c.IdempotencyKey != nil {
		n.fingerprint = c.fingerprint()
	}
	return n, check(n.body())
}

// fingerprint is the digest of every input field but the key, in canonical form, before defaults.
func (c CreateTask) fingerprint() string {
	ids := unique(c.ParentIDs) // as they are written
	parents := make([]string, len(ids))
	for i, p := range ids {
		parents[i] = p.String()
	}
	return digest("createTask", map[string]models.JSON{
		"type": models.String(c.Type), "payload": c.Payload, "payload_pointer": models.StringOrNull(c.PayloadPointer),
		"capabilities": models.Strings(c.Capabilities), "tags": models.Strings(c.Tags), "priority": models.Int(c.Priority),
		"expected_outcome": models.String(string(c.ExpectedOutcome)), "max_attempts": intOrNull(c.MaxAttempts),
		"retry_backoff_seconds": intOrNull(c.RetryBackoffSeconds), "delay_seconds": intOrNull(c.DelaySeconds),
		"parents": models.Strings(parents),
	})
}

// createTasks is the command behind CreateTasks and RetryTask.
type createTasks struct {
	owner models.Principal
	tasks []newTaskInput
}

func (c *createTasks) needs(n *store.Needs) {
	for _, t := range c.tasks {
		n.Receipts = append(n.Receipts, t.parents...)
		if t.key != nil {
			n.Keys = append(n.Keys, store.Key{Creator: c.owner, Key: *t.key})
		}
	}
}

func (c *createTasks) weight() int { return len(c.tasks) }

func (c *createTasks) decide(s *state) (any, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	created := make([]Created, len(c.tasks))
	for i, t := range c.tasks {
		if known := c.known(s, t); known != nil {
			created[i] = Created{Task: copyTask(known)}
			continue
		}
		created[i] = Created{Task: copyTask(s.create(c.owner, t)), Created: true}
	}
	return created, nil
}

// check refuses before anything is changed: unknown parents, and keys that stand for something else, also among the tasks
// of this very call.
func (c *createTasks) check(s *state) error {
	own := map[string]string{}
	for _, t := range c.tasks {
		for _, p := range t.parents {
			if s.Receipts[p] == nil {
				return models.Errorf(models.CodeNotFound, "no receipt has the id %s", p)
			}
		}
		if t.key == nil {
			continue
		}
		before, seen := own[*t.key]
		if known := c.known(s, t); known != nil {
			before, seen = known.Fingerprint, true
		}
		if seen && before != t.fingerprint {
			return models.Errorf(models.CodeIdempotencyConflict, "the idempotency key %q was used with other content; use a new key", *t.key)
		}
		own[*t.key] = t.fingerprint
	}
	return nil
}

func (c *createTasks) known(s *state, t newTaskInput) *models.Task {
	if t.key == nil {
		return nil
	}
	return s.Keys[store.Key{Creator: c.owner, Key: *t.key}]
}

// create writes a task and its task.assigned receipt: what its owner is owed from now on.
func (s *state) create(owner models.Principal, n newTaskInput) *models.Task {
	t := &models.Task{
		Spec: n.spec, ID: newID(), TenantID: s.tenant, Status: models.StatusQueued, CreatedBy: owner, IdempotencyKey: n.key,
		Fingerprint: n.fingerprint, CreatedAt: s.Now, UpdatedAt: s.Now,
	}
	if n.delay != nil {
		at := s.Now.Add(*n.delay)
		t.NextEligibleAt = &at
	}
	t.ObligationID = s.emit(draft{
		kind: models.TaskAssigned, from: models.ServerPrincipal, to: owner, task: t.ID, parents: n.parents,
		body: n.body(),
	}).ID
	s.newTasks = append(s.newTasks, t)
	s.Tasks[t.ID] = t
	s.counts[store.Count{Type: t.Type, Status: t.Status}]++
	if n.key != nil {
		s.Keys[store.Key{Creator: owner, Key: *n.key}] = t
	}
	return t
}

func unique(ids []uuid.UUID) []uuid.UUID {
	var out []uuid.UUID
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
