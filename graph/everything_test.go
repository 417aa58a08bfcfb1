package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
)

// everything selects all that there is, and notes which fields of which types came back with a value.
type everything struct {
	schema *ast.Schema
	seen   map[string]bool
}

func newEverything() *everything {
	return &everything{
		schema: graph.NewExecutableSchema(graph.Config{}).Schema(),
		seen:   map[string]bool{},
	}
}

// selection selects every field of a type. Nouns within nouns, which would never end, go down some levels.
func (e *everything) selection(name string, levels int) string {
	definition := e.schema.Types[name]
	if definition.IsLeafType() {
		return ""
	}
	var b strings.Builder
	b.WriteString(" { ")
	for _, field := range definition.Fields {
		target, below := field.Type.Name(), levels
		if target == "Task" || target == "Lease" || target == "Receipt" {
			below--
		}
		if strings.HasPrefix(field.Name, "__") || below < 0 || below == 0 && strings.HasSuffix(target, "Connection") {
			continue
		}
		b.WriteString(field.Name)
		if field.Arguments.ForName("first") != nil {
			b.WriteString("(first: 3)")
		}
		b.WriteString(e.selection(target, below))
		b.WriteString(" ")
	}
	return b.String() + "}"
}

// note marks the fields of a type that have a value in data.
func (e *everything) note(name string, data any) {
	switch data := data.(type) {
	case []any:
		for _, item := range data {
			e.note(name, item)
		}
	case map[string]any:
		definition := e.schema.Types[name]
		if definition.IsLeafType() {
			return // a JSON object
		}
		for field, value := range data {
			if value != nil {
				e.seen[name+"."+field] = true
				e.note(definition.Fields.ForName(field).Type.Name(), value)
			}
		}
	}
}

// unseen returns the fields of all types that never had a value.
func (e *everything) unseen() []string {
	var missing []string
	for _, definition := range e.schema.Types {
		if definition.Kind != ast.Object || definition.BuiltIn {
			continue
		}
		for _, field := range definition.Fields {
			if name := definition.Name + "." + field.Name; !strings.HasPrefix(field.Name, "__") && !e.seen[name] {
				missing = append(missing, name)
			}
		}
	}
	slices.Sort(missing)
	return missing
}

// query selects everything of a field of Query or Mutation.
func (e *everything) query(t *testing.T, s *stage, root, field, arguments, variables string) map[string]any {
	t.Helper()
	definition := e.schema.Types[root].Fields.ForName(field)
	document := fmt.Sprintf("%s { %s%s%s }", strings.ToLower(root), field, arguments, e.selection(definition.Type.Name(), 2))
	data := s.must(t, document, variables)
	e.note(root, data)
	return data
}

func (e *everything) mutate(t *testing.T, s *stage, field, input string) map[string]any {
	t.Helper()
	return e.query(t, s, "Mutation", field, "("+input+")", "")
}

func TestEveryFieldResolves(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   sqliteURL,
		"postgres": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, url(t), store.Options{}, graph.Options{MaxComplexity: 1 << 30})
			e := newEverything()
			heard := e.listenToTheStory(t, s)
			ids := e.tellTheStory(t, s)
			heard()
			e.readTheStory(t, s, ids)
			if missing := e.unseen(); len(missing) > 0 {
				t.Errorf("never had a value: %s", strings.Join(missing, ", "))
			}
		})
	}
}

type storyIDs struct{ task, lease, receipt string }

