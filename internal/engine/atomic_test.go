package engine_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

// mutation is an operation that writes: prepare makes what it needs, and returns it.
type mutation struct {
	name    string
	prepare func(w *world) func() error
}

var mutations = []mutation{
	{"createTask", func(w *world) func() error {
		return func() error {
			_, err := w.engine.CreateTask(w.ctx(), w.agent, engine.CreateTask{Type: "t", IdempotencyKey: ptr(uuid.NewString())})
			return err
		}
	}},
	{"createTasks", func(w *world) func() error {
		parent := w.create(engine.CreateTask{}).ObligationID
		return func() error {
			_, err := w.engine.CreateTasks(w.ctx(), w.agent, []engine.CreateTask{{Type: "t"}, {Type: "u", ParentIDs: []uuid.UUID{parent}}})
			return err
		}
	}},
	{"claimTasks", func(w *world) func() error {
		w.create(engine.CreateTask{Type: "claimed"})
		w.create(engine.CreateTask{Type: "claimed"})
		return func() error {
			leases, err := w.engine.ClaimTasks(w.ctx(), w.worker, engine.ClaimTasks{MaxTasks: 2, Types: []string{"claimed"}})
			if err == nil && len(leases) != 2 {
				w.t.Errorf("claimed %d tasks", len(leases))
			}
			return err
		}
	}},
	{"startTask", onALease("StartTask")},
	{"reportProgress", onALease("ReportProgress")},
	{"renewLease", onALease("RenewLease")},
	{"releaseLease", onALease("ReleaseLease")},
	{"completeTask", onALease("CompleteTask")},
	{"failTask, requeued", onALease("FailTask")},
	{"failTask, failed", func(w *world) func() error {
		_, l := w.leased(engine.CreateTask{Priority: 1})
		return func() error { _, err := w.fail(engine.FailTask{LeaseID: l.ID, Error: `1`}); return err }
	}},
	{"completeTasks", func(w *world) func() error {
		_, a := w.leased(engine.CreateTask{Priority: 1})
		_, b := w.leased(engine.CreateTask{Priority: 1})
		return func() error {
			items, err := w.engine.CompleteTasks(w.ctx(), w.worker, []engine.CompleteTask{{LeaseID: a.ID}, {LeaseID: b.ID}, {LeaseID: a.ID}})
			for _, item := range items {
				if item.Err != nil {
					err = item.Err
				}
			}
			return err
		}
	}},
	{"cancelTask", func(w *world) func() error {
		task, _ := w.leased(engine.CreateTask{Priority: 1})
		return func() error {
			_, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: task.ID})
			return err
		}
	}},
	{"retryTask", func(w *world) func() error {
		task := w.canceled(engine.CreateTask{})
		return func() error {
			_, err := w.engine.RetryTask(w.ctx(), w.agent, engine.RetryTask{TaskID: task.ID, IdempotencyKey: ptr(task.ID.String())})
			return err
		}
	}},
	{"acknowledgeReceipt, of a result", func(w *world) func() error {
		task := w.canceled(engine.CreateTask{})
		receipt := w.ledger(task.ID)[2].ID
		return func() error {
			_, err := w.engine.AcknowledgeReceipt(w.ctx(), w.agent, engine.AcknowledgeReceipt{ReceiptID: receipt})
			return err
		}
	}},
	{"acknowledgeReceipt, of another", func(w *world) func() error {
		receipt := w.create(engine.CreateTask{}).ObligationID
		return func() error {
			_, err := w.engine.AcknowledgeReceipt(w.ctx(), w.agent, engine.AcknowledgeReceipt{ReceiptID: receipt})
			return err
		}
	}},
	{"expiry", func(w *world) func() error {
		_, l := w.leased(engine.CreateTask{Priority: 1})
		w.clock.Move(w.rules.LeaseTTL)
		return func() error {
			n, err := w.engine.Sweep(w.ctx())
			if err == nil && n == 0 {
				// The sweep logs what it can't end, and stays well.
				return models.Errorf(models.CodeInternal, "the lease %s was not ended", l.ID)
			}
			return err
		}
	}},
}

func onALease(operation string) func(w *world) func() error {
	return func(w *world) func() error {
		_, l := w.leased(engine.CreateTask{Priority: 1})
		return func() error { return onLease[operation](w, w.worker, l.ID) }
	}
}

// Whichever statement of an operation the database refuses, nothing of it is written, the caller learns that it failed, and
// the same operation succeeds afterwards.
func TestAtomic(t *testing.T) {
	t.Parallel()
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, w *world) {
				operation := m.prepare(w)
				before := w.dump()
				statements := 0
				for k := 1; ; k++ {
					refused := false
					w.faults.set(func(n int) bool {
						refused = refused || n == k
						return n == k
					})
					err := operation()
					w.faults.set(nil)
					if !refused {
						wantCode(t, err, "")
						break
					}
					statements++
					if after := w.dump(); after != before || models.CodeOf(err) != models.CodeInternal {
						t.Fatalf("statement %d was refused, the answer is %v, and this was written:\n%s", k, err, difference(before, after))
					}
				}
				if statements < 4 {
					t.Errorf("only %d statements were refused", statements)
				}
				if w.dump() == before {
					t.Error("without a fault nothing was written either")
				}
				w.verify()
			}, func(o *engine.Options) { o.Rules.MaxExpiries = 1 })
		})
	}
}

// A receipt that can't be written leaves the task leased and the lease alive: the worker may report again.
func TestCompleteAtomicRollback(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task, l := w.leased(engine.CreateTask{})
		w.clock.Move(time.Second)
		// The database itself refuses: another receipt has this seq already.
		w.exec("UPDATE ledger_heads SET seq = 0 WHERE tenant_id = '" + w.tenant.String() + "'")
		before := w.dump()
		if _, err := w.complete(engine.CompleteTask{LeaseID: l.ID, Result: `1`}); err == nil {
			t.Fatal("completed though the receipts can't be written")
		}
		if after := w.dump(); after != before {
			t.Errorf("something was written:\n%s", difference(before, after))
		}
		if got := w.task(task.ID); got.Status != models.StatusLeased || got.Outcome != nil {
			t.Errorf("the task is %+v", got)
		}
		if got := w.lease(l.ID); got.State != models.LeaseActive || !got.Live(w.clock.Now()) {
			t.Errorf("the lease is %+v", got)
		}
		if open := w.open(w.agent.Principal); len(open) != 1 || open[0] != task.ID {
			t.Error("the obligation is closed")
		}
		w.exec("UPDATE ledger_heads SET seq = 2 WHERE tenant_id = '" + w.tenant.String() + "'")
		if _, err := w.complete(engine.CompleteTask{LeaseID: l.ID, Result: `1`}); err != nil {
			t.Fatal(err)
		}
		w.wantTypes(task.ID, "assigned accepted completed result_ready")
		w.verify()
	})
}
