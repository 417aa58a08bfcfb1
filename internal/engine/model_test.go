package engine_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// The rules of tasks and leases once more, as plainly as they can be said: one tenant, in memory, one operation after the
// other. It knows nothing of the engine but the names of statuses, and learns ids from its answers.

type modelTask struct {
	id, obligation uuid.UUID
	owner          models.Principal
	fingerprint    string
	kind           string
	priority       int
	capabilities   []string
	expects        models.ExpectedOutcome
	backoff        time.Duration
	maxAttempts    int

	status            models.TaskStatus
	attempt, expiries int
	started           bool
	eligible          *time.Time
	holder            *modelLease
	history           string
	// acknowledged says, of its assignment and of its result, by whom and with which note.
	acknowledged map[string]string
}

type modelLease struct {
	id                 uuid.UUID
	task               *modelTask
	worker             models.Principal
	state              models.LeaseState
	acquired, expires  time.Time
	renewals, sequence int
	// report is what ended it, answer what was said of it.
	report, answer string
}

type model struct {
	rules  models.Rules
	now    func() time.Time
	tasks  []*modelTask
	leases []*modelLease
	keys   map[string]*modelTask
}

// reply is what a caller is told: the model's and the engine's must have the same text, and their ids are the same things.
type reply struct {
	text   string
	tasks  []*modelTask
	leases []*modelLease
	// ids are the engine's: of the tasks, their obligations and the leases.
	ids []uuid.UUID
}

func refusal(code models.Code) reply { return reply{text: string(code)} }

func (t *modelTask) String() string {
	return describe(t.status, t.attempt, t.expiries, t.started, t.eligible)
}

func describe(status models.TaskStatus, attempt, expiries int, started bool, eligible *time.Time) string {
	at := "now"
	if eligible != nil {
		at = models.FormatTime(*eligible)
	}
	return fmt.Sprintf("%s attempt %d expiries %d started %t eligible %s", status, attempt, expiries, started, at)
}

func (l *modelLease) String() string {
	return fmt.Sprintf("%s until %s renewed %d", l.state, models.FormatTime(l.expires), l.renewals)
}

// creation is what a task is made of; key is "" for none.
type creation struct {
	kind         string
	priority     int
	capabilities []string
	expects      models.ExpectedOutcome
	backoff      int
	maxAttempts  int
	delay        *int
	key          string
}

func (m *model) create(owner models.Principal, all ...creation) reply {
	seen := map[string]string{}
	for _, c := range all {
		known, ok := seen[c.key]
		if t := m.keys[owner.String()+c.key]; c.key != "" && t != nil {
			known, ok = t.fingerprint, true
		}
		if c.key != "" && ok && known != c.fingerprint() {
			return refusal(models.CodeIdempotencyConflict)
		}
		seen[c.key] = c.fingerprint()
	}
	var r reply
	for _, c := range all {
		t := m.keys[owner.String()+c.key]
		fresh := c.key == "" || t == nil
		if fresh {
			t = &modelTask{
				owner: owner, kind: c.kind, priority: c.priority, capabilities: c.capabilities, expects: c.expects,
				backoff: time.Duration(c.backoff) * time.Second, maxAttempts: c.maxAttempts,
			}
			if c.delay != nil {
				t.eligible = ptr(m.now().Add(time.Duration(*c.delay) * time.Second))
			}
			m.assign(t, c.key, c.fingerprint())
		}
		r.text += fmt.Sprintf("%t %s; ", fresh, t)
		r.tasks = append(r.tasks, t)
	}
	return r
}

func (c creation) fingerprint() string {
	delay := -1
	if c.delay != nil {
		delay = *c.delay
	}
	return fmt.Sprint(c.kind, c.priority, c.capabilities, c.expects, c.backoff, c.maxAttempts, delay)
}

func (m *model) assign(t *modelTask, key, fingerprint string) {
	t.status, t.history, t.acknowledged = models.StatusQueued, "assigned", map[string]string{}
	m.tasks = append(m.tasks, t)
	if key != "" {
		t.fingerprint = fingerprint
		m.keys[t.owner.String()+key] = t
	}
}

