package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// scene is a tenant in which one mutation is made: an agent that owns tasks, a worker that holds them.
type scene struct {
	t             *testing.T
	to            []address
	agent, worker caller
}

func newScene(t *testing.T, all servers) *scene {
	t.Helper()
	c := caller{tenant: uuid.NewString(), http: newHTTP(t)}
	return &scene{t: t, to: all.addresses(), agent: c.as("agent:planner"), worker: c.as("worker:w")}
}

// call is a mutation to be made once, and again when its answer was lost.
type call struct {
	caller caller
	query  string
	vars   vars
	// wants are the types of the receipts that it writes, however often it is made.
	wants []string
	// instead, if any, is what is asked after a lost answer to a call that is not repeatable. "" means that nothing has
	// happened: then the call is made again.
	instead func() string
	// check holds the last answer against the receipts that are new. committed tells what the first call did, if that is known.
	check func(answer map[string]any, added ledger, committed certainty) string
}

type certainty int

const (
	unknown certainty = iota
	yes
	no
)

// first tells what an answer that says «this call did it» is to be: the opposite of committed.
func (c certainty) first(said any) bool { return c == unknown || said == (c == no) }

// mutations are all of the schema.
var mutations = []struct {
	field, variant string
	call           func(s *scene) call
}{
	{"createTask", "", func(s *scene) call {
		return call{s.agent, `mutation($i: CreateTaskInput!) { createTask(input: $i) { created task { obligation { id } } } }`,
			vars{"i": vars{"type": "t", "idempotencyKey": "key"}}, []string{"TASK_ASSIGNED"}, nil,
			func(a map[string]any, added ledger, committed certainty) string {
				return agree(committed.first(dig(a, "createTask.created")) && dig(a, "createTask.task.obligation.id") == added[0].ID)
			}}
	}},
	{"createTasks", "", func(s *scene) call {
		inputs := []vars{{"type": "t", "idempotencyKey": "a"}, {"type": "t", "idempotencyKey": "b"}, {"type": "t", "idempotencyKey": "a"}}
		return call{s.agent, `mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { created task { obligation { id } } } }`,
			vars{"i": inputs}, []string{"TASK_ASSIGNED", "TASK_ASSIGNED"}, nil,
			func(a map[string]any, added ledger, committed certainty) string {
				return agree(committed.first(dig(a, "createTasks.0.created")) && committed.first(dig(a, "createTasks.1.created")) &&
					dig(a, "createTasks.0.task.obligation.id") == added[0].ID && dig(a, "createTasks.1.task.obligation.id") == added[1].ID &&
					dig(a, "createTasks.2.task.obligation.id") == added[0].ID)
			}}
	}},
	{"cancelTask", "", func(s *scene) call {
		return call{s.agent, `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled task { status } } }`,
			vars{"i": vars{"taskId": s.task(), "reason": "why"}}, []string{"TASK_CANCELED", "TASK_RESULT_READY"}, nil,
			func(a map[string]any, _ ledger, committed certainty) string {
				return agree(committed.first(dig(a, "cancelTask.canceled")) && dig(a, "cancelTask.task.status") == "CANCELED")
			}}
	}},
	{"retryTask", "", func(s *scene) call {
		task := s.task()
		s.agent.must(s.t, s.to, `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled } }`, vars{"i": vars{"taskId": task}}, nil)
		return call{s.agent, `mutation($i: RetryTaskInput!) { retryTask(input: $i) { created task { obligation { id } } } }`,
			vars{"i": vars{"taskId": task, "idempotencyKey": "key"}}, []string{"TASK_ASSIGNED"}, nil,
			func(a map[string]any, added ledger, committed certainty) string {
				return agree(committed.first(dig(a, "retryTask.created")) && dig(a, "retryTask.task.obligation.id") == added[0].ID)
			}}
	}},
	{"acknowledgeReceipt", "", func(s *scene) call {
		s.agent.must(s.t, s.to, `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled } }`, vars{"i": vars{"taskId": s.task()}}, nil)
		result := readLedger(s.t, s.agent, s.to).results("planner")[0]
		return call{s.agent, `mutation($i: AcknowledgeReceiptInput!) { acknowledgeReceipt(input: $i) { acknowledgement { id } } }`,
			vars{"i": vars{"receiptId": result.ID}}, []string{"RECEIPT_ACKNOWLEDGED"}, nil,
			func(a map[string]any, added ledger, _ certainty) string {
				return agree(dig(a, "acknowledgeReceipt.acknowledgement.id") == added[0].ID && added[0].Parents[0].ID == result.ID)
			}}
	}},
	{"claimTasks", "", func(s *scene) call {
		s.task()
		return call{s.worker, `mutation($i: ClaimTasksInput!) { claimTasks(input: $i) { leases { id } } }`,
			vars{"i": vars{"ttlSeconds": longLease, "waitSeconds": 20}}, []string{"TASK_ACCEPTED"}, s.held,
			func(_ map[string]any, added ledger, _ certainty) string { return agree(s.held() == added[0].leaseID()) }}
	}},
	{"renewLease", "", func(s *scene) call {
		return call{s.worker, `mutation($i: RenewLeaseInput!) { renewLease(input: $i) { lease { renewalCount } } }`,
			vars{"i": vars{"leaseId": s.lease(), "extendBySeconds": longLease}}, []string{}, nil,
			func(a map[string]any, _ ledger, _ certainty) string {
				n, _ := dig(a, "renewLease.lease.renewalCount").(float64)
				return agree(n == 1 || n == 2) // each that arrives counts
			}}
	}},
	{"releaseLease", "", func(s *scene) call {
		return call{s.worker, `mutation($i: ReleaseLeaseInput!) { releaseLease(input: $i) { task { status } } }`,
			vars{"i": vars{"leaseId": s.lease(), "reason": "why"}}, []string{"LEASE_RELEASED"}, nil,
			func(a map[string]any, _ ledger, _ certainty) string {
				return agree(dig(a, "releaseLease.task.status") == "QUEUED")
			}}
	}},
	{"startTask", "", func(s *scene) call {
		return call{s.worker, `mutation($i: StartTaskInput!) { startTask(input: $i) { task { status } } }`,
			vars{"i": vars{"leaseId": s.lease()}}, []string{"TASK_STARTED"}, nil,
			func(a map[string]any, _ ledger, _ certainty) string {
				return agree(dig(a, "startTask.task.status") == "RUNNING")
			}}
	}},
	{"reportProgress", "", func(s *scene) call {
		return call{s.worker, `mutation($i: ReportProgressInput!) { reportProgress(input: $i) { task { progress { data } } } }`,
			vars{"i": vars{"leaseId": s.lease(), "progress": 7, "sequence": 1}}, []string{"TASK_STARTED", "TASK_PROGRESS"}, nil,
			func(a map[string]any, added ledger, _ certainty) string {
				return agree(dig(a, "reportProgress.task.progress.data") == 7.0 && added[1].body("sequence") == 1.0)
			}}
	}},
	{"completeTask", "", func(s *scene) call {
		return call{s.worker, `mutation($i: CompleteTaskInput!) { completeTask(input: $i) { receipt { id } task { status } } }`,
			vars{"i": vars{"leaseId": s.lease(), "result": "done"}}, []string{"TASK_COMPLETED", "TASK_RESULT_READY"}, nil,
			func(a map[string]any, added ledger, _ certainty) string {
				return agree(dig(a, "completeTask.receipt.id") == added[0].ID && dig(a, "completeTask.task.status") == "SUCCEEDED")
			}}
	}},
	{"completeTasks", "", func(s *scene) call {
		inputs := []vars{{"leaseId": s.lease(), "result": 1}, {"leaseId": uuid.NewString()}, {"leaseId": s.lease(), "result": 2}}
		return call{s.worker, `mutation($i: [CompleteTaskInput!]!) { completeTasks(inputs: $i) { payload { receipt { id } } error { code message retryable } } }`,
			vars{"i": inputs}, []string{"TASK_COMPLETED", "TASK_RESULT_READY", "TASK_COMPLETED", "TASK_RESULT_READY"}, nil,
			func(a map[string]any, added ledger, _ certainty) string {
				return agree(dig(a, "completeTasks.0.payload.receipt.id") == added[0].ID &&
					dig(a, "completeTasks.1.error.code") == "LEASE_INVALID_OR_EXPIRED" &&
					dig(a, "completeTasks.2.payload.receipt.id") == added[2].ID)
			}}
	}},
	{"failTask", " to be tried again", func(s *scene) call {
		return s.fail(vars{"leaseId": s.lease(), "error": "why", "retryable": true, "retryAfterSeconds": 3600}, "TASK_RETRY_SCHEDULED")
	}},
	{"failTask", " for good", func(s *scene) call {
		return s.fail(vars{"leaseId": s.lease(), "error": "why"}, "TASK_FAILED", "TASK_RESULT_READY")
	}},
}

