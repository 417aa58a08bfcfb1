package engine_test

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

// draw draws an operation of a tenant, on what there is in either.
func (h *history) draw(tenant int) step {
	d := drawing{h: h, w: h.worlds[tenant], m: h.models[tenant]}
	kinds := []func() step{d.create, d.create, d.claim, d.claim}
	if task := d.pickTask(); task != nil {
		kinds = append(kinds, d.about(task)...)
	}
	if lease := d.pickLease(); lease != nil {
		kinds = append(kinds, d.on(lease)...)
	}
	return rapid.SampledFrom(kinds).Draw(h.T, "operation")()
}

type drawing struct {
	h *history
	w *world
	m *model
}

// pickTask returns a task, mostly of the tenant; nil when there is none.
func (d drawing) pickTask() *modelTask {
	m := d.whose()
	if len(m.tasks) == 0 {
		return nil
	}
	return m.tasks[len(m.tasks)-1-rapid.IntRange(0, len(m.tasks)-1).Draw(d.h.T, "task")]
}

func (d drawing) pickLease() *modelLease {
	m := d.whose()
	if len(m.leases) == 0 {
		return nil
	}
	return m.leases[len(m.leases)-1-rapid.IntRange(0, len(m.leases)-1).Draw(d.h.T, "lease")]
}

func (d drawing) whose() *model {
	if rapid.IntRange(0, 9).Draw(d.h.T, "whose") == 9 {
		return d.h.models[1]
	}
	return d.m
}

func (d drawing) agent() models.Viewer {
	return rapid.SampledFrom([]models.Viewer{d.w.agent, d.w.agent, d.w.stranger, d.w.admin}).Draw(d.h.T, "caller")
}

func (d drawing) worker() models.Viewer {
	return rapid.SampledFrom([]models.Viewer{d.w.worker, d.w.worker, d.w.other}).Draw(d.h.T, "worker")
}

// holder is the worker of a lease, as this tenant sees it, and sometimes another.
func (d drawing) holder(l *modelLease) models.Viewer {
	v := d.worker()
	if rapid.IntRange(0, 9).Draw(d.h.T, "holder") < 9 {
		v.Principal = l.worker
	}
	return v
}

func (d drawing) key() string {
	return rapid.SampledFrom([]string{"", "", "", "k1", "k2"}).Draw(d.h.T, "key")
}

func optional(key string) *string {
	if key == "" {
		return nil
	}
	return &key
}

func (d drawing) creation() creation {
	return creation{
		kind:         rapid.SampledFrom([]string{"a", "b"}).Draw(d.h.T, "type"),
		priority:     rapid.IntRange(0, 2).Draw(d.h.T, "priority"),
		capabilities: rapid.SampledFrom([][]string{nil, nil, {"x"}, {"x", "y"}}).Draw(d.h.T, "requires"),
		expects:      rapid.SampledFrom([]models.ExpectedOutcome{models.OutcomeAny, models.OutcomeAny, models.OutcomeResult}).Draw(d.h.T, "expects"),
		backoff:      rapid.SampledFrom([]int{1, 15, 500}).Draw(d.h.T, "backoff"),
		maxAttempts:  rapid.IntRange(1, 4).Draw(d.h.T, "attempts"),
		delay:        rapid.SampledFrom([]*int{nil, nil, ptr(0), ptr(10)}).Draw(d.h.T, "delay"),
		key:          d.key(),
	}
}

func (c creation) input() engine.CreateTask {
	return engine.CreateTask{
		Type: c.kind, Priority: c.priority, Capabilities: c.capabilities, ExpectedOutcome: c.expects, RetryBackoffSeconds: &c.backoff,
		MaxAttempts: &c.maxAttempts, DelaySeconds: c.delay, IdempotencyKey: optional(c.key),
	}
}

func (d drawing) create() step {
	v := rapid.SampledFrom([]models.Viewer{d.w.agent, d.w.agent, d.w.stranger}).Draw(d.h.T, "owner")
	var all []creation
	var inputs []engine.CreateTask
	for range rapid.IntRange(1, 3).Draw(d.h.T, "tasks") {
		c := d.creation()
		all, inputs = append(all, c), append(inputs, c.input())
	}
	return step{
		name: fmt.Sprintf("create by %s: %+v", v, all),
		run: func() reply {
			created, err := d.w.engine.CreateTasks(context.Background(), v, inputs)
			var r reply
			for _, c := range created {
				r.text += fmt.Sprintf("%t %s; ", c.Created, taskText(c.Task))
				r.ids = append(r.ids, c.Task.ID, c.Task.ObligationID)
			}
			return or(err, r)
		},
		model: func([]*modelTask) reply { return d.m.create(v.Principal, all...) },
	}
}

