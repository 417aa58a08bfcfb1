package graph_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/store"
)

func TestPanicIsInternal(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{Now: func() time.Time { panic("secret clock") }})
	a := s.do(t, `mutation { x: createTask(input: {type: "t"}) { task { id eligibility { reason } } } }`, "")
	if a.code(t) != "INTERNAL" || len(a.Errors) != 1 || a.Errors[0].Path.String() != "x.task.eligibility" {
		t.Fatalf("%v", a.Errors)
	}
	if got := a.Errors[0].Message; got != "internal error; quote the trace id" {
		t.Errorf("message %q", got)
	}
	for _, want := range []string{"secret clock", traceID, "fields.go"} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
}

func TestFailedStatementIsInternalAndLoggedOnce(t *testing.T) {
	t.Parallel()
	url := sqliteURL(t)
	s := newStage(t, url, store.Options{}, graph.Options{})
	for range 20 {
		s.create(t)
	}
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "ALTER TABLE acknowledgements RENAME TO gone"); err != nil {
		t.Fatal(err)
	}
	a := s.do(t, `{ receipts { nodes { id acknowledgement { id } } } }`, "")
	if a.code(t) != "INTERNAL" || len(a.Errors) != 20 || len(at(t, a.Data, "receipts.nodes").([]any)) != 20 {
		t.Fatalf("%d errors, %v", len(a.Errors), a.Data)
	}
	paths := map[string]bool{}
	for _, err := range a.Errors {
		paths[err.Path.String()] = true
		if strings.Contains(err.Error(), "acknowledgements") || len(err.Locations) != 1 {
			t.Errorf("shown: %v", err)
		}
	}
	if len(paths) != 20 || !paths["receipts.nodes[7].acknowledgement"] {
		t.Errorf("paths %v", paths)
	}
	if log := s.log.String(); strings.Count(log, "request failed") != 1 || !strings.Contains(log, traceID) || !strings.Contains(log, "acknowledgements") {
		t.Errorf("log: %s", log)
	}
}

func TestRefusedStatementOfAMutationIsInternal(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{FailStatement: func(n int) bool { return n == 1 }}, graph.Options{})
	a := s.do(t, `mutation { createTask(input: {type: "t"}) { created } }`, "")
	if code := a.code(t); code != "INTERNAL" && code != "UNAVAILABLE" {
		t.Errorf("%v", a.Errors)
	}
	if strings.Contains(strings.ToLower(fmt.Sprint(a.Errors)), "insert") {
		t.Errorf("shown: %v", a.Errors)
	}
}

func TestTimeoutIsUnavailable(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		id := s.create(t)
		ctx, cancel := context.WithTimeout(s.context(t.Context()), 50*time.Millisecond)
		defer cancel()
		a := s.doIn(ctx, t, fmt.Sprintf("{ awaitTask(id: %q) { id } }", id), "")
		if a.code(t) != "UNAVAILABLE" || a.Errors[0].Extensions["retryable"] != true {
			t.Errorf("%v", a.Errors)
		}
		if log := s.log.String(); strings.Contains(log, "level=ERROR") || !strings.Contains(log, "operation=await_task code=UNAVAILABLE") {
			t.Errorf("logged: %s", log)
		}
	})
}

func TestItemsOfABatchFailAlone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		s.create(t)
		lease := s.claim(t)
		data := s.must(t, fmt.Sprintf(`mutation { completeTasks(inputs: [{leaseId: "no"}, {leaseId: %q}, {leaseId: %q}, {leaseId: %q, artifacts: [1]}, {leaseId: %q}]) {
			payload { task { id status lease { id } obligation { isOpen } } receipt { type parents { id } } } error { code message retryable } } }`,
			someID, lease, lease, strings.ToUpper(lease)), "")
		for i, want := range []string{bad, "LEASE_INVALID_OR_EXPIRED", "", bad, ""} {
			item := at(t, data, fmt.Sprintf("completeTasks.%d", i)).(map[string]any)
			if want == "" {
				if item["error"] != nil || at(t, item, "payload.task.status") != "SUCCEEDED" || at(t, item, "payload.task.obligation.isOpen") != false {
					t.Errorf("item %d: %v", i, item)
				}
			} else if item["payload"] != nil || text(t, item, "error.code") != want || at(t, item, "error.retryable") != false {
				t.Errorf("item %d: %v, want %s", i, item, want)
			}
		}
		if got := text(t, data, "completeTasks.0.error.message"); !strings.HasPrefix(got, "inputs[0].leaseId: ") {
			t.Errorf("message %q", got)
		}
		many := strings.Repeat(`{leaseId: "no"}, `, 501)
		if a := s.do(t, `mutation { completeTasks(inputs: [`+many+`]) { error { code } } }`, ""); a.code(t) != bad {
			t.Errorf("501 items: %v", a.Errors)
		}
		many = strings.Repeat(`{type: "t"}, `, 501)
		if a := s.do(t, `mutation { createTasks(inputs: [`+many+`]) { created } }`, ""); a.code(t) != bad {
			t.Errorf("501 items: %v", a.Errors)
		}
		if data := s.must(t, `mutation { createTasks(inputs: []) { created } completeTasks(inputs: []) { error { code } } }`, ""); len(data["createTasks"].([]any)) != 0 {
			t.Errorf("%v", data)
		}
	})
}

func TestErrorsOfTheDomainKeepCodeAndFields(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		s.must(t, `mutation { createTask(input: {type: "t", idempotencyKey: "k"}) { created } }`, "")
		a := s.do(t, `mutation { a: createTask(input: {type: "t", idempotencyKey: "k"}) { created }
			b: createTask(input: {type: "other", idempotencyKey: "k"}) { created } }`, "")
		if a.code(t) != "IDEMPOTENCY_CONFLICT" || a.Errors[0].Path.String() != "b" {
			t.Errorf("%v", a.Errors)
		}
	})
}
