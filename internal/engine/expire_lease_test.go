package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func (w *world) expiredBody(attempt, count int, requeued bool) string {
	return fmt.Sprintf(`{"attempt":%d,"expiry_count":%d,"previous_worker":%s,"requeued":%t}`, attempt, count, w.worker.Principal.JSON(), requeued)
}

func TestExpireLease(t *testing.T) {
	t.Parallel()
	jitter := func(d time.Duration) time.Duration { return d / 2 }
	onBoth(t, func(t *testing.T, w *world) {
		task, l := w.leased(engine.CreateTask{})
		wantCode(t, onLease["StartTask"](w, w.worker, l.ID), "")
		w.clock.Move(w.rules.LeaseTTL - time.Microsecond)
		w.writesNothing(func() {
			if n := w.sweep(); n != 0 {
				t.Errorf("ended %d leases that are live", n)
			}
		})
		w.clock.Move(time.Microsecond)
		if n := w.sweep(); n != 1 {
			t.Errorf("ended %d leases", n)
		}
		got := w.task(task.ID)
		if got.Status != models.StatusQueued || got.Attempt != 0 || got.ExpiryCount != 1 || got.StartedAt != nil {
			t.Errorf("the task is %+v", got)
		}
		wantTime(t, "nextEligibleAt", got.NextEligibleAt, w.clock.Now().Add(2500*time.Millisecond))
		if ended := w.lease(l.ID); ended.State != models.LeaseExpired || !ended.EndedAt.Equal(w.clock.Now()) {
			t.Errorf("the lease is %+v", ended)
		}
		w.wantTypes(task.ID, "assigned accepted started lease.expired")
		w.wantLast(task.ID, told{models.LeaseExpiredType, models.ServerPrincipal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID}, w.expiredBody(0, 1, true)})
		if len(w.open(w.agent.Principal)) != 1 {
			t.Error("an expiry closed the obligation")
		}
		w.writesNothing(func() { w.sweep() })
		w.verify()
	}, func(o *engine.Options) { o.Jitter = jitter })
}

func TestExpireLeaseAgainAndAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task := w.create(engine.CreateTask{})
		history := "assigned"
		var l *models.Lease
		for n := 1; n <= 5; n++ {
			l = w.claim()
			w.expire()
			history += " accepted lease.expired"
			if n == 4 {
				history += " system.anomaly"
				w.wantLast(task.ID,
					told{models.LeaseExpiredType, models.ServerPrincipal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID}, w.expiredBody(0, 4, true)},
					told{models.SystemAnomaly, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{task.ObligationID}, string(w.ledger(task.ID)[9].Body)})
				for _, key := range []string{"kind", "details", "recommended_action"} {
					if body := w.ledger(task.ID)[9].Body.Fields(); len(body) != 3 || body[key].IsNull() || body["kind"] != `"repeated_lease_expiry"` {
						t.Errorf("the anomaly says %v", body)
					}
				}
			}
			if n < 5 {
				w.wantTypes(task.ID, history)
			}
		}
		w.wantTypes(task.ID, history+" failed result_ready")
		problem := w.ledger(task.ID)[12].Body.Fields()["error"]
		last := w.ledger(task.ID)[12].ID
		w.wantLast(task.ID,
			told{models.LeaseExpiredType, models.ServerPrincipal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID}, w.expiredBody(0, 5, false)},
			told{models.TaskFailed, models.ServerPrincipal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
				fmt.Sprintf(`{"attempt":0,"error":%s,"max_attempts":2,"terminal_reason":"lease_expiry_limit"}`, problem)},
			told{models.TaskResultReady, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{task.ObligationID, last},
				fmt.Sprintf(`{"artifacts":null,"error":%s,"reason":null,"result":null,"retrieve":null,"status":"failed"}`, problem)})
		got := w.task(task.ID)
		if got.Status != models.StatusFailed || got.ExpiryCount != 5 || got.NextEligibleAt != nil || got.Outcome == nil || w.lease(l.ID).State != models.LeaseExpired {
			t.Errorf("the task is %+v", got)
		}
		if len(w.open(w.agent.Principal)) != 0 {
			t.Error("the obligation is still open")
		}
		w.verify()
	}, func(o *engine.Options) { o.Rules.MaxExpiries = 5 })
}