func or(err error, r reply) reply {
	if err != nil {
		return reply{text: string(models.CodeOf(err))}
	}
	return r
}

func taskReply(err error, text string, t *models.Task) reply {
	if err != nil {
		return or(err, reply{})
	}
	return reply{text: text + taskText(t), ids: []uuid.UUID{t.ID, t.ObligationID}}
}

func (d drawing) claim() step {
	v := d.worker()
	types := rapid.SampledFrom([][]string{nil, nil, {"a"}, {"b", "a"}}).Draw(d.h.T, "types")
	capabilities := rapid.SampledFrom([][]string{nil, {"x"}, {"y", "x", "z"}}).Draw(d.h.T, "capabilities")
	most, ttl := rapid.IntRange(1, 3).Draw(d.h.T, "most"), rapid.SampledFrom([]int{10, 30, 60}).Draw(d.h.T, "ttl")
	return step{
		name: fmt.Sprintf("claim by %s: types %v, capabilities %v, most %d, ttl %d", v, types, capabilities, most, ttl),
		run: func() reply {
			leases, err := d.w.engine.ClaimTasks(context.Background(), v, engine.ClaimTasks{Types: types, Capabilities: capabilities, MaxTasks: most, TTLSeconds: &ttl})
			var r reply
			for _, l := range leases {
				r.text += leaseText(l) + "; "
				r.ids = append(r.ids, l.TaskID, uuid.Nil)
			}
			for _, l := range leases {
				r.ids = append(r.ids, l.ID)
			}
			return or(err, r)
		},
		model: func(among []*modelTask) reply { return d.m.claim(v.Principal, types, capabilities, most, ttl, among) },
	}
}

// about are the operations on a task.
func (d drawing) about(t *modelTask) []func() step {
	ctx := context.Background()
	cancel := func() step {
		v := d.agent()
		return step{
			name: fmt.Sprintf("cancel by %s: %s", v, t.id),
			run: func() reply {
				got, err := d.w.engine.CancelTask(ctx, v, engine.CancelTask{TaskID: t.id})
				return taskReply(err, fmt.Sprint(got.Canceled)+" ", got.Task)
			},
			model: func([]*modelTask) reply { return d.m.cancel(t, v) },
		}
	}
	retry := func() step {
		v, key := d.agent(), d.key()
		return step{
			name: fmt.Sprintf("retry by %s with key %q: %s", v, key, t.id),
			run: func() reply {
				got, err := d.w.engine.RetryTask(ctx, v, engine.RetryTask{TaskID: t.id, IdempotencyKey: optional(key)})
				return taskReply(err, fmt.Sprint(got.Created)+" ", got.Task)
			},
			model: func([]*modelTask) reply { return d.m.retry(t, v, key) },
		}
	}
	acknowledge := func() step {
		v, which, note, id := d.agent(), "assignment", rapid.SampledFrom([]string{"m", "n"}).Draw(d.h.T, "note"), t.obligation
		if t.status.Terminal() && rapid.Bool().Draw(d.h.T, "result") {
			which, id = "result", d.result(t)
		}
		return step{
			name: fmt.Sprintf("acknowledge by %s: the %s of %s", v, which, t.id),
			run: func() reply {
				got, err := d.w.engine.AcknowledgeReceipt(ctx, v, engine.AcknowledgeReceipt{ReceiptID: id, Note: &note})
				if err != nil {
					return or(err, reply{})
				}
				return reply{text: got.Acknowledgement.From.String() + " " + note0(got.Acknowledgement)}
			},
			model: func([]*modelTask) reply { return d.m.acknowledge(t, v, which, note) },
		}
	}
	return []func() step{cancel, retry, acknowledge}
}

// result returns the id of the receipt that tells how the task ended; of whichever tenant it is.
func (d drawing) result(t *modelTask) uuid.UUID {
	for i, w := range d.h.worlds {
		for _, known := range d.h.models[i].tasks {
			if known != t {
				continue
			}
			for _, r := range w.ledger(t.id) {
				if r.Type == models.TaskResultReady {
					return r.ID
				}
			}
		}
	}
	return uuid.Nil
}

// note0 is the note of an acknowledgement, without its quotes.
func note0(r *models.Receipt) string {
	text := string(r.Body.Fields()["note"])
	return text[1 : len(text)-1]
}

