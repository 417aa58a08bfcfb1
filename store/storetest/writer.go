package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Planner and Worker are the principals that tests speak of most.
var (
	Planner = models.Principal{Kind: models.KindAgent, ID: "planner"}
	Worker  = models.Principal{Kind: models.KindWorker, ID: "worker"}
)

// A Writer moves the tasks of one tenant in the fewest words, so that a test has tasks, leases and a ledger as the engine
// would leave them: Store.Verify accepts them. It guards nothing; a step that the state machine doesn't have ends the test.
// What its methods return is as it was written.
type Writer struct {
	tb    testing.TB
	store *store.Store
	// ID is the tenant's.
	ID uuid.UUID
	// Tenant reads what the writer wrote.
	Tenant *store.Tenant
}

// NewWriter returns a writer for a new tenant.
func NewWriter(tb testing.TB, s *store.Store) *Writer {
	id := uuid.New()
	return &Writer{tb: tb, store: s, ID: id, Tenant: s.Tenant(id)}
}

// On returns a writer for the same tenant that goes through another store.
func (w *Writer) On(s *store.Store) *Writer {
	return &Writer{tb: w.tb, store: s, ID: w.ID, Tenant: s.Tenant(w.ID)}
}

// Create creates a task of a type and the owner; change, if any, may adjust it before it is written.
func (w *Writer) Create(owner models.Principal, kind string, change ...func(*models.Task)) *models.Task {
	w.tb.Helper()
	t, err := w.TryCreate(owner, kind, change...)
	if err != nil {
		w.tb.Fatal(err)
	}
	return t
}

// TryCreate is Create for those who expect a refusal, or run beside the test.
func (w *Writer) TryCreate(owner models.Principal, kind string, change ...func(*models.Task)) (*models.Task, error) {
	t := w.newTask(owner, kind, change...)
	return t, w.store.Batch(w.tb.Context(), w.ID, &store.Needs{}, func(rows *store.Rows) *store.Writes {
		return &store.Writes{
			NewTasks: []*models.Task{t}, Receipts: []*models.Receipt{w.assign(rows, t)},
			Counts: map[store.Count]int{{Type: t.Type, Status: t.Status}: 1},
		}
	})
}

func (w *Writer) newTask(owner models.Principal, kind string, change ...func(*models.Task)) *models.Task {
	t := &models.Task{
		Spec: models.Spec{
			Type: kind, ExpectedOutcome: models.OutcomeAny, MaxAttempts: 2, RetryBackoffSeconds: 15,
			Requirements: models.Requirements{Capabilities: []string{}, Tags: []string{}},
		},
		ID: newID(), TenantID: w.ID, Status: models.StatusQueued, CreatedBy: owner,
	}
	for _, c := range change {
		c(t)
	}
	return t
}

// assign makes the new task's first receipt.
func (w *Writer) assign(rows *store.Rows, t *models.Task) *models.Receipt {
	t.CreatedAt, t.UpdatedAt = rows.Now, rows.Now
	body := models.Object(map[string]models.JSON{"task_type": models.String(t.Type), "reason": models.Null})
	assigned := w.receipt(rows, models.TaskAssigned, models.ServerPrincipal, t.CreatedBy, t.ID, uuid.Nil, body)
	t.ObligationID = assigned.ID
	return assigned
}

// Claim gives the task to the worker for a minute, or as change says.
func (w *Writer) Claim(task uuid.UUID, worker models.Principal, change ...func(*models.Lease)) *models.Lease {
	w.tb.Helper()
	lease := &models.Lease{ID: newID(), TenantID: w.ID, TaskID: task, Worker: worker, State: models.LeaseActive}
	w.move(task, models.EventClaim, func(s *step) {
		lease.AcquiredAt, lease.ExpiresAt = s.rows.Now, s.rows.Now.Add(time.Minute)
		for _, c := range change {
			c(lease)
		}
		s.writes.NewLeases = []*models.Lease{lease}
		s.lease = lease
		s.tell(models.TaskAccepted, worker)
	})
	return lease
}

// Start starts the leased task.
func (w *Writer) Start(task uuid.UUID) []*models.Receipt {
	w.tb.Helper()
	return w.move(task, models.EventStart, func(s *step) { s.tell(models.TaskStarted, s.lease.Worker) })
}

// Complete completes the held task; it returns task.completed and task.result_ready.
func (w *Writer) Complete(task uuid.UUID) []*models.Receipt {
	w.tb.Helper()
	return w.move(task, models.EventComplete, func(s *step) { s.end(models.TaskCompleted, s.lease.Worker) })
}

