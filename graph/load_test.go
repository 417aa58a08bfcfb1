package graph_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/store"
)

// fill creates n tasks that are claimed, started and acknowledged, so that every nested field of their obligations has a value;
// each answers two receipts of its own.
func fill(t *testing.T, s *stage, n int) {
	t.Helper()
	for range n / 100 {
		fillUpTo100(t, s, 100)
	}
	if rest := n % 100; rest > 0 {
		fillUpTo100(t, s, rest)
	}
}

func fillUpTo100(t *testing.T, s *stage, n int) {
	t.Helper()
	const selected = "{ task { obligation { id children(first: 1) { nodes { id } } } } }"
	inputs := strings.Repeat(`{type: "first"}, `, n)
	first := s.must(t, "mutation { createTasks(inputs: ["+inputs+"]) "+selected+" }", "")
	var second strings.Builder
	for i := range n {
		id := text(t, first, fmt.Sprintf("createTasks.%d.task.obligation.id", i))
		fmt.Fprintf(&second, `{type: "second", parentReceiptIds: [%q, %q]}, `, id,
			text(t, first, fmt.Sprintf("createTasks.%d.task.obligation.id", (i+1)%n)))
	}
	s.must(t, "mutation { createTasks(inputs: ["+second.String()+"]) "+selected+" }", "")
	claimed := s.must(t, fmt.Sprintf(`mutation { claimTasks(input: {types: ["second"], maxTasks: %d}) { leases { id task { obligation { id } } } } }`, n), "")
	var acknowledge strings.Builder
	for i := range n {
		fmt.Fprintf(&acknowledge, "a%d: acknowledgeReceipt(input: {receiptId: %q}) { receipt { id } } ", i,
			text(t, claimed, fmt.Sprintf("claimTasks.leases.%d.task.obligation.id", i)))
	}
	s.must(t, "mutation { "+acknowledge.String()+"}", "")
}

// statements counts those of a query.
func (s *stage) statements(t *testing.T, query string) (int64, map[string]any) {
	t.Helper()
	var counter store.Counter
	a := s.doIn(store.WithCounter(s.context(t.Context()), &counter), t, query, "")
	if len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	return counter.Load(), a.Data
}

// The nested fields of a page, each with the statements that it may cost.
var nestedFields = []struct {
	query string
	cost  int64
}{
	{`id seq type body`, 0},
	{`isOpen`, 1},
	{`terminator { id }`, 1},
	{`isOpen terminator { id }`, 1},
	{`acknowledgement { id }`, 1},
	{`parents { id }`, 1},
	{`children(first: 2) { nodes { id } edges { node { id } } }`, 1},
	{`children(first: 2) { nodes { id } } other: children(types: [TASK_ACCEPTED]) { nodes { id } }`, 2},
	{`task { id }`, 1},
	{`task { lease { id } eligibility { at } }`, 2},
	{`task { leases(first: 1) { nodes { id } } obligation { id } receipts(first: 2) { nodes { id } } }`, 4},
	{`children(first: 2) { nodes { lease { id task { id lease { id } } } parents { parents { id } } } }`, 6},
	{`isOpen terminator { id } acknowledgement { id task { id } lease { id } parents { id } } parents { id isOpen }
		children(first: 2) { nodes { id task { id } lease { id worker { id } } acknowledgement { id } } }
		task { id lease { id } leases(first: 2) { nodes { id task { id } } } obligation { id isOpen terminator { id } } receipts(first: 2) { nodes { id } } }`,
		// terminator, acknowledgement and its parents, parents and isOpen, children and three, task and lease, leases and
		// task, obligation and terminator, receipts; an acknowledgement has neither task nor lease.
		16},
}