func TestExpireLeaseWithoutALimit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task := w.create(engine.CreateTask{})
		for range 25 {
			w.claim()
			w.expire()
		}
		if got := w.task(task.ID); got.Status != models.StatusQueued || got.ExpiryCount != 25 {
			t.Errorf("the task is %+v", got)
		}
		if n := strings.Count(w.types(task.ID), "anomaly"); n != 1 {
			t.Errorf("%d anomalies", n)
		}
		w.verify()
	}, func(o *engine.Options) { o.Rules.MaxExpiries = 0 })
}

// More than one search finds, of several tenants.
func TestSweepEndsAllThatAreDue(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		tenants := []models.Viewer{w.worker, elsewhere(w.worker), elsewhere(w.worker)}
		for _, v := range tenants {
			if _, err := w.engine.CreateTasks(w.ctx(), v, repeat(engine.CreateTask{Type: "t"}, 200)); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := w.engine.ClaimTasks(w.ctx(), v, engine.ClaimTasks{MaxTasks: 100}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n := w.expire(); n != 600 {
			t.Errorf("ended %d leases, want 600", n)
		}
		if n := w.sweep(); n != 0 {
			t.Errorf("then ended %d more", n)
		}
		w.verify()
	})
}

func repeat[T any](v T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// A lease that can't be ended, since a projection was damaged by hand, stops no other.
func TestOneBadLeaseStopsNoOther(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		bad, l := w.leased(engine.CreateTask{})
		good, _ := w.leased(engine.CreateTask{})
		other, _ := w.leased(engine.CreateTask{})
		w.exec("DELETE FROM obligations WHERE task_id = '" + bad.ID.String() + "'")
		w.clock.Move(w.rules.MaxLeaseTTL)
		if n := w.sweepPast(); n != 2 {
			t.Errorf("ended %d leases, want the two that can be", n)
		}
		for _, task := range []*models.Task{good, other} {
			if got := w.task(task.ID); got.Status != models.StatusFailed {
				t.Errorf("the good task is %s", got.Status)
			}
		}
		if w.task(bad.ID).Status != models.StatusLeased || w.lease(l.ID).State != models.LeaseActive {
			t.Error("the bad lease was ended in part")
		}
	}, func(o *engine.Options) { o.Rules.MaxExpiries = 1 })
}

// A sweep that ends none of the leases that are due has not succeeded, whatever it could read. One that finds none has.
func TestASweepThatCannotCommitHasFailed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.leased(engine.CreateTask{})
		w.faults.set(func(int) bool { return true })
		w.sweep()
		succeeded := w.engine.LastSweep()
		if succeeded.IsZero() {
			t.Error("a sweep that had nothing to end has failed")
		}
		w.clock.Move(w.rules.MaxLeaseTTL)
		w.sweepPast()
		if last := w.engine.LastSweep(); !last.Equal(succeeded) {
			t.Errorf("it counts as a success at %s", last)
		}
		w.faults.set(nil)
		w.sweep()
		if last := w.engine.LastSweep(); !last.After(succeeded) {
			t.Error("a sweep that has succeeded does not count")
		}
	})
}

// However many leases can't be ended, the younger ones are.
func TestSweepPassesWhatCannotBeEnded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		stuck, _ := w.leased(engine.CreateTask{})
		w.clock.Move(time.Second)
		task, _ := w.leased(engine.CreateTask{})
		w.clock.Move(w.rules.LeaseTTL)
		refused := false
		w.faults.set(func(int) bool {
			defer func() { refused = true }()
			return !refused
		})
		if n := w.sweepPast(); n != 1 || w.task(stuck.ID).Status != models.StatusLeased || w.task(task.ID).Status != models.StatusQueued {
			t.Errorf("ended %d leases; the tasks are %s and %s", n, w.task(stuck.ID).Status, w.task(task.ID).Status)
		}
		if n := w.sweep(); n != 1 {
			t.Errorf("ended %d leases", n)
		}
		w.verify()
	}, func(o *engine.Options) { o.SweepBatch = 1 })
}
