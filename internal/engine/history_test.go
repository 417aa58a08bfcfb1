package engine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// history is a random script that the engine and the model both follow: two tenants, several agents and workers, a clock
// that only moves forward.
type history struct {
	*rapid.T
	worlds []*world
	models []*model
	log    []string
}

// step is one operation of a tenant, ready to be given to both. among is what a claim may take (see model.claim).
type step struct {
	name  string
	run   func() reply
	model func(among []*modelTask) reply
}

// TestRandomHistories compares every answer with the model's, and in the end all that is stored. A failure is shrunk to a
// short script and printed; -rapid.checks says how many are tried.
func TestRandomHistories(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		rapid.Check(t, func(rt *rapid.T) {
			h := &history{T: rt}
			for range 2 {
				n := w.anew()
				h.worlds = append(h.worlds, n)
				h.models = append(h.models, &model{rules: n.rules, now: n.clock.Now, keys: map[string]*modelTask{}})
			}
			rt.Repeat(map[string]func(*rapid.T){
				"one":   func(rt *rapid.T) { h.T = rt; h.one() },
				"more":  func(rt *rapid.T) { h.T = rt; h.one() },
				"batch": func(rt *rapid.T) { h.T = rt; h.batch() },
				"time":  func(rt *rapid.T) { h.T = rt; h.time() },
			})
			h.T = rt
			h.compareAll()
		})
	}, func(o *engine.Options) {
		o.Rules.MaxExpiries, o.Rules.MaxRenewals, o.Rules.MaxLeaseLifetime = 5, 3, 100*time.Second
	})
}

func (h *history) one() {
	s := h.draw(rapid.IntRange(0, 1).Draw(h.T, "tenant"))
	h.log = append(h.log, s.name)
	h.same(s.name, s.run(), s.model(nil))
}

// batch gives the engine a few operations at once, which it executes in one transaction.
func (h *history) batch() {
	tenant := rapid.IntRange(0, 1).Draw(h.T, "tenant")
	var steps []step
	for range rapid.IntRange(2, 4).Draw(h.T, "size") {
		steps = append(steps, h.draw(tenant))
	}
	w := h.worlds[tenant]
	got := make([]reply, len(steps))
	g := w.hold(1)
	var group sync.WaitGroup
	group.Go(func() {
		_, _ = w.engine.CreateTask(context.Background(), w.as(models.KindService, "opener"), engine.CreateTask{Type: "opener", Capabilities: []string{"nobody has"}})
	})
	g.wait(w.t)
	for i, s := range steps {
		group.Go(func() { got[i] = s.run() })
		eventually(w.t, "the operation in the queue", func() bool { return w.engine.WaitingCommands() == i+1 })
	}
	g.release()
	group.Wait()
	// Claims choose among what was claimable when the transaction began.
	among := append([]*modelTask{}, h.models[tenant].tasks...)
	among = keepQueued(among)
	for i, s := range steps {
		h.log = append(h.log, "  in a batch: "+s.name)
		h.same(s.name, got[i], s.model(among))
	}
}

func keepQueued(tasks []*modelTask) []*modelTask {
	queued := []*modelTask{}
	for _, t := range tasks {
		if t.status == models.StatusQueued {
			queued = append(queued, t)
		}
	}
	return queued
}

func (h *history) time() {
	d := time.Duration(rapid.SampledFrom([]int{1, 10, 15, 30, 90, 900}).Draw(h.T, "seconds")) * time.Second
	h.worlds[0].clock.Move(d)
	h.log = append(h.log, fmt.Sprint("time moves by ", d))
	if rapid.Bool().Draw(h.T, "sweep") {
		if _, err := h.worlds[0].engine.Sweep(context.Background()); err != nil {
			h.fail("the sweep failed: %v", err)
		}
		h.log = append(h.log, "sweep")
		for _, m := range h.models {
			m.sweep()
		}
	}
}

// same compares two answers, and tells the model the ids of what is new to it.
func (h *history) same(name string, got, want reply) {
	if got.text != want.text || len(got.ids) != 2*len(want.tasks)+len(want.leases) {
		h.fail("%s\n  answers %s (%d ids)\n  not     %s", name, got.text, len(got.ids), want.text)
	}
	for i, t := range want.tasks {
		h.learn(name, &t.id, got.ids[2*i])
		if id := got.ids[2*i+1]; id != uuid.Nil { // a claim doesn't tell
			h.learn(name, &t.obligation, id)
		}
	}
	for i, l := range want.leases {
		h.learn(name, &l.id, got.ids[2*len(want.tasks)+i])
	}
}

func (h *history) learn(name string, known *uuid.UUID, id uuid.UUID) {
	if *known == uuid.Nil {
		*known = id
	}
	if *known != id {
		h.fail("%s\n  answers with %s, not %s", name, id, *known)
	}
}

func (h *history) fail(format string, args ...any) {
	for _, line := range h.log {
		h.Log(line)
	}
	h.Fatalf(format, args...)
}

// compareAll compares what is stored, and audits it.
func (h *history) compareAll() {
	for i, m := range h.models {
		w := h.worlds[i]
		open := map[models.Principal][]uuid.UUID{w.agent.Principal: nil, w.stranger.Principal: nil}
		for _, t := range m.tasks {
			got := w.task(t.id)
			if text := taskText(got); text != t.String() {
				h.fail("the task is\n  %s\nnot\n  %s", text, t)
			}
			if types := w.types(t.id); types != t.history {
				h.fail("the receipts are\n  %s\nnot\n  %s", types, t.history)
			}
			if !t.status.Terminal() {
				open[t.owner] = append(open[t.owner], t.id)
			}
		}
		for _, l := range m.leases {
			got := w.lease(l.id)
			if text := leaseText(got); text != l.String() || got.ProgressSequence != l.sequence || got.TaskID != l.task.id || got.Worker != l.worker {
				h.fail("the lease is\n  %s\nnot\n  %s", text, l)
			}
		}
		for owner, want := range open {
			if got := w.open(owner); fmt.Sprint(got) != fmt.Sprint(want) {
				h.fail("%s is owed\n  %v\nnot\n  %v", owner, got, want)
			}
		}
		if _, err := w.store.Verify(context.Background(), &w.tenant, func(v store.Violation) { h.fail("verify: %+v", v) }); err != nil {
			h.fail("verify: %v", err)
		}
	}
}

func taskText(t *models.Task) string {
	return describe(t.Status, t.Attempt, t.ExpiryCount, t.StartedAt != nil, t.NextEligibleAt)
}

func leaseText(l *models.Lease) string {
	return fmt.Sprintf("%s until %s renewed %d", l.State, models.FormatTime(l.ExpiresAt), l.RenewalCount)
}
