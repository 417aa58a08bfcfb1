package engine

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// CompleteTask reports success.
type CompleteTask struct {
	LeaseID uuid.UUID
	Summary *string
	Result  models.JSON // "" when not given
	// Artifacts are JSON objects; nil when not given.
	Artifacts     []models.JSON
	DeliveryProof models.JSON // "" when not given
}

// Completed is the answer of CompleteTask: the task, and its task.completed receipt.
type Completed struct {
	Task    *models.Task
	Receipt *models.Receipt
}

// CompleteTask ends the task as succeeded and its lease as completed. It returns LEASE_INVALID_OR_EXPIRED,
// OUTCOME_REQUIRED (the lease stays live), BAD_USER_INPUT or PAYLOAD_TOO_LARGE. The same report again returns the first
// outcome and writes nothing.
func (e *Engine) CompleteTask(ctx context.Context, v models.Viewer, c CompleteTask) (Completed, error) {
	items, err := e.CompleteTasks(ctx, v, []CompleteTask{c})
	if err != nil {
		return Completed{}, err
	}
	if items[0].Err != nil {
		return Completed{}, items[0].Err
	}
	return *items[0].Completed, nil
}

// CompletedItem is the result of one item of CompleteTasks: Completed, or the error that CompleteTask would have returned.
type CompletedItem struct {
	Completed *Completed
	Err       error
}

// CompleteTasks completes each on its own, in the order given; at most models.MaxBatchSize. One that fails leaves the
// others done; the same lease twice is a replay. The error is for the call as a whole.
func (e *Engine) CompleteTasks(ctx context.Context, v models.Viewer, inputs []CompleteTask) ([]CompletedItem, error) {
	if err := checkBatch(len(inputs)); err != nil {
		return nil, err
	}
	items := make([]CompletedItem, len(inputs))
	var commands []command
	var places []int
	for i, c := range inputs {
		if err := c.check(); err != nil {
			items[i].Err = err
			continue
		}
		commands, places = append(commands, &completeTask{CompleteTask: c}), append(places, i)
	}
	if len(commands) == 0 {
		return items, nil
	}
	waiting, span := trace.Start(ctx, "await commit")
	defer span.End()
	calls, err := e.submit(waiting, v, commands...)
	if err != nil {
		return nil, err
	}
	for i, call := range calls {
		done, err := await[ended](call)
		if err == nil {
			done.receipt, err = e.receiptOf(ctx, v, done, models.TaskCompleted)
		}
		if err != nil {
			items[places[i]].Err = err
			continue
		}
		items[places[i]].Completed = &Completed{Task: done.task, Receipt: done.receipt}
	}
	return items, nil
}

// check refuses what can be told without the task.
func (c CompleteTask) check() error {
	if len(c.Artifacts) > models.MaxArtifacts {
		return models.Errorf(models.CodeBadUserInput, "%d artifacts; at most %d are allowed", len(c.Artifacts), models.MaxArtifacts)
	}
	for i, a := range c.Artifacts {
		if !a.IsObject() {
			return models.Errorf(models.CodeBadUserInput, "artifacts[%d] is no JSON object; write for example {\"type\": \"s3\", \"url\": …}", i)
		}
	}
	return check(c.body())
}

func (c CompleteTask) body() models.JSON {
	artifacts := models.JSON("")
	if c.Artifacts != nil {
		artifacts = models.Array(c.Artifacts)
	}
	return models.Object(map[string]models.JSON{
		"summary": models.StringOrNull(c.Summary), "result": c.Result, "artifacts": artifacts, "delivery_proof": c.DeliveryProof,
	})
}

// brings tells whether the completion has what the task expects.
func (c CompleteTask) brings(expected models.ExpectedOutcome) bool {
	switch expected {
	case models.OutcomeResult:
		return !c.Result.IsNull()
	case models.OutcomeArtifact:
		return len(c.Artifacts) > 0 || c.DeliveryProof.Fields()["status"] == models.String("succeeded")
	default:
		return true
	}
}

// ended is the answer of a report that ended a lease: the task, and the receipt unless it is a replay, whose receipt lies in
// the ledger.
type ended struct {
	task    *models.Task
	lease   uuid.UUID
	receipt *models.Receipt
}

// receiptOf returns the receipt of a report, from the ledger if the report was a replay.
func (e *Engine) receiptOf(ctx context.Context, v models.Viewer, d ended, types ...models.ReceiptType) (*models.Receipt, error) {
	if d.receipt != nil {
		return d.receipt, nil
	}
	return e.store.Tenant(v.TenantID).LeaseReceipt(ctx, d.task.ID, d.lease, types...)
}

type completeTask struct{ CompleteTask }

func (c *completeTask) needs(n *store.Needs) { n.Leases = append(n.Leases, c.LeaseID) }

func (c *completeTask) decide(s *state) (any, error) {
	body := c.body()
	report := digest("completeTask", map[string]models.JSON{"body": body})
	if t, ok := s.repeated(c.LeaseID, report); ok {
		return ended{task: copyTask(t), lease: c.LeaseID}, nil
	}
	l, t, err := s.live(c.LeaseID)
	if err != nil {
		return nil, err
	}
	if !c.brings(t.ExpectedOutcome) {
		return nil, models.Errorf(models.CodeOutcomeRequired,
			"the task expects %s and the completion brings none; the lease is still live", wanted[t.ExpectedOutcome])
	}
	told, err := s.apply(t, move{
		event: models.EventComplete, by: s.viewer.Principal, report: report, receipt: models.TaskCompleted, body: body,
		outcome: &models.TaskOutcome{Status: models.StatusSucceeded, Result: c.Result, Artifacts: c.Artifacts, CompletedAt: s.Now},
	})
	if err != nil {
		return nil, err
	}
	return ended{task: copyTask(t), lease: l.ID, receipt: told[0]}, nil
}

var wanted = map[models.ExpectedOutcome]string{
	models.OutcomeResult:   "a result",
	models.OutcomeArtifact: "artifacts, or a deliveryProof whose status is \"succeeded\",",
}