func (s *scene) fail(input vars, wants ...string) call {
	return call{s.worker, `mutation($i: FailTaskInput!) { failTask(input: $i) { receipt { id } requeued } }`, vars{"i": input}, wants, nil,
		func(a map[string]any, added ledger, _ certainty) string {
			return agree(dig(a, "failTask.receipt.id") == added[0].ID && dig(a, "failTask.requeued") == (len(wants) == 1))
		}}
}

// longLease is longer than any test: no sweep comes in between.
const longLease = 1800

// task creates a task and returns its id.
func (s *scene) task() string {
	s.t.Helper()
	var a map[string]any
	s.agent.must(s.t, s.to, `mutation($i: CreateTaskInput!) { createTask(input: $i) { task { id } } }`,
		vars{"i": vars{"type": "t", "idempotencyKey": uuid.NewString()}}, &a)
	return fmt.Sprint(dig(a, "createTask.task.id"))
}

// lease returns the id of a lease that the worker holds on a new task.
func (s *scene) lease() string {
	s.t.Helper()
	s.task()
	var a map[string]any
	s.worker.must(s.t, s.to, `mutation($i: ClaimTasksInput!) { claimTasks(input: $i) { leases { id } } }`,
		vars{"i": vars{"ttlSeconds": longLease}}, &a)
	return fmt.Sprint(dig(a, "claimTasks.leases.0.id"))
}

// held returns the lease that the worker holds, "" when it holds none.
func (s *scene) held() string {
	s.t.Helper()
	var a map[string]any
	s.worker.must(s.t, s.to, `{ leases(states: [ACTIVE]) { nodes { id } } }`, nil, &a)
	id, _ := dig(a, "leases.nodes.0.id").(string)
	return id
}

// agree is what check says of an answer.
func agree(right bool) string {
	if right {
		return ""
	}
	return "the answer does not agree with the ledger"
}

// dig finds a value by keys and indices with points between: leases.nodes.0.id; nil when there is none.
func dig(value any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i := slices.Index([]string{"0", "1", "2"}, step)
			if i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}