func TestNestedFieldsCostOneStatementEach(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		fill(t, s, 2)
		few := s.as(s.viewer)
		few.viewer.TenantID[0]++
		fill(t, few, 200)
		s, many := s, few
		for i, nested := range nestedFields {
			lists := []string{"openObligations(first: 200) { nodes { %s } }"}
			if i == len(nestedFields)-1 {
				lists = append(lists, "receipts(first: 200, filter: {types: [TASK_ASSIGNED]}) { edges { node { %s } } }")
			}
			for _, list := range lists {
				query := "{ " + fmt.Sprintf(list, nested.query) + " }"
				two, _ := s.statements(t, query)
				start := time.Now()
				all, data := many.statements(t, query)
				t.Logf("%3d statements, %5.1f ms: %.150s", all, float64(time.Since(start).Microseconds())/1000, query)
				if two != all || all != nested.cost+1 {
					t.Errorf("%d statements for 4 nodes, %d for 200, want %d: %s", two, all, nested.cost+1, query)
				}
				if rows := strings.Count(fmt.Sprint(data), "map["); rows < 200 {
					t.Errorf("only %d objects: %s", rows, query)
				}
			}
		}
	})
}

// TestNounsAskedForByIDCostOneStatementEach: an alias for each of them is how a client without lists asks for many.
func TestNounsAskedForByIDCostOneStatementEach(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		fill(t, s, 20)
		all := s.must(t, "{ receipts(first: 200, filter: {types: [TASK_ACCEPTED]}) { nodes { id task { id } lease { id } } } }", "")
		ask := func(n int) string {
			query := "{ none: task(id: \"00000000-0000-0000-0000-000000000001\") { id } again: task(id: \"00000000-0000-0000-0000-000000000001\") { id } "
			for i := range n {
				node := fmt.Sprintf("receipts.nodes.%d.", i)
				query += fmt.Sprintf("t%[1]d: task(id: %[2]q) { id obligation { id } } r%[1]d: receipt(id: %[3]q) { id } l%[1]d: lease(id: %[4]q) { id task { id } } ",
					i, text(t, all, node+"task.id"), text(t, all, node+"id"), text(t, all, node+"lease.id"))
			}
			return query + "}"
		}
		two, _ := s.statements(t, ask(2))
		many, data := s.statements(t, ask(12))
		if two != 5 || many != 5 {
			t.Errorf("%d statements for 2 of each, %d for 12, want 5", two, many)
		}
		for i := range 12 {
			for prefix, field := range map[string]string{"t": "task.id", "r": "id", "l": "lease.id"} {
				if got, want := text(t, data, fmt.Sprintf("%s%d.id", prefix, i)), text(t, all, fmt.Sprintf("receipts.nodes.%d.%s", i, field)); got != want {
					t.Errorf("%s%d is %s, want %s", prefix, i, got, want)
				}
			}
		}
		a := s.do(t, "{ bad: task(id: \"x\") { id } good: task(id: "+strconv.Quote(text(t, all, "receipts.nodes.0.task.id"))+") { id } }", "")
		if len(a.Errors) != 1 || a.Data["good"] == nil {
			t.Errorf("a bad id beside a good one: %+v", a)
		}
	})
}

func TestNestedFieldsOfPayloadsCostOneStatementEach(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		few := s.as(s.viewer)
		few.viewer.TenantID[0]++
		create := func(s *stage, n int) int64 {
			fill(t, s, 1) // a tenant's first commit costs a statement more
			query := "mutation { createTasks(inputs: [" + strings.Repeat(`{type: "t"}, `, n) + "]) { task { obligation { isOpen } } } }"
			all, _ := s.statements(t, query)
			query = "mutation { createTasks(inputs: [" + strings.Repeat(`{type: "t"}, `, n) + "]) { task { id } } }"
			without, _ := s.statements(t, query)
			return all - without
		}
		if two, many := create(few, 2), create(s, 400); two != 2 || many != 2 {
			t.Errorf("obligation and isOpen of 2 tasks cost %d statements, of 400 tasks %d", two, many)
		}
	})
}
