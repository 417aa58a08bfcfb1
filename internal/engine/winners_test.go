package engine_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
)

// contenders all want to decide what becomes of one lease; each returns what its caller is told.
var contenders = map[string]func(w *world, l *models.Lease) string{
	"complete": func(w *world, l *models.Lease) string {
		_, err := w.complete(engine.CompleteTask{LeaseID: l.ID, Result: models.String(uuid.NewString())})
		return answer(err, "completed")
	},
	"fail": func(w *world, l *models.Lease) string {
		_, err := w.fail(engine.FailTask{LeaseID: l.ID, Error: models.String(uuid.NewString())})
		return answer(err, "failed")
	},
	"cancel": func(w *world, l *models.Lease) string {
		got, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: l.TaskID})
		return answer(err, fmt.Sprint("canceled ", got.Canceled))
	},
	"renew": func(w *world, l *models.Lease) string {
		_, err := w.engine.RenewLease(w.ctx(), w.worker, engine.RenewLease{LeaseID: l.ID, ExtendBySeconds: ptr(1800)})
		return answer(err, "renewed")
	},
	"release": func(w *world, l *models.Lease) string {
		_, err := w.engine.ReleaseLease(w.ctx(), w.worker, engine.ReleaseLease{LeaseID: l.ID, Reason: ptr(uuid.NewString())})
		return answer(err, "released")
	},
	"expire": func(w *world, _ *models.Lease) string {
		n, err := w.engine.Sweep(w.ctx())
		return answer(err, fmt.Sprint("ended ", n))
	},
}

func answer(err error, otherwise string) string {
	if err != nil {
		return string(models.CodeOf(err))
	}
	return otherwise
}

// anew returns the same servers and clock with a tenant that has nothing yet.
func (w *world) anew() *world {
	n := *w
	n.tenant = uuid.New()
	for _, v := range []*models.Viewer{&n.agent, &n.stranger, &n.worker, &n.other, &n.admin} {
		v.TenantID = n.tenant
	}
	return &n
}

func (w *world) beside(other *world) *world {
	n := *other
	n.tenant, n.agent, n.stranger, n.worker, n.other, n.admin = w.tenant, w.agent, w.stranger, w.worker, w.other, w.admin
	return &n
}

// outcome is how a contest ended.
func (w *world) outcome(l *models.Lease) string {
	t := w.task(l.TaskID)
	return fmt.Sprintf("%s; %s; lease %s; %d open", w.types(t.ID), t.Status, w.lease(l.ID).State, len(w.open(w.agent.Principal)))
}

// On two replicas, one transaction stands between its locks and its writes while another wants the same lease: it all comes
// out as if they had come one after the other.
func TestNoTwoWinnersOnTwoReplicas(t *testing.T) { //nolint:tparallel // the pairs share two replicas and a clock
	t.Parallel()
	one := newWorld(t, testkit.Postgres(t), newClock())
	two := one.replica()
	for first := range contenders {
		for second := range contenders {
			t.Run(first+" before "+second, func(t *testing.T) {
				raced, apart := one.anew(), one.anew()
				raced.t, apart.t = t, t
				got, want := raced.race(two, first, second), apart.race(nil, first, second)
				if got != want {
					t.Errorf("raced:\n  %s\none after the other:\n  %s", got, want)
				}
				for _, w := range []*world{raced, apart} {
					w.oneTerminator()
					w.verify()
				}
			})
		}
	}
}

