package engine

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// state is what the commands of a batch see and change, one after the other: the locked rows as the earlier ones left
// them. A command checks everything before its first change.
type state struct {
	*store.Rows
	engine  *Engine
	tenant  uuid.UUID
	claims  []store.Claim
	viewer  models.Viewer
	traceID string

	newTasks, changedTasks   []*models.Task
	newLeases, changedLeases []*models.Lease
	receipts                 []*models.Receipt
	acknowledged             map[uuid.UUID]*models.Receipt
	counts                   map[store.Count]int
}

func newState(e *Engine, tenant uuid.UUID, needs *store.Needs, rows *store.Rows) *state {
	return &state{
		Rows: rows, engine: e, tenant: tenant, claims: needs.Claims,
		acknowledged: map[uuid.UUID]*models.Receipt{}, counts: map[store.Count]int{},
	}
}

func (s *state) writes() *store.Writes {
	return &store.Writes{
		NewTasks: s.newTasks, ChangedTasks: s.changedTasks, NewLeases: s.newLeases, ChangedLeases: s.changedLeases,
		Receipts: s.receipts, Acknowledged: s.acknowledged, Counts: s.counts,
	}
}

// newID returns an id that sorts by the time it was made, within this process strictly: ties in created_at are broken by it.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// draft is a receipt before it is written.
type draft struct {
	kind    models.ReceiptType
	from    models.Principal
	to      models.Principal
	task    uuid.UUID
	lease   uuid.UUID
	parents []uuid.UUID
	body    models.JSON
}

// check refuses a body that is over its limit.
func check(body models.JSON) error {
	if len(body) > models.MaxBodyBytes {
		return models.Errorf(models.CodePayloadTooLarge,
			"the receipt's body would have %d bytes; %d are allowed. Put what is large elsewhere, and say here where it lies",
			len(body), models.MaxBodyBytes)
	}
	return nil
}

// emit appends a receipt to the batch's part of the ledger.
func (s *state) emit(d draft) *models.Receipt {
	r := &models.Receipt{
		ID: newID(), TenantID: s.tenant, Type: d.kind, From: d.from, To: d.to, TaskID: d.task, LeaseID: d.lease,
		Parents: d.parents, Body: d.body, BodyHash: models.BodyHash(d.body), TraceID: s.traceID, CreatedAt: s.Now,
	}
	r.Hash = models.Hash(r.Envelope())
	s.receipts = append(s.receipts, r)
	return r
}

// tell appends a receipt about a task to its owner, answering the task's obligation.
func (s *state) tell(t *models.Task, kind models.ReceiptType, from models.Principal, lease uuid.UUID, body models.JSON) *models.Receipt {
	return s.emit(draft{
		kind: kind, from: from, to: t.CreatedBy, task: t.ID, lease: lease, parents: []uuid.UUID{t.ObligationID}, body: body,
	})
}

// move is a step of a task: the event, and what it brings. Receipts follow the state machine's order: of the event itself,
// then of the outcome.
type move struct {
	event models.Event
	// by is who causes it.
	by models.Principal
	// report is the digest of the report that ends the lease, for replays.
	report string
	// receipt and body are what is told of the event.
	receipt models.ReceiptType
	body    models.JSON
	// outcome is set when the task becomes terminal.
	outcome *models.TaskOutcome
	// eligible is when a requeued task may be claimed; nil is now.
	eligible *time.Time
	// attempts and expiries are added to the task's counts.
	attempts, expiries int
	// also, if any, is told after the event and before the result: the terminal receipt of an expiry at the limit.
	also     models.ReceiptType
	alsoBody models.JSON
}

// apply is the one function that moves a task and writes its receipts. It refuses, before it changes anything, what the
// state machine doesn't have. It returns the receipts of the event, without the result_ready that follows a terminal one.
func (s *state) apply(t *models.Task, m move) ([]*models.Receipt, error) {
	next, err := models.Next(t.Status, m.event)
	if err != nil {
		return nil, err
	}
	lease := s.Held[t.ID]
	leaseID := uuid.Nil
	if lease != nil {
		leaseID = lease.ID
	}
	s.setStatus(t, next.To)
	t.Attempt += m.attempts
	t.ExpiryCount += m.expiries
	switch {
	case next.To.Terminal():
		t.Outcome = m.outcome
		t.NextEligibleAt = nil
	case next.To == models.StatusQueued:
		t.NextEligibleAt, t.StartedAt = m.eligible, nil
	case next.To == models.StatusRunning:
		t.StartedAt = &s.Now
	case next.To == models.StatusLeased:
		t.NextEligibleAt = nil
	}
	if next.Lease != "" && lease != nil {
		s.endLease(lease, next.Lease, m.report)
	}
	told := []*models.Receipt{s.tell(t, m.receipt, m.by, leaseID, m.body)}
	if m.also != "" {
		told = append(told, s.tell(t, m.also, models.ServerPrincipal, leaseID, m.alsoBody))
	}
	if next.To.Terminal() {
		s.emitResult(t, told[len(told)-1])
	}
	return told, nil
}

