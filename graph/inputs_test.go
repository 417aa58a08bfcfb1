package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/store"
)

const (
	digits  = "1234567890123456789012345678901234567890"
	someID  = "00000000-0000-4000-8000-000000000000"
	invalid = "GRAPHQL_VALIDATION_FAILED"
	bad     = "BAD_USER_INPUT"
)

// oddInputs are refused, before anything is written and with a code that says whose fault it is.
var oddInputs = []struct{ query, variables, want string }{
	// JSON
	{`mutation { createTask(input: {type: "t", payload: 1e400}) { created } }`, "", bad},
	{`mutation { createTask(input: {type: "t", payload: {a: [-1e999]}}) { created } }`, "", bad},
	{`mutation { createTask(input: {type: "t", payload: NAME}) { created } }`, "", bad},
	{`mutation($p: JSON) { createTask(input: {type: "t", payload: $p}) { created } }`, `{"p": 1e400}`, bad},
	{`mutation($p: JSON = 1e400) { createTask(input: {type: "t", payload: $p}) { created } }`, "", bad},
	{`mutation($p: JSON) { createTask(input: {type: "t", payload: $p}) { created } }`, `{"p": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, bad},
	{`mutation($i: CreateTaskInput!) { createTask(input: $i) { created } }`, `{"i": {"type": "t", "payload": [1e400]}}`, bad},
	{`mutation { reportProgress(input: {leaseId: "` + someID + `", progress: null}) { task { id } } }`, "", invalid},
	{`mutation { completeTask(input: {leaseId: "` + someID + `", artifacts: [null]}) { task { id } } }`, "", invalid},
	// Int
	{`{ tasks(first: 2147483648) { nodes { id } } }`, "", bad},
	{`{ tasks(first: -2147483649) { nodes { id } } }`, "", bad},
	{`{ tasks(first: 9223372036854775808) { nodes { id } } }`, "", bad},
	{`{ tasks(first: ` + digits + `) { nodes { id } } }`, "", bad},
	{`{ tasks(first: 1.5) { nodes { id } } }`, "", invalid},
	{`{ tasks(first: "1") { nodes { id } } }`, "", invalid},
	{`{ tasks(first: 0) { nodes { id } } }`, "", bad},
	{`{ tasks(first: -1) { nodes { id } } }`, "", bad},
	{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": 2147483648}`, bad},
	{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": ` + digits + `}`, bad},
	{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": 1e400}`, bad},
	{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": 1.5}`, invalid},
	{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": "5"}`, invalid},
	{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": true}`, invalid},
	{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": [1]}`, invalid},
	{`query($n: Int = 99999999999) { tasks(first: $n) { nodes { id } } }`, "", bad},
	{`mutation($i: CreateTaskInput!) { createTask(input: $i) { created } }`, `{"i": {"type": "t", "priority": 99999999999}}`, bad},
	{`mutation($i: CreateTaskInput!) { createTask(input: $i) { created } }`, `{"i": {"type": "t", "priority": "1"}}`, invalid},
	{`mutation { createTask(input: {type: "t", priority: 1000001}) { created } }`, "", bad},
	// ID
	{`{ task(id: "nonsense") { id } }`, "", bad},
	{`{ task(id: "") { id } }`, "", bad},
	{`{ task(id: 1) { id } }`, "", bad},
	{`{ task(id: ` + digits + `) { id } }`, "", bad},
	{`{ task(id: "{` + someID + `}") { id } }`, "", bad},
	{`{ task(id: "` + strings.ReplaceAll(someID, "-", "") + `") { id } }`, "", bad},
	{`{ task(id: "a\u0000b") { id } }`, "", bad},
	{`{ task(id: null) { id } }`, "", invalid},
	{`{ task(id: 1.5) { id } }`, "", invalid},
	{`query($i: ID!) { task(id: $i) { id } }`, `{"i": 5}`, bad},
	{`query($i: ID!) { task(id: $i) { id } }`, `{"i": 5.5}`, invalid},
	{`query($i: ID!) { task(id: $i) { id } }`, `{"i": null}`, invalid},
	{`query($i: ID!) { task(id: $i) { id } }`, `{}`, invalid},
	{`query($i: ID = "x") { task(id: $i) { id } }`, `{"i": null}`, invalid},
	{`{ receipts(filter: {leaseId: "1"}) { nodes { id } } }`, "", bad},
	{`mutation { createTask(input: {type: "t", parentReceiptIds: ["x"]}) { created } }`, "", bad},
	{`mutation { startTask(input: {leaseId: "x"}) { task { id } } }`, "", bad},
	// String
	{`mutation($i: CreateTaskInput!) { createTask(input: $i) { created } }`, `{"i": {"type": 5}}`, invalid},
	{`mutation($i: CreateTaskInput!) { createTask(input: $i) { created } }`, `{"i": {"type": ["t"]}}`, invalid},
	{`mutation { createTask(input: {type: 5}) { created } }`, "", invalid},
	{`mutation { createTask(input: {type: "a\u0000b"}) { created } }`, "", bad},
	{`mutation { createTask(input: {type: ""}) { created } }`, "", bad},
	{`{ openObligations(principal: {kind: AGENT, id: "a\u0000b"}) { nodes { id } } }`, "", bad},
	{`{ openObligations(principal: {kind: AGENT, id: ""}) { nodes { id } } }`, "", bad},
	{`{ leases(worker: {kind: AGENT, id: "` + strings.Repeat("x", 256) + `"}) { nodes { id } } }`, "", bad},
	// Enums
	{`query($s: [TaskStatus!]) { tasks(filter: {statuses: $s}) { nodes { id } } }`, `{"s": ["queued"]}`, invalid},
	{`query($s: [TaskStatus!]) { tasks(filter: {statuses: $s}) { nodes { id } } }`, `{"s": [null]}`, invalid},
	{`query($s: [TaskStatus!]) { tasks(filter: {statuses: $s}) { nodes { id } } }`, `{"s": [1]}`, invalid},
	{`{ tasks(filter: {statuses: [queued]}) { nodes { id } } }`, "", invalid},
	{`{ tasks(filter: {statuses: ["QUEUED"]}) { nodes { id } } }`, "", invalid},
	// DateTime
	{`{ tasks(filter: {createdAfter: "2026-01-02T03:04:05"}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: "2026-01-02"}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: "2026-01-02 03:04:05Z"}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: "2026-01-02T3:04:05Z"}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: "2026-02-30T03:04:05Z"}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: "0000-01-02T03:04:05Z"}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: "10000-01-02T03:04:05Z"}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: "9999-12-31T23:59:59-01:00"}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: ` + digits + `}) { nodes { id } } }`, "", bad},
	{`{ tasks(filter: {createdAfter: {}}) { nodes { id } } }`, "", bad},
	{`query($d: DateTime) { tasks(filter: {createdAfter: $d}) { nodes { id } } }`, `{"d": "now"}`, bad},
	{`query($d: DateTime) { tasks(filter: {createdAfter: $d}) { nodes { id } } }`, `{"d": 1e400}`, bad},
	{`query($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }`, `{"f": {"createdBefore": "now"}}`, bad},
	// Input objects and variables
	{`query($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }`, `{"f": {"nonsense": 1}}`, invalid},
	{`query($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }`, `{"f": []}`, invalid},
	{`query($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }`, `{"f": "x"}`, invalid},
	{`query($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }`, `{"f": {"createdBy": {"kind": "AGENT"}}}`, invalid},
	{`mutation($i: CreateTaskInput = {type: "t"}) { createTask(input: $i) { created } }`, `{"i": null}`, invalid},
	{`query($b: Boolean = true) { viewer @skip(if: $b) { tenantId } }`, `{"b": null}`, invalid},
	{`query($b: Boolean!) { viewer @skip(if: $b) { tenantId } }`, `{"b": "true"}`, invalid},
	// Pages and cursors
	{`{ tasks(after: "nonsense") { nodes { id } } }`, "", bad},
	{`{ tasks(after: "") { nodes { id } } }`, "", bad},
	{`{ receipts(after: "a\u0000b") { nodes { id } } }`, "", bad},
	{`{ receipts(first: 1, last: 1) { nodes { id } } }`, "", bad},
	{`{ awaitTask(id: "` + someID + `", timeoutSeconds: 31) { id } }`, "", bad},
	{`{ awaitTask(id: "` + someID + `", timeoutSeconds: -1) { id } }`, "", bad},
	// Documents
	{``, "", "GRAPHQL_PARSE_FAILED or GRAPHQL_VALIDATION_FAILED"},
	{`{`, "", "GRAPHQL_PARSE_FAILED"},
	{`{ "\ud83d`, "", "GRAPHQL_PARSE_FAILED"},
	{"{ viewer { tenantId } }\x00", "", "GRAPHQL_PARSE_FAILED"},
	{`{ nonsense }`, "", invalid},
	{`{ viewer }`, "", invalid},
	{`{ viewer { tenantId { x } } }`, "", invalid},
	{`query A { viewer { tenantId } } query B { viewer { tenantId } }`, "", invalid},
	{`fragment f on Viewer { tenantId }`, "", invalid},
	{`{ ...f } fragment f on Query { ...f }`, "", invalid},
	{`query($x: Nonsense) { viewer { tenantId } }`, "", invalid},
	{`query($x: Int) { viewer { tenantId } }`, "", invalid},
	{`{ viewer { tenantId } } extend type Query { x: Int }`, "", "GRAPHQL_PARSE_FAILED"},
	{`mutation { viewer { tenantId } }`, "", invalid},
}

func TestOddInputsAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		for _, odd := range oddInputs {
			a := s.do(t, odd.query, odd.variables)
			if got := a.code(t); got == "" || !strings.Contains(odd.want, got) {
				t.Errorf("%.200s %.100s\ngot %s, want %s: %v", odd.query, odd.variables, got, odd.want, a.Errors)
			}
		}
		if log := s.log.String(); log != "" {
			t.Errorf("logged: %s", log)
		}
		if head := text(t, s.must(t, "{ ledgerHead }", ""), "ledgerHead"); head != "0" {
			t.Error("something was written")
		}
	})
}

func TestStringsThatMatchNothingAreNoErrors(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		s.create(t)
		for _, query := range []string{
			`{ tasks(filter: {types: ["a\u0000b"]}) { nodes { id } } }`,
			`{ tasks(filter: {idempotencyKey: "a\u0000b"}) { nodes { id } } }`,
			`{ tasks(filter: {types: ["\ud83d", "'; DROP TABLE tasks; --", "?"]}) { nodes { id } } }`,
			`{ leases(worker: {kind: SYSTEM, id: "nobody"}) { nodes { id } } }`,
			`mutation { claimTasks(input: {types: ["nothing"]}) { leases { id } } }`,
		} {
			a := s.do(t, query, "")
			if code := a.code(t); code != "" && code != bad {
				t.Errorf("%s: %v", query, a.Errors)
			}
			if strings.Contains(fmt.Sprint(a.Data), "map[id:") {
				t.Errorf("%s: %v", query, a.Data)
			}
		}
	})
}

func TestArgumentErrorsNameTheArgumentAndPointToTheField(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	for query, want := range map[string]string{
		`mutation { x: createTask(input: {type: "t", parentReceiptIds: ["` + someID + `", "no"]}) { created } }`: "x: input.parentReceiptIds[1]: ",
		`{ x: task(id: "no") { id } }`: "x: id: ",
		`mutation { createTasks(inputs: [{type: "t", parentReceiptIds: ["1"]}]) { created } }`: "createTasks: inputs[0].parentReceiptIds[0]: ",
		`{ receipts(filter: {taskId: "no"}) { nodes { id } } }`:                                "receipts: filter.taskId: ",
	} {
		a := s.do(t, query, "")
		if len(a.Errors) != 1 {
			t.Fatalf("%s: %v", query, a.Errors)
		}
		if got := a.Errors[0].Path.String() + ": " + a.Errors[0].Message; !strings.HasPrefix(got, want) || len(a.Errors[0].Locations) != 1 {
			t.Errorf("%s: %s %v", query, got, a.Errors[0].Locations)
		}
	}
	a := s.do(t, `query($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }`, `{"f": {"createdBefore": "now"}}`)
	if got := a.Errors[0].Message; !strings.HasPrefix(got, "$f.createdBefore: ") {
		t.Errorf("%s", got)
	}
}