// race runs the second on the other replica while the first is held; without one, when the first has ended.
func (w *world) race(replica *world, first, second string) string {
	w.t.Helper()
	_, l := w.leased(engine.CreateTask{})
	get := func(w *world, name string) string {
		if name == "expire" {
			w.clock.Move(w.rules.LeaseTTL)
		}
		return contenders[name](w, l)
	}
	var a, b string
	if replica == nil {
		a, b = get(w, first), get(w, second)
	} else {
		g := w.hold(firstWrite)
		var group sync.WaitGroup
		group.Go(func() { a = get(w, first) })
		g.wait(w.t)
		other := w.beside(replica)
		other.t = w.t
		passed := make(chan struct{}) // a sweep passes over what is held
		group.Go(func() {
			b = get(other, second)
			close(passed)
		})
		eventually(w.t, "the second to wait for the first's lock", func() bool {
			select {
			case <-passed:
				return second == "expire"
			default:
			}
			var waiting int
			err := w.db.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
			if err != nil {
				w.t.Error(err)
			}
			return err != nil || waiting > 0
		})
		g.release()
		group.Wait()
		w.faults.set(nil)
	}
	result := fmt.Sprintf("%s, %s; %s", a, b, w.outcome(l))
	// What is left must not be swept into the next contest.
	_, err := w.engine.CancelTask(w.ctx(), w.agent, engine.CancelTask{TaskID: l.TaskID})
	wantCode(w.t, err, "")
	return result
}

// oneTerminator checks that each terminal task has one receipt that ended it and one result that agrees, others none.
func (w *world) oneTerminator() {
	w.t.Helper()
	ends, results := map[uuid.UUID][]string{}, map[uuid.UUID]int{}
	for _, r := range w.ledger(uuid.Nil) {
		switch {
		case r.Type.Terminates(models.TaskAssigned):
			ends[r.TaskID] = append(ends[r.TaskID], strings.TrimPrefix(string(r.Type), "task."))
		case r.Type == models.TaskResultReady:
			results[r.TaskID]++
		case r.Type == models.TaskAssigned:
			ends[r.TaskID] = nil
		}
	}
	for id, by := range ends {
		task := w.task(id)
		want := strings.NewReplacer("completed", "succeeded").Replace(strings.Join(by, " "))
		if len(by) > 1 || results[id] != len(by) || task.Status.Terminal() != (len(by) == 1) || len(by) == 1 && string(task.Status) != want {
			w.t.Errorf("a task that is %s has the terminators %v and %d results", task.Status, by, results[id])
		}
	}
}

// Many at once, on both databases, all against one lease after the other.
func TestNoTwoWinnersHammered(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		servers := []*world{w}
		if strings.HasPrefix(w.url, "postgres") {
			servers = append(servers, w.replica())
		}
		for range 15 {
			_, l := w.leased(engine.CreateTask{Priority: 1})
			var group sync.WaitGroup
			var wins atomic.Int32
			for range 2 {
				for _, name := range []string{"complete", "fail", "cancel", "renew", "expire", "complete", "cancel"} {
					for _, server := range servers {
						group.Go(func() {
							if name == "expire" {
								server.clock.Move(server.rules.LeaseTTL / 3)
							}
							switch got := contenders[name](server, l); got {
							case "completed", "failed", "canceled true":
								wins.Add(1)
							case string(models.CodeInternal), string(models.CodeUnavailable):
								t.Errorf("%s got %s", name, got)
							}
						})
					}
				}
			}
			group.Wait()
			if wins.Load() != 1 {
				t.Errorf("%d callers were told that they ended the task: %s", wins.Load(), w.outcome(l))
			}
		}
		w.oneTerminator()
		w.verify()
	})
}

// No two workers ever hold one task, and between them they get all.
func TestNoTwoWorkersHoldOneTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		servers := []*world{w}
		if strings.HasPrefix(w.url, "postgres") {
			servers = append(servers, w.replica())
		}
		const tasks = 60
		if _, err := w.engine.CreateTasks(w.ctx(), w.agent, repeat(engine.CreateTask{Type: "t"}, tasks)); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		holders := map[uuid.UUID]string{}
		left := func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(holders) < tasks && !t.Failed()
		}
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				server, v := servers[i%len(servers)], w.as(models.KindWorker, fmt.Sprint("w", i))
				for left() {
					leases, err := server.engine.ClaimTasks(server.ctx(), v, engine.ClaimTasks{MaxTasks: 1 + i%3})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for _, l := range leases {
						if holder, held := holders[l.TaskID]; held {
							t.Errorf("%s and %s hold one task", holder, v.Principal)
						}
						holders[l.TaskID] = v.Principal.ID
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		w.verify()
	})
}