// emitResult tells the owner how the task ended; without result, error and artifacts when they would make it too large, and
// without a reason that would do so alone.
func (s *state) emitResult(t *models.Task, terminal *models.Receipt) {
	o := t.Outcome
	fields := map[string]models.JSON{
		"status": models.String(string(o.Status)), "result": o.Result, "error": o.Error,
		"reason": models.StringOrNull(o.Reason), "artifacts": "", "retrieve": "",
	}
	if o.Artifacts != nil {
		fields["artifacts"] = models.Array(o.Artifacts)
	}
	body := models.Object(fields)
	if len(body) > models.MaxBodyBytes {
		fields["result"], fields["error"], fields["artifacts"] = "", "", ""
		fields["retrieve"] = models.String("task.outcome")
		body = models.Object(fields)
	}
	if len(body) > models.MaxBodyBytes {
		fields["reason"] = ""
		body = models.Object(fields)
	}
	s.emit(draft{
		kind: models.TaskResultReady, from: models.ServerPrincipal, to: t.CreatedBy, task: t.ID,
		parents: []uuid.UUID{t.ObligationID, terminal.ID}, body: body,
	})
}

func (s *state) setStatus(t *models.Task, to models.TaskStatus) {
	s.counts[store.Count{Type: t.Type, Status: t.Status}]--
	s.counts[store.Count{Type: t.Type, Status: to}]++
	t.Status = to
	s.changeTask(t)
}

func (s *state) changeTask(t *models.Task) {
	t.UpdatedAt = s.Now
	if !slices.Contains(s.newTasks, t) && !slices.Contains(s.changedTasks, t) {
		s.changedTasks = append(s.changedTasks, t)
	}
}

func (s *state) changeLease(l *models.Lease) {
	if !slices.Contains(s.newLeases, l) && !slices.Contains(s.changedLeases, l) {
		s.changedLeases = append(s.changedLeases, l)
	}
}

func (s *state) endLease(l *models.Lease, to models.LeaseState, report string) {
	l.State, l.EndedAt, l.ReportHash = to, &s.Now, report
	delete(s.Held, l.TaskID)
	s.changeLease(l)
}

// live returns the lease and its task if the caller may report on it now; LEASE_INVALID_OR_EXPIRED otherwise, whichever
// part is wrong.
func (s *state) live(id uuid.UUID) (*models.Lease, *models.Task, error) {
	l := s.Leases[id]
	if l == nil || l.Worker != s.viewer.Principal || !l.Live(s.Now) {
		return nil, nil, models.Errorf(models.CodeLeaseInvalid,
			"the lease is not live: unknown, another worker's, ended, or past its expiry. Stop this work; claim again for more")
	}
	t := s.Tasks[l.TaskID]
	if t == nil {
		return nil, nil, errTaskMissing
	}
	return l, t, nil
}

var errTaskMissing = models.Errorf(models.CodeInternal, "a lease without its task")

// repeated tells whether the caller has ended the lease with the same report before: a lost answer, not a lost lease.
func (s *state) repeated(id uuid.UUID, report string) (*models.Task, bool) {
	l := s.Leases[id]
	if l == nil || l.Worker != s.viewer.Principal || l.EndedAt == nil || l.ReportHash == "" || l.ReportHash != report {
		return nil, false
	}
	return s.Tasks[l.TaskID], true
}

// task returns a task of the tenant; NOT_FOUND otherwise.
func (s *state) task(id uuid.UUID) (*models.Task, error) {
	if t := s.Tasks[id]; t != nil {
		return t, nil
	}
	return nil, models.Errorf(models.CodeNotFound, "no task has the id %s", id)
}

// copyTask returns the task as it is now: later commands of the batch may change it further.
func copyTask(t *models.Task) *models.Task {
	c := *t
	return &c
}

func copyLease(l *models.Lease) *models.Lease {
	c := *l
	return &c
}