// Fail fails the held task for good; it returns task.failed and task.result_ready.
func (w *Writer) Fail(task uuid.UUID) []*models.Receipt {
	w.tb.Helper()
	return w.move(task, models.EventFail, func(s *step) { s.end(models.TaskFailed, s.lease.Worker) })
}

// Retry fails the held task for now; it is eligible again after delay.
func (w *Writer) Retry(task uuid.UUID, delay time.Duration) []*models.Receipt {
	w.tb.Helper()
	return w.move(task, models.EventRetry, func(s *step) {
		at := s.rows.Now.Add(delay)
		s.task.Attempt++
		s.task.NextEligibleAt = &at
		s.tell(models.TaskRetryScheduled, s.lease.Worker)
	})
}

// Release gives the held task back.
func (w *Writer) Release(task uuid.UUID) []*models.Receipt {
	w.tb.Helper()
	return w.move(task, models.EventRelease, func(s *step) { s.tell(models.LeaseReleasedType, s.lease.Worker) })
}

// Expire ends the lease of the held task as the clock would.
func (w *Writer) Expire(task uuid.UUID) []*models.Receipt {
	w.tb.Helper()
	return w.move(task, models.EventExpire, func(s *step) {
		s.task.ExpiryCount++
		s.tell(models.LeaseExpiredType, models.ServerPrincipal)
	})
}

// ExpireForGood ends the lease of the held task as the clock would at the limit, so that the task fails.
func (w *Writer) ExpireForGood(task uuid.UUID) []*models.Receipt {
	w.tb.Helper()
	return w.move(task, models.EventExpireLimit, func(s *step) {
		s.task.ExpiryCount++
		s.tell(models.LeaseExpiredType, models.ServerPrincipal)
		s.end(models.TaskFailed, models.ServerPrincipal)
	})
}

// Cancel cancels the task in its owner's name; it returns task.canceled and task.result_ready.
func (w *Writer) Cancel(task uuid.UUID) []*models.Receipt {
	w.tb.Helper()
	return w.move(task, models.EventCancel, func(s *step) { s.end(models.TaskCanceled, s.task.CreatedBy) })
}

// Progress reports progress on the running task, n times.
func (w *Writer) Progress(task uuid.UUID, n int) []*models.Receipt {
	w.tb.Helper()
	return w.change(task, func(s *step) {
		for range n {
			s.lease.ProgressSequence++
			s.tell(models.TaskProgressed, s.lease.Worker)
		}
		s.task.Progress = &models.TaskProgress{Data: models.Int(s.lease.ProgressSequence), UpdatedAt: s.rows.Now}
		s.writes.ChangedTasks = []*models.Task{s.task}
		s.writes.ChangedLeases = []*models.Lease{s.lease}
	})
}

// Acknowledge answers the receipt in its addressee's name.
func (w *Writer) Acknowledge(r *models.Receipt) *models.Receipt {
	w.tb.Helper()
	var ack *models.Receipt
	w.batch(&store.Needs{Acknowledged: []uuid.UUID{r.ID}}, func(rows *store.Rows) *store.Writes {
		ack = w.receipt(rows, models.ReceiptAcknowledged, r.To, models.ServerPrincipal, uuid.Nil, uuid.Nil, `{"note":null}`, r.ID)
		return &store.Writes{Receipts: []*models.Receipt{ack}, Acknowledged: map[uuid.UUID]*models.Receipt{ack.ID: r}}
	})
	return ack
}

// Lives creates n tasks of the owner and completes each, in five receipts.
func (w *Writer) Lives(owner models.Principal, kind string, n int, change ...func(*models.Task)) (tasks []*models.Task) {
	w.tb.Helper()
	for range n {
		t := w.Create(owner, kind, change...)
		w.Claim(t.ID, Worker)
		w.Start(t.ID)
		w.Complete(t.ID)
		tasks = append(tasks, t)
	}
	return tasks
}

// A step is what a batch has of the one task that it moves.
type step struct {
	w      *Writer
	rows   *store.Rows
	task   *models.Task
	lease  *models.Lease
	writes *store.Writes
}