// claimable returns what a worker of these capabilities may have, best first.
func (m *model) claimable(types, capabilities []string) []*modelTask {
	var found []*modelTask
	for _, t := range m.tasks {
		lacks := func(c string) bool { return !slices.Contains(capabilities, c) }
		if t.status == models.StatusQueued && (t.eligible == nil || !t.eligible.After(m.now())) &&
			(len(types) == 0 || slices.Contains(types, t.kind)) && !slices.ContainsFunc(t.capabilities, lacks) {
			found = append(found, t)
		}
	}
	// The tasks lie in the order of their creation, which stays.
	slices.SortStableFunc(found, func(a, b *modelTask) int { return cmp.Compare(b.priority, a.priority) })
	return found
}

// claim takes what is claimable and, if among is not nil, lies in it.
func (m *model) claim(worker models.Principal, types, capabilities []string, most, ttl int, among []*modelTask) reply {
	var r reply
	for _, t := range m.claimable(types, capabilities) {
		if len(r.leases) == most || among != nil && !slices.Contains(among, t) {
			continue
		}
		l := &modelLease{task: t, worker: worker, state: models.LeaseActive, acquired: m.now(), expires: m.now().Add(time.Duration(ttl) * time.Second)}
		t.status, t.eligible, t.holder = models.StatusLeased, nil, l
		t.history += " accepted"
		m.leases = append(m.leases, l)
		r.text += fmt.Sprint(l, "; ")
		r.leases, r.tasks = append(r.leases, l), append(r.tasks, t)
	}
	return r
}

// held returns the lease if it is live for the worker.
func (m *model) held(l *modelLease, worker models.Principal) bool {
	return slices.Contains(m.leases, l) && l.worker == worker && l.state == models.LeaseActive && m.now().Before(l.expires)
}

// end moves the task of a lease on, or any task that is canceled.
func (t *modelTask) end(status models.TaskStatus, lease models.LeaseState, told string) {
	t.status, t.eligible = status, nil
	if status == models.StatusQueued {
		t.started = false
	}
	if t.holder != nil {
		t.holder.state, t.holder = lease, nil
	}
	t.history += " " + told
	if status.Terminal() {
		t.history += " result_ready"
	}
}

func (m *model) start(l *modelLease, worker models.Principal) reply {
	if !m.held(l, worker) {
		return refusal(models.CodeLeaseInvalid)
	}
	l.task.run()
	return reply{text: l.task.String(), tasks: []*modelTask{l.task}}
}

func (t *modelTask) run() {
	if t.status == models.StatusLeased {
		t.status, t.started = models.StatusRunning, true
		t.history += " started"
	}
}

func (m *model) progress(l *modelLease, worker models.Principal, sequence *int) reply {
	if !m.held(l, worker) {
		return refusal(models.CodeLeaseInvalid)
	}
	next := l.sequence + 1
	if sequence != nil {
		next = *sequence
	}
	if next > l.sequence {
		l.task.run()
		l.sequence = next
		l.task.history += " progress"
	}
	return reply{text: l.task.String(), tasks: []*modelTask{l.task}}
}

func (m *model) renew(l *modelLease, worker models.Principal, by int) reply {
	end := time.Time{}
	if l != nil {
		end = l.acquired.Add(m.rules.MaxLeaseLifetime)
	}
	switch {
	case !m.held(l, worker):
		return refusal(models.CodeLeaseInvalid)
	case l.renewals == m.rules.MaxRenewals:
		return refusal(models.CodeRenewalLimit)
	case l.expires.Equal(end):
		return refusal(models.CodeLeaseLifetime)
	}
	l.renewals++
	if until := m.now().Add(time.Duration(by) * time.Second); until.After(l.expires) {
		l.expires = until
	}
	if l.expires.After(end) {
		l.expires = end
	}
	return reply{text: l.String(), leases: []*modelLease{l}}
}

// report ends a lease by decide, unless it was ended by the same report.
func (m *model) report(l *modelLease, worker models.Principal, report string, decide func(t *modelTask) string) reply {
	switch {
	case slices.Contains(m.leases, l) && l.worker == worker && l.report == report:
	case !m.held(l, worker):
		return refusal(models.CodeLeaseInvalid)
	default:
		answer := decide(l.task)
		if answer == string(models.CodeOutcomeRequired) {
			return refusal(models.CodeOutcomeRequired)
		}
		l.report, l.answer = report, answer
	}
	return reply{text: l.answer + l.task.String(), tasks: []*modelTask{l.task}}
}

