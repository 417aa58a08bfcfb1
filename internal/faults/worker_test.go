package faults_test

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// worker claims and reports, sometimes gives back, fails, or forgets what it holds. When the answer to a claim is lost it asks
// what it holds; every report is repeated until it is answered, at any server, or the lease is lost.
type worker struct {
	caller
	name    string
	to      []address
	random  *rand.Rand
	journal *journal
}

// run works until ctx ends. A call that has begun then is still repeated until patience ends.
func (w *worker) run(ctx, patience context.Context) {
	for pause(ctx, think(w.random)) {
		for _, lease := range w.claim(patience) {
			w.work(patience, lease)
		}
	}
}

func (w *worker) repeat(ctx context.Context, query string, v vars, data any) error {
	return w.caller.repeat(ctx, w.to, w.random.IntN(len(w.to)), query, v, data)
}

// claim returns the leases that the worker is to work on.
func (w *worker) claim(ctx context.Context) []string {
	var got struct {
		ClaimTasks struct{ Leases []struct{ ID string } }
	}
	err := w.once(ctx, w.to[w.random.IntN(len(w.to))], `mutation($i: ClaimTasksInput!) { claimTasks(input: $i) { leases { id } } }`,
		vars{"i": vars{"maxTasks": 1 + w.random.IntN(3), "waitSeconds": w.random.IntN(3)}}, &got)
	w.journal.note("claimTasks", err)
	if err != nil {
		return w.held(ctx)
	}
	var leases []string
	for _, l := range got.ClaimTasks.Leases {
		leases = append(leases, l.ID)
		w.journal.promise(func(x *index) string {
			return times("task.accepted of the lease", count(x.byLease[l.ID], nil, "TASK_ACCEPTED"), 1)
		}, "claimTasks gave %s the lease %s", w.name, l.ID)
	}
	return leases
}

func (w *worker) held(ctx context.Context) []string {
	var got struct {
		Leases struct{ Nodes []struct{ ID string } }
	}
	err := w.repeat(ctx, `{ leases(states: [ACTIVE]) { nodes { id } } }`, nil, &got)
	w.journal.note("leases", err)
	var leases []string
	for _, l := range got.Leases.Nodes {
		leases = append(leases, l.ID)
	}
	return leases
}

// work does with a lease what a worker may do.
func (w *worker) work(ctx context.Context, lease string) {
	if w.random.IntN(3) == 0 && !w.report(ctx, lease, "startTask", "StartTaskInput", nil, nil) {
		return
	}
	for i := range w.random.IntN(3) {
		sequence := i + 1
		ok := w.report(ctx, lease, "reportProgress", "ReportProgressInput", vars{"progress": sequence, "sequence": sequence}, func(x *index) string {
			same := func(r *receipt) bool { return r.body("sequence") == float64(sequence) }
			return times(fmt.Sprintf("progress %d of the lease", sequence), count(x.byLease[lease], same, "TASK_PROGRESS"), 1)
		})
		if !ok {
			return
		}
	}
	if w.random.IntN(5) == 0 && !w.report(ctx, lease, "renewLease", "RenewLeaseInput", nil, nil) {
		return
	}
	switch n := w.random.IntN(20); {
	case n < 11:
		w.end(ctx, lease, "completeTask", "CompleteTaskInput", vars{"result": lease, "summary": w.name}, "TASK_COMPLETED")
	case n < 14:
		w.end(ctx, lease, "failTask", "FailTaskInput", vars{"error": lease, "retryable": true, "retryAfterSeconds": w.random.IntN(2)}, "TASK_RETRY_SCHEDULED", "TASK_FAILED")
	case n < 15:
		w.end(ctx, lease, "failTask", "FailTaskInput", vars{"error": lease}, "TASK_FAILED")
	case n < 18:
		w.end(ctx, lease, "releaseLease", "ReleaseLeaseInput", vars{"reason": lease}, "LEASE_RELEASED")
	default:
		// Forgotten: the clock takes it back.
	}
}

// report makes a call about a lease; false when there is no more to be done about it.
func (w *worker) report(ctx context.Context, lease, field, inputType string, input vars, holds func(*index) string) bool {
	err := w.call(ctx, lease, field, inputType, input)
	w.journal.note(field, err, "LEASE_INVALID_OR_EXPIRED", "LEASE_RENEWAL_LIMIT_EXCEEDED")
	if err == nil && holds != nil {
		w.journal.promise(holds, "%s by %s", field, w.name)
	}
	return err == nil
}

// end makes the call that ends a lease. The answer says that one of these receipts is there, once; the refusal that none is.
func (w *worker) end(ctx context.Context, lease, field, inputType string, input vars, kinds ...string) {
	err := w.call(ctx, lease, field, inputType, input)
	w.journal.note(field, err, "LEASE_INVALID_OR_EXPIRED")
	mine := func(r *receipt) bool { return r.From.ID == w.name } // not the server's, of an expiry
	want := []int{1}
	switch {
	case codeOf(err) == "LEASE_INVALID_OR_EXPIRED":
		want = []int{0}
	case err != nil:
		want = []int{0, 1}
	}
	w.journal.promise(func(x *index) string {
		return times(fmt.Sprintf("%v of the lease", kinds), count(x.byLease[lease], mine, kinds...), want...)
	}, "%s of the lease %s by %s, answered %v", field, lease, w.name, err)
}

func (w *worker) call(ctx context.Context, lease, field, inputType string, input vars) error {
	all := vars{"leaseId": lease}
	for k, v := range input {
		all[k] = v
	}
	answer := " { task { id } }"
	if field == "renewLease" {
		answer = " { lease { id } }"
	}
	return w.repeat(ctx, "mutation($i: "+inputType+"!) { "+field+"(input: $i)"+answer+" }", vars{"i": all}, nil)
}