// on are the operations on a lease.
func (d drawing) on(l *modelLease) []func() step {
	ctx := context.Background()
	make := func(name string, run func(v models.Viewer) reply, model func(worker models.Principal) reply) func() step {
		return func() step {
			v := d.holder(l)
			return step{
				name: fmt.Sprintf("%s by %s: %s", name, v, l.id),
				run:  func() reply { return run(v) }, model: func([]*modelTask) reply { return model(v.Principal) },
			}
		}
	}
	start := make("start", func(v models.Viewer) reply {
		t, err := d.w.engine.StartTask(ctx, v, engine.StartTask{LeaseID: l.id})
		return taskReply(err, "", t)
	}, func(p models.Principal) reply { return d.m.start(l, p) })
	progress := func() step {
		sequence := rapid.SampledFrom([]*int{nil, ptr(1), ptr(2), ptr(5)}).Draw(d.h.T, "sequence")
		return make("progress", func(v models.Viewer) reply {
			t, err := d.w.engine.ReportProgress(ctx, v, engine.ReportProgress{LeaseID: l.id, Progress: `"p"`, Sequence: sequence})
			return taskReply(err, "", t)
		}, func(p models.Principal) reply { return d.m.progress(l, p, sequence) })()
	}
	renew := func() step {
		by := rapid.SampledFrom([]int{10, 30, 60, 90}).Draw(d.h.T, "by")
		return make(fmt.Sprint("renew for ", by), func(v models.Viewer) reply {
			got, err := d.w.engine.RenewLease(ctx, v, engine.RenewLease{LeaseID: l.id, ExtendBySeconds: &by})
			if err != nil {
				return or(err, reply{})
			}
			return reply{text: leaseText(got), ids: []uuid.UUID{got.ID}}
		}, func(p models.Principal) reply { return d.m.renew(l, p, by) })()
	}
	return []func() step{start, progress, renew, d.completes(l, make), d.completes(l, make), d.fails(l, make), d.fails(l, make), d.releases(l, make)}
}

type maker = func(name string, run func(v models.Viewer) reply, model func(worker models.Principal) reply) func() step

func (d drawing) completes(l *modelLease, make maker) func() step {
	return func() step {
		summary, result := rapid.SampledFrom([]string{"", "s"}).Draw(d.h.T, "summary"), rapid.SampledFrom([]string{"", `1`}).Draw(d.h.T, "result")
		return make(fmt.Sprintf("complete with %q", result), func(v models.Viewer) reply {
			got, err := d.w.engine.CompleteTask(context.Background(), v, engine.CompleteTask{LeaseID: l.id, Summary: optional(summary), Result: models.JSON(result)})
			if err != nil {
				return or(err, reply{})
			}
			return taskReply(nil, string(got.Receipt.Type)+" ", got.Task)
		}, func(p models.Principal) reply { return d.m.complete(l, p, summary, result) })()
	}
}

func (d drawing) fails(l *modelLease, make maker) func() step {
	return func() step {
		retryable := rapid.SampledFrom([]bool{true, true, false}).Draw(d.h.T, "retryable")
		after := rapid.SampledFrom([]*int{nil, nil, ptr(0), ptr(5)}).Draw(d.h.T, "after")
		return make(fmt.Sprint("fail, retryable ", retryable), func(v models.Viewer) reply {
			got, err := d.w.engine.FailTask(context.Background(), v, engine.FailTask{LeaseID: l.id, Error: `"e"`, Retryable: retryable, RetryAfterSeconds: after})
			if err != nil {
				return or(err, reply{})
			}
			text := string(got.Receipt.Type) + " "
			if got.Requeued {
				text += formatted(got.NextEligibleAt) + " "
			}
			return taskReply(nil, text, got.Task)
		}, func(p models.Principal) reply { return d.m.fail(l, p, retryable, after) })()
	}
}

func formatted(at *time.Time) string {
	if at == nil {
		return "never"
	}
	return models.FormatTime(*at)
}

func (d drawing) releases(l *modelLease, make maker) func() step {
	return func() step {
		reason := rapid.SampledFrom([]string{"", "r"}).Draw(d.h.T, "reason")
		return make("release", func(v models.Viewer) reply {
			t, err := d.w.engine.ReleaseLease(context.Background(), v, engine.ReleaseLease{LeaseID: l.id, Reason: optional(reason)})
			return taskReply(err, "", t)
		}, func(p models.Principal) reply { return d.m.release(l, p, reason) })()
	}
}
