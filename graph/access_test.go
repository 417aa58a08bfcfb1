package graph_test

import (
	"context"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	id := s.create(t)
	for _, test := range []struct {
		scopes string
		query  string
		want   string
	}{
		{"", `{ viewer { principal { id } scopes } service { limits { maxPageSize } } __typename }`, ""},
		{"", `{ ledgerHead }`, "FORBIDDEN"},
		{"READ", `{ ledgerHead tasks { nodes { obligation { id } } } }`, ""},
		{"READ", `mutation { createTask(input: {type: "t"}) { created } }`, "FORBIDDEN"},
		{"READ", `{ leases { nodes { id } } }`, "FORBIDDEN"},
		{"READ", `subscription { leaseEnded { id } }`, "FORBIDDEN"},
		{"TASK", `mutation { createTask(input: {type: "t"}) { created task { id lease { id task { type } } eligibility { reason } } } }`, ""},
		{"TASK", `mutation { createTask(input: {type: "t"}) { created task { obligation { id } } } }`, "FORBIDDEN"},
		{"TASK", `{ ledgerHead }`, "FORBIDDEN"},
		{"LEASE", `{ leases { nodes { id task { type } } } }`, ""},
		{"LEASE", `{ leases { nodes { id task { type receipts { nodes { id } } } } } }`, "FORBIDDEN"},
		{"LEASE", `{ leases { nodes { task { ...f } } } } fragment f on Task { lease { task { ... { leases { nodes { id } } } } } }`, "FORBIDDEN"},
		{"LEASE", `mutation { claimTasks(input: {types: ["none"]}) { leases { id } } }`, ""},
		{"LEASE", `subscription { receipts { cursor } }`, "FORBIDDEN"},
		{"LEASE", `{ leases { nodes { task { obligation @skip(if: true) { id } } } } }`, ""},
		{"LEASE", `query($b: Boolean = false) { leases { nodes { task { ... @include(if: $b) { obligation { id } } } } } }`, ""},
		{"LEASE", `query($b: Boolean = true) { leases { nodes { task { ...f @include(if: $b) } } } } fragment f on Task { obligation { id } }`, "FORBIDDEN"},
		{"READ TASK", `mutation { createTask(input: {type: "t"}) { task { obligation { id } } } }`, ""},
		{"ADMIN", `{ leases { nodes { id } } task(id: "` + id + `") { obligation { id } } }`, ""},
	} {
		v := viewer("planner")
		for scope := range strings.FieldsSeq(test.scopes) {
			v.Scopes = append(v.Scopes, models.Scope(scope))
		}
		var a answer
		if strings.HasPrefix(test.query, "subscription") {
			a = *s.as(v).subscribe(s.as(v).context(t.Context()), t, test.query, "")()
		} else {
			a = s.as(v).do(t, test.query, "")
		}
		if got := a.code(t); got != test.want || a.executed != (test.want == "") {
			t.Errorf("%s: %s: got %q, executed %v: %v", test.scopes, test.query, got, a.executed, a.Errors)
		}
	}
}

func TestRefusedOperationWritesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	before := text(t, s.must(t, "{ ledgerHead }", ""), "ledgerHead")
	v := viewer("planner", models.ScopeTask)
	a := s.as(v).do(t, `mutation { a: createTask(input: {type: "t"}) { created } b: createTask(input: {type: "t"}) { task { leases { nodes { id } } } } }`, "")
	if a.code(t) != "FORBIDDEN" || a.executed || !strings.Contains(a.Errors[0].Message, "Task.leases needs the scope READ") {
		t.Fatalf("%v", a.Errors)
	}
	if after := text(t, s.must(t, "{ ledgerHead }", ""), "ledgerHead"); after != before {
		t.Error("something was written")
	}
}

func TestWithoutViewerNothingIsExecuted(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	anonymous := trace.WithID(t.Context(), traceID)
	for _, query := range []string{
		`{ viewer { tenantId } }`, `{ service { version } }`, `{ ledgerHead }`, `{ __schema { types { name } } viewer { tenantId } }`,
		`{ __typename }`, `{ viewer @skip(if: true) { tenantId } }`, `mutation { __typename }`,
		`mutation { createTask(input: {type: "t"}) { created } }`,
	} {
		if a := s.doIn(anonymous, t, query, ""); a.code(t) != "UNAUTHENTICATED" || a.executed {
			t.Errorf("%s: %v", query, a.Errors)
		}
	}
}

func TestIntrospectionIsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	always := func(context.Context) bool { return true }
	never := func(context.Context) bool { return false }
	const query = `{ __type(name: "Task") { name } }`
	for name, test := range map[string]struct {
		may                      func(context.Context) bool
		anonymous, authenticated string
	}{
		"default": {nil, "UNAUTHENTICATED", ""},
		"always":  {always, "", ""},
		"never":   {never, "UNAUTHENTICATED", "FORBIDDEN"},
	} {
		s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{Introspection: test.may})
		if got := s.doIn(trace.WithID(t.Context(), traceID), t, query, "").code(t); got != test.anonymous {
			t.Errorf("%s, anonymous: %q", name, got)
		}
		if got := s.do(t, query, "").code(t); got != test.authenticated {
			t.Errorf("%s, authenticated: %q", name, got)
		}
		if got := s.do(t, `{ __typename viewer { __typename } }`, "").code(t); got != "" {
			t.Errorf("%s, __typename: %q", name, got)
		}
	}
}

func TestTenantsSeeOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		id := s.create(t)
		other := s.as(s.viewer)
		other.viewer.TenantID[0]++
		query := `{ task(id: "` + id + `") { id } ledgerHead tasks { nodes { id } } receipts { nodes { id } } queueStats { count } }`
		data := other.must(t, query, "")
		if data["task"] != nil || data["ledgerHead"] != "0" || len(at(t, data, "tasks.nodes").([]any)) > 0 ||
			len(at(t, data, "receipts.nodes").([]any)) > 0 || len(data["queueStats"].([]any)) > 0 {
			t.Errorf("%v", data)
		}
		if a := other.do(t, `mutation { cancelTask(input: {taskId: "`+id+`"}) { canceled } }`, ""); a.code(t) != "NOT_FOUND" {
			t.Errorf("%v", a.Errors)
		}
	})
}

func TestViewerOfTheNilTenant(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	v := s.viewer
	v.TenantID = [16]byte{}
	data := s.as(v).must(t, `{ viewer { tenantId principal { kind id } scopes } }`, "")
	if got := text(t, data, "viewer.tenantId"); got != "00000000-0000-0000-0000-000000000000" {
		t.Errorf("tenantId %q", got)
	}
	if got := encode(t, at(t, data, "viewer.scopes")); got != `["READ","TASK","LEASE"]` {
		t.Errorf("scopes %s", got)
	}
}
