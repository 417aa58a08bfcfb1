package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

// claimed returns the types of the tasks that a claim got, in order.
func (w *world) claimed(v models.Viewer, c engine.ClaimTasks) string {
	w.t.Helper()
	leases, err := w.engine.ClaimTasks(w.ctx(), v, c)
	if err != nil {
		w.t.Fatal(err)
	}
	var types []string
	for _, l := range leases {
		types = append(types, w.task(l.TaskID).Type)
	}
	return strings.Join(types, " ")
}

func TestClaimTasks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task := w.create(engine.CreateTask{DelaySeconds: ptr(1)})
		w.clock.Move(time.Second)
		leases, err := w.engine.ClaimTasks(w.ctx(), w.worker, engine.ClaimTasks{MaxTasks: 5, Capabilities: []string{"b", "a"}})
		if err != nil || len(leases) != 1 {
			t.Fatalf("got %v, %v", leases, err)
		}
		l := w.lease(leases[0].ID)
		if l.Worker != w.worker.Principal || l.TaskID != task.ID || l.State != models.LeaseActive || l.RenewalCount != 0 || l.EndedAt != nil {
			t.Errorf("the lease is %+v", l)
		}
		wantTime(t, "acquiredAt", &l.AcquiredAt, w.clock.Now())
		wantTime(t, "expiresAt", &l.ExpiresAt, w.clock.Now().Add(120*time.Second))
		wantTime(t, "the answer's expiresAt", &leases[0].ExpiresAt, l.ExpiresAt)
		if held := w.task(task.ID); held.Status != models.StatusLeased || held.NextEligibleAt != nil {
			t.Errorf("the task is %+v", held)
		}
		w.wantTypes(task.ID, "assigned accepted")
		w.wantLast(task.ID, told{models.TaskAccepted, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
			`{"expires_at":` + string(models.Time(l.ExpiresAt)) + `,"worker_capabilities":["b","a"]}`})
		if open := w.open(w.agent.Principal); len(open) != 1 {
			t.Error("acceptance closed the obligation")
		}
		t.Run("NothingIsLeft", func(t *testing.T) {
			w.writesNothing(func() {
				if got := w.claimed(w.other, engine.ClaimTasks{MaxTasks: 5}); got != "" {
					t.Errorf("claimed %s", got)
				}
			})
		})
		w.verify()
	})
}

func TestClaimTasksOrder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		batch := func(inputs ...engine.CreateTask) {
			if _, err := w.engine.CreateTasks(w.ctx(), w.agent, inputs); err != nil {
				t.Fatal(err)
			}
		}
		batch(engine.CreateTask{Type: "e", Priority: -1}, engine.CreateTask{Type: "c"}, engine.CreateTask{Type: "c2"})
		w.clock.Move(time.Second)
		batch(engine.CreateTask{Type: "d"}, engine.CreateTask{Type: "a", Priority: 7}, engine.CreateTask{Type: "b", Priority: 7})
		if got := w.claimed(w.worker, engine.ClaimTasks{MaxTasks: 2}); got != "a b" {
			t.Errorf("first %s", got)
		}
		if got := w.claimed(w.worker, engine.ClaimTasks{MaxTasks: 100}); got != "c c2 d e" {
			t.Errorf("then %s", got)
		}
	})
}

func TestClaimTasksFilters(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		// What can't be claimed is of the highest priority and many: it must not use up the limit.
		for range 5 {
			w.create(engine.CreateTask{Type: "hard", Priority: 9, Capabilities: []string{"gpu", "big"}})
			w.create(engine.CreateTask{Type: "later", Priority: 9, DelaySeconds: ptr(60)})
		}
		w.create(engine.CreateTask{Type: "easy", Tags: []string{"unmatched"}})
		w.create(engine.CreateTask{Type: "gpu", Capabilities: []string{"gpu"}})
		for _, step := range []struct {
			claim engine.ClaimTasks
			want  string
		}{
			{engine.ClaimTasks{MaxTasks: 1, Types: []string{"unknown"}}, ""},
			{engine.ClaimTasks{MaxTasks: 1, Types: []string{"hard"}}, ""},
			{engine.ClaimTasks{MaxTasks: 1, Types: []string{"gpu", "easy", "gpu"}, Capabilities: []string{"GPU", "gp"}}, "easy"},
			{engine.ClaimTasks{MaxTasks: 1}, ""},
			{engine.ClaimTasks{MaxTasks: 2, Capabilities: []string{"gpu", "small"}}, "gpu"},
			{engine.ClaimTasks{MaxTasks: 2, Capabilities: []string{"big", "x", "gpu"}}, "hard hard"},
		} {
			if got := w.claimed(w.worker, step.claim); got != step.want {
				t.Errorf("%+v got %q, want %q", step.claim, got, step.want)
			}
		}
		w.clock.Move(60*time.Second - time.Microsecond)
		if got := w.claimed(w.worker, engine.ClaimTasks{MaxTasks: 1}); got != "" {
			t.Errorf("claimed %s before it was eligible", got)
		}
		w.clock.Move(time.Microsecond)
		if got := w.claimed(w.worker, engine.ClaimTasks{MaxTasks: 1}); got != "later" {
			t.Errorf("claimed %q when it was eligible", got)
		}
		if got := w.claimed(elsewhere(w.worker), engine.ClaimTasks{MaxTasks: 1}); got != "" {
			t.Errorf("another tenant claimed %s", got)
		}
		w.verify()
	})
}

func TestClaimTasksArguments(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for name, c := range map[string]engine.ClaimTasks{
			"NoTasks": {MaxTasks: 0}, "ManyTasks": {MaxTasks: 101}, "ShortTTL": {MaxTasks: 1, TTLSeconds: ptr(9)},
			"NegativeTTL": {MaxTasks: 1, TTLSeconds: ptr(-1 << 62)}, "ManyTypes": {MaxTasks: 1, Types: make([]string, models.MaxSkills+1)}, "NegativeWait": {MaxTasks: 1, WaitSeconds: -1}, "LongWait": {MaxTasks: 1, WaitSeconds: 31},
			"EmptyType": {MaxTasks: 1, Types: []string{""}}, "ManyCapabilities": {MaxTasks: 1, Capabilities: make([]string, 65)},
			"NUL": {MaxTasks: 1, Capabilities: []string{"\x00"}},
		} {
			t.Run(name, func(t *testing.T) {
				w.create(engine.CreateTask{})
				w.refuses(models.CodeBadUserInput, func() error { _, err := w.engine.ClaimTasks(w.ctx(), w.worker, c); return err })
			})
		}
		for ttl, want := range map[int]time.Duration{10: 10 * time.Second, 1800: 1800 * time.Second, 1801: 1800 * time.Second, 1 << 62: 1800 * time.Second} {
			leases, err := w.engine.ClaimTasks(w.ctx(), w.worker, engine.ClaimTasks{MaxTasks: 1, TTLSeconds: ptr(ttl)})
			if err != nil || len(leases) != 1 {
				t.Fatalf("got %v, %v", leases, err)
			}
			wantTime(t, "expiresAt", &leases[0].ExpiresAt, w.clock.Now().Add(want))
		}
		w.verify()
	})
}