func (m *model) complete(l *modelLease, worker models.Principal, summary, result string) reply {
	return m.report(l, worker, "complete"+summary+"/"+result, func(t *modelTask) string {
		if t.expects == models.OutcomeResult && result == "" || t.expects == models.OutcomeArtifact {
			return string(models.CodeOutcomeRequired)
		}
		t.end(models.StatusSucceeded, models.LeaseCompleted, "completed")
		return "task.completed "
	})
}

func (m *model) fail(l *modelLease, worker models.Principal, retryable bool, after *int) reply {
	wait := time.Duration(-1)
	if after != nil {
		wait = time.Duration(*after) * time.Second
	}
	return m.report(l, worker, fmt.Sprint("fail", retryable, wait), func(t *modelTask) string {
		if !retryable || t.attempt+1 >= t.maxAttempts {
			t.end(models.StatusFailed, models.LeaseFailed, "failed")
			return "task.failed "
		}
		t.end(models.StatusQueued, models.LeaseFailed, "retry_scheduled")
		t.attempt++
		if wait < 0 {
			wait = min(t.backoff<<(t.attempt-1), 900*time.Second)
		}
		t.eligible = ptr(m.now().Add(wait))
		return "task.retry_scheduled " + models.FormatTime(*t.eligible) + " "
	})
}

func (m *model) release(l *modelLease, worker models.Principal, reason string) reply {
	return m.report(l, worker, "release"+reason, func(t *modelTask) string {
		t.end(models.StatusQueued, models.LeaseReleased, "lease.released")
		return ""
	})
}

// owned says why the caller may not decide about a task.
func (m *model) owned(t *modelTask, v models.Viewer) models.Code {
	switch {
	case !slices.Contains(m.tasks, t):
		return models.CodeNotFound
	case t.owner != v.Principal && !slices.Contains(v.Scopes, models.ScopeAdmin):
		return models.CodeForbidden
	default:
		return ""
	}
}

func (m *model) cancel(t *modelTask, v models.Viewer) reply {
	if code := m.owned(t, v); code != "" {
		return refusal(code)
	}
	canceled := !t.status.Terminal()
	if canceled {
		t.end(models.StatusCanceled, models.LeaseCanceled, "canceled")
	}
	return reply{text: fmt.Sprint(canceled, t), tasks: []*modelTask{t}}
}

func (m *model) retry(t *modelTask, v models.Viewer, key string) reply {
	if code := m.owned(t, v); code != "" {
		return refusal(code)
	}
	fingerprint := "retry " + t.id.String()
	if known := m.keys[t.owner.String()+key]; key != "" && known != nil {
		if known.fingerprint != fingerprint {
			return refusal(models.CodeIdempotencyConflict)
		}
		return reply{text: fmt.Sprint(false, known), tasks: []*modelTask{known}}
	}
	if t.status != models.StatusFailed && t.status != models.StatusCanceled {
		return refusal(models.CodeInvalidStateTransition)
	}
	fresh := &modelTask{
		owner: t.owner, kind: t.kind, priority: t.priority, capabilities: t.capabilities, expects: t.expects, backoff: t.backoff, maxAttempts: t.maxAttempts,
	}
	m.assign(fresh, key, fingerprint)
	return reply{text: fmt.Sprint(true, fresh), tasks: []*modelTask{fresh}}
}

// acknowledge answers the assignment or the result of a task.
func (m *model) acknowledge(t *modelTask, v models.Viewer, which, note string) reply {
	if code := m.owned(t, v); code != "" {
		return refusal(code)
	}
	if t.acknowledged[which] == "" {
		t.acknowledged[which] = v.Principal.String() + " " + note
	}
	return reply{text: t.acknowledged[which]}
}

// sweep ends what has run out.
func (m *model) sweep() {
	for _, l := range m.leases {
		if l.state != models.LeaseActive || m.now().Before(l.expires) {
			continue
		}
		t := l.task
		t.expiries++
		if t.expiries == m.rules.MaxExpiries {
			t.end(models.StatusFailed, models.LeaseExpired, "lease.expired failed")
		} else {
			t.end(models.StatusQueued, models.LeaseExpired, "lease.expired")
			t.eligible = ptr(m.now())
		}
		if t.expiries == 4 {
			t.history += " system.anomaly"
		}
	}
}