func (w *Writer) move(task uuid.UUID, event models.Event, also func(*step)) []*models.Receipt {
	w.tb.Helper()
	return w.change(task, func(s *step) {
		next, err := models.Next(s.task.Status, event)
		if err != nil {
			w.tb.Error(err)
			return
		}
		s.writes.Counts = map[store.Count]int{{Type: s.task.Type, Status: s.task.Status}: -1, {Type: s.task.Type, Status: next.To}: 1}
		s.task.Status, s.task.UpdatedAt, s.task.NextEligibleAt = next.To, s.rows.Now, nil
		switch next.To {
		case models.StatusQueued:
			s.task.StartedAt = nil
		case models.StatusRunning:
			s.task.StartedAt = &s.rows.Now
		}
		if next.Lease != "" && s.lease != nil {
			s.lease.State, s.lease.EndedAt = next.Lease, &s.rows.Now
			s.writes.ChangedLeases = []*models.Lease{s.lease}
		}
		s.writes.ChangedTasks = []*models.Task{s.task}
		also(s)
	})
}

func (w *Writer) change(task uuid.UUID, decide func(*step)) []*models.Receipt {
	w.tb.Helper()
	var s *step
	w.batch(&store.Needs{Tasks: []uuid.UUID{task}}, func(rows *store.Rows) *store.Writes {
		s = &step{w: w, rows: rows, task: rows.Tasks[task], lease: rows.Held[task], writes: &store.Writes{}}
		decide(s)
		return s.writes
	})
	return s.writes.Receipts
}

// tell adds a receipt to the task's owner that answers the task's obligation.
func (s *step) tell(kind models.ReceiptType, from models.Principal) *models.Receipt {
	lease, body := uuid.Nil, map[string]models.JSON{"attempt": models.Int(s.task.Attempt)}
	if s.lease != nil {
		lease, body["sequence"] = s.lease.ID, models.Int(s.lease.ProgressSequence)
	}
	if kind == models.TaskProgressed {
		body["progress"] = body["sequence"]
	}
	r := s.w.receipt(s.rows, kind, from, s.task.CreatedBy, s.task.ID, lease, models.Object(body), s.task.ObligationID)
	s.writes.Receipts = append(s.writes.Receipts, r)
	return r
}

// end adds the terminal receipt and the result that follows it.
func (s *step) end(kind models.ReceiptType, from models.Principal) {
	terminal := s.tell(kind, from)
	s.task.Outcome = &models.TaskOutcome{Status: s.task.Status, CompletedAt: s.rows.Now}
	body := models.Object(map[string]models.JSON{"status": models.String(string(s.task.Status))})
	s.writes.Receipts = append(s.writes.Receipts, s.w.receipt(
		s.rows, models.TaskResultReady, models.ServerPrincipal, s.task.CreatedBy, s.task.ID, uuid.Nil, body, s.task.ObligationID, terminal.ID))
}

func (w *Writer) receipt(rows *store.Rows, kind models.ReceiptType, from, to models.Principal, task, lease uuid.UUID, body models.JSON, parents ...uuid.UUID) *models.Receipt {
	r := &models.Receipt{
		ID: newID(), TenantID: w.ID, Type: kind, From: from, To: to, TaskID: task, LeaseID: lease, Parents: parents,
		Body: body, BodyHash: models.BodyHash(body), CreatedAt: rows.Now,
	}
	r.Hash = models.Hash(r.Envelope())
	return r
}

func (w *Writer) batch(needs *store.Needs, decide store.Decide) {
	w.tb.Helper()
	if err := w.store.Batch(w.tb.Context(), w.ID, needs, decide); err != nil {
		w.tb.Fatal(err)
	}
}

// newID returns ids that sort by the time they were made, as the engine's.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// Everything brings tasks into every status by every way there is: three are queued, leased and running, and one each is
// completed, failed, failed by its expiries, and canceled.
func (w *Writer) Everything() {
	w.tb.Helper()
	queued, leased, running := w.Create(Planner, "a"), w.Create(Planner, "a"), w.Create(Planner, "b")
	w.Claim(queued.ID, Worker)
	w.Start(queued.ID)
	w.Retry(queued.ID, time.Minute)
	w.Claim(leased.ID, Worker)
	w.Expire(leased.ID)
	w.Claim(leased.ID, Worker)
	w.Claim(running.ID, Worker)
	w.Release(running.ID)
	w.Claim(running.ID, Worker)
	w.Start(running.ID)
	w.Progress(running.ID, 3)
	completed, failed := w.Create(Planner, "a"), w.Create(Planner, "b")
	expired, canceled := w.Create(Planner, "b"), w.Create(Planner, "c")
	w.Claim(completed.ID, Worker)
	results := w.Complete(completed.ID)
	w.Acknowledge(results[0])
	w.Acknowledge(results[1])
	w.Claim(failed.ID, Worker)
	w.Fail(failed.ID)
	w.Claim(expired.ID, Worker)
	w.ExpireForGood(expired.ID)
	w.Claim(canceled.ID, Worker)
	w.Cancel(canceled.ID)
}