// The time that decides is read when the locks are held: who waited for one past the lease's end is too late.
func TestTheTimeIsReadAfterTheWaitForALock(t *testing.T) {
	t.Parallel()
	short := func(o *engine.Options) { o.Rules.LeaseTTL = time.Second }
	one := newWorld(t, testkit.Postgres(t), nil, short)
	two := one.beside(newWorld(t, one.url, nil, short))
	_, l := one.leased(engine.CreateTask{})

	arrived, opened := make(chan struct{}), make(chan struct{})
	one.faults.set(func(n int) bool {
		if n != 5 {
			return false
		}
		close(arrived)
		<-opened
		return true // so that the first changes nothing
	})
	var first, second string
	var group sync.WaitGroup
	group.Go(func() { first = contenders["renew"](one, l) })
	within(t, "the first at its gate", arrived)
	group.Go(func() { second = contenders["complete"](two, l) })
	eventually(t, "the second to wait past the lease's end", func() bool {
		var late bool
		err := one.db.QueryRow(`SELECT count(*) > 0 AND clock_timestamp() > $1::timestamptz FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`, models.FormatTime(l.ExpiresAt)).Scan(&late)
		if err != nil {
			t.Error(err)
		}
		return err != nil || late
	})
	close(opened)
	group.Wait()
	if first != string(models.CodeInternal) || second != string(models.CodeLeaseInvalid) {
		t.Errorf("the first got %s, the second %s", first, second)
	}
	if n, err := two.engine.Sweep(t.Context()); err != nil || n != 1 {
		t.Errorf("the sweep ended %d leases, %v", n, err)
	}
	one.wantTypes(l.TaskID, "assigned accepted lease.expired")
	one.verify()
}

// A key's task is read without a lock. If it changes before a claim of the same batch locks it, the claim must go by what it
// locked.
func TestAClaimGoesByTheTaskThatItLocked(t *testing.T) {
	t.Parallel()
	one := newWorld(t, testkit.Postgres(t), newClock())
	holder, third := one.replica(), one.replica()
	result := one.ledger(one.canceled(engine.CreateTask{}).ID)[2]
	input := engine.CreateTask{Type: "t", IdempotencyKey: ptr("k")}
	task := one.create(input)

	// Another replica holds the acknowledgement's row, for which the batch waits between its reads.
	acknowledge := func(w *world) {
		_, err := w.engine.AcknowledgeReceipt(w.ctx(), w.agent, engine.AcknowledgeReceipt{ReceiptID: result.ID})
		wantCode(t, err, "")
	}
	var group sync.WaitGroup
	g := holder.hold(firstWrite)
	group.Go(func() { acknowledge(holder) })
	g.wait(t)
	group.Go(func() {
		one.together(
			func() {
				again, err := one.engine.CreateTask(one.ctx(), one.agent, input)
				if err != nil || again.Created {
					t.Errorf("got %+v, %v", again, err)
				}
			},
			func() { acknowledge(one) },
			func() { one.claim() },
		)
	})
	eventually(t, "the batch to wait", func() bool {
		var waiting int
		err := one.db.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		return err != nil || waiting > 0
	})
	_, err := third.fail(engine.FailTask{LeaseID: third.claim().ID, Error: `1`, Retryable: true, RetryAfterSeconds: ptr(0)})
	wantCode(t, err, "")
	g.release()
	group.Wait()
	one.wantTypes(task.ID, "assigned accepted retry_scheduled accepted")
	if got := one.task(task.ID); got.Attempt != 1 {
		t.Errorf("the task has attempt %d", got.Attempt)
	}
	one.verify()
}