// tellTheStory uses every mutation.
func (e *everything) tellTheStory(t *testing.T, s *stage) storyIDs {
	t.Helper()
	claim := func() string {
		data := e.mutate(t, s, "claimTasks", `input: {capabilities: ["x"], ttlSeconds: 60}`)
		return text(t, data, "claimTasks.leases.0.id")
	}
	data := e.mutate(t, s, "createTask", `input: {type: "t", payload: {a: [1, 2.5, null]}, payloadPointer: "s3://p", priority: 5,
		requirements: {capabilities: ["x"], tags: ["y"]}, expectedOutcome: ARTIFACT, idempotencyKey: "k", maxAttempts: 3,
		retryBackoffSeconds: 7}`)
	ids := storyIDs{task: text(t, data, "createTask.task.id")}

	lease := claim()
	e.mutate(t, s, "releaseLease", fmt.Sprintf(`input: {leaseId: %q, reason: "later"}`, lease))
	lease = claim()
	ids.lease = lease
	e.mutate(t, s, "startTask", fmt.Sprintf(`input: {leaseId: %q}`, lease))
	e.mutate(t, s, "renewLease", fmt.Sprintf(`input: {leaseId: %q, extendBySeconds: 90}`, lease))
	e.mutate(t, s, "reportProgress", fmt.Sprintf(`input: {leaseId: %q, progress: {percent: 50}, sequence: 1}`, lease))
	done := e.mutate(t, s, "completeTask", fmt.Sprintf(`input: {leaseId: %q, summary: "s", result: [1],
		artifacts: [{type: "s3", url: "s3://r"}], deliveryProof: {status: "succeeded"}}`, lease))
	ids.receipt = text(t, done, "completeTask.receipt.parents.0.id")
	e.mutate(t, s, "acknowledgeReceipt", fmt.Sprintf(`input: {receiptId: %q, note: "seen"}`, ids.receipt))

	e.mutate(t, s, "createTasks", fmt.Sprintf(`inputs: [{type: "t", parentReceiptIds: [%q]}, {type: "t"}]`, ids.receipt))
	e.mutate(t, s, "failTask", fmt.Sprintf(`input: {leaseId: %q, error: {code: 1}, retryable: true}`, claim()))
	e.mutate(t, s, "failTask", fmt.Sprintf(`input: {leaseId: %q, error: "broken"}`, claim()))
	data = e.mutate(t, s, "createTask", `input: {type: "t"}`)
	canceled := text(t, data, "createTask.task.id")
	e.mutate(t, s, "cancelTask", fmt.Sprintf(`input: {taskId: %q, reason: "enough"}`, canceled))
	e.mutate(t, s, "retryTask", fmt.Sprintf(`input: {taskId: %q, reason: "again"}`, canceled))
	e.mutate(t, s, "completeTasks", fmt.Sprintf(`inputs: [{leaseId: %q}, {leaseId: "no id"}]`, claim()))
	doomed := text(t, e.mutate(t, s, "createTask", `input: {type: "t"}`), "createTask.task.id")
	claim()
	e.mutate(t, s, "cancelTask", fmt.Sprintf(`input: {taskId: %q}`, doomed))
	s.create(t)
	claim()
	s.create(t)
	return ids
}

// readTheStory uses every query.
func (e *everything) readTheStory(t *testing.T, s *stage, ids storyIDs) {
	t.Helper()
	arguments := map[string]string{
		"task":            fmt.Sprintf("(id: %q)", ids.task),
		"awaitTask":       fmt.Sprintf("(id: %q, timeoutSeconds: 0)", ids.task),
		"tasks":           `(filter: {statuses: [QUEUED, LEASED, FAILED, CANCELED], types: ["t"], createdBefore: "9999-12-31T23:59:59Z"})`,
		"lease":           fmt.Sprintf("(id: %q)", ids.lease),
		"receipt":         fmt.Sprintf("(id: %q)", ids.receipt),
		"receipts":        `(filter: {types: [], createdAfter: "2020-01-01T00:00:00+02:00"}, first: 20)`,
		"leases":          `(worker: {kind: AGENT, id: "planner"}, states: [ACTIVE, COMPLETED])`,
		"openObligations": "(first: 3)",
	}
	for _, field := range e.schema.Types["Query"].Fields {
		if !strings.HasPrefix(field.Name, "__") {
			e.query(t, s, "Query", field.Name, arguments[field.Name], "")
		}
	}
}

// listenToTheStory uses every subscription; the function that it returns takes an event of each.
func (e *everything) listenToTheStory(t *testing.T, s *stage) (heard func()) {
	t.Helper()
	var streams []func() *answer
	for _, field := range e.schema.Types["Subscription"].Fields {
		document := "subscription { " + field.Name + e.selection(field.Type.Name(), 2) + " }"
		streams = append(streams, s.subscribe(s.context(t.Context()), t, document, ""))
	}
	return func() {
		for _, next := range streams {
			event := next()
			if event == nil || len(event.Errors) > 0 {
				t.Fatalf("event %v", event)
			}
			e.note("Subscription", event.Data)
		}
	}
}
