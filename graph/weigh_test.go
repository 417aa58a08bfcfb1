package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/store"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	repeat := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, strings.ReplaceAll(format, "%d", "%[1]d"), i)
		}
		return b.String()
	}
	deep := func(n int) string {
		return "{ receipt(id: \"" + someID + "\") " + strings.Repeat("{ terminator ", n-2) + "{ id }" + strings.Repeat("}", n-2) + " }"
	}
	for name, test := range map[string]struct{ query, variables, want string }{
		"15 deep":   {deep(15), "", ""},
		"16 deep":   {deep(16), "", "fields nest 16 deep; allowed are 15"},
		"fragments": {deep(14)[:len(deep(14))-1] + "...f } fragment f on Query { receipt(id: \"" + someID + "\") { parents { id } } }", "", ""},
		"deep in fragments": {"{ receipt(id: \"" + someID + "\") { ...f0 } } " +
			repeat("fragment f%d on Receipt { terminator { ...g%d } } fragment g%d on Receipt { ... { terminator { id } } ...f1%d } ", 1) +
			repeat("fragment f1%d on Receipt { terminator { terminator { terminator { terminator { terminator { terminator { terminator { terminator { terminator { terminator { terminator { terminator { terminator { id } } } } } } } } } } } } } } ", 1),
			"", "fields nest 16 deep; allowed are 15"},
		"a full page":   {"{ openObligations(first: 200) { nodes { id children(first: 200) { nodes { id } } } } }", "", ""},
		"a page twice":  {"{ openObligations(first: 200) { nodes { children(first: 200) { nodes { id task { id } seq body } } } } }", "", "the complexity is"},
		"default first": {"{ receipts { nodes { children { nodes { children { nodes { id } } } } } } }", "", "the complexity is 255101"},
		"as much as an Int holds": {"{ receipts(first: 2147483647) { nodes { children(first: 2147483647) { nodes { children(first: 2147483647) { nodes { id } } } } } } }",
			"", "the complexity is 16080401; allowed are 200000"},
		"an introspection of a type": {"{ __type(name: \"Task\") { fields(includeDeprecated: true) { name args { name type { kind name ofType { name } } } } } }", "", ""},
		"introspection of lists":     {"{ __schema { types { " + repeat("a%d: fields { args { name } } ", 150) + "} } }", "", "the introspection costs"},
		"clamped first":              {"{ tasks(first: 2000000) { nodes { id } } }", "", ""},
		"last":                       {"{ receipts(last: 200) { nodes { children(first: 200) { nodes { parents { id } } } } } }", "", "the complexity is"},
		"first in a variable": {"query($n: Int) { openObligations(first: $n) { nodes { children(first: $n) { nodes { id task { id } seq body } } } } }",
			`{"n": 200}`, "the complexity is"},
		"first in a variable, small": {"query($n: Int) { openObligations(first: $n) { nodes { children(first: $n) { nodes { id task { id } seq body } } } } }",
			`{"n": 20}`, ""},
		"parents": {"{ receipts(first: 200) { nodes { parents { parents { parents { id } } } } } }", "", "the complexity is"},
		"skipped": {"{ receipts(first: 200) @skip(if: true) { nodes { parents { parents { parents { id } } } } } }", "", ""},
		"batch": {"mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { task { receipts(first: 200) { nodes { children(first: 100) { nodes { id } } } } } } }",
			`{"i": [` + strings.Repeat(`{"type": "t"},`, 99) + `{"type": "t"}]}`, "the complexity is"},
		"a large batch": {"mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { created task { id status } } }",
			`{"i": [` + strings.Repeat(`{"type": "t"},`, 499) + `{"type": "t"}]}`, ""},
		"200 aliases":       {"{ " + repeat("a%d: ledgerHead ", 200) + "}", "", ""},
		"201 aliases":       {"{ " + repeat("a%d: ledgerHead ", 201) + "}", "", "201 fields have aliases; allowed are 200"},
		"aliases of fields": {"{ viewer { " + repeat("a%d: tenantId ", 201) + "} }", "", "201 fields have aliases"},
		"aliases in fragments": {"{ " + repeat("...f%d ", 21) + "} " +
			repeat("fragment f%d on Query { ...g } ", 21) + "fragment g on Query { " + repeat("a%d: ledgerHead ", 10) + "}", "", "210 fields have aliases"},
		"tokens":          {"{ " + strings.Repeat("ledgerHead ", 15_000) + "}", "", "the document has more than 15000 tokens"},
		"nested literals": {`mutation { createTask(input: {type: "t", payload: ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}) { created } }`, "", "nests deeper than 1000"},
		"introspection":   {introspectionQuery, "", ""},
		"introspection over and over": {"{ " + repeat("a%d: __schema { types { fields { args { name description defaultValue } } } } ", 180) + "}",
			"", "the introspection costs 7218360; allowed are 2000000"},
		"introspection in circles": {"{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "", "nest more than 2 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var counter store.Counter
			a := s.doIn(store.WithCounter(s.context(t.Context()), &counter), t, test.query, test.variables)
			if test.want != "" && counter.Load() > 0 {
				t.Errorf("refused after %d statements", counter.Load())
			}
			switch {
			case test.want == "":
				if len(a.Errors) > 0 {
					t.Errorf("%v", a.Errors)
				}
			case a.code(t) != "QUERY_TOO_COMPLEX" || a.executed || !strings.Contains(a.Errors[0].Message, test.want):
				t.Errorf("got %s %v, want %s", a.code(t), a.Errors, test.want)
			}
		})
	}
}

func TestLimitsAreChecked(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{MaxComplexity: 100, MaxDepth: 3})
	for query, want := range map[string]string{
		"{ tasks(first: 49) { nodes { id } } }":                     "",
		"{ tasks(first: 50) { nodes { id } } }":                     "the complexity is 101; allowed are 100",
		"{ tasks(first: 1) { nodes { createdBy { id } } } }":        "fields nest 4 deep; allowed are 3",
		"{ tasks(first: 1) { edges { cursor node { id type } } } }": "fields nest 4 deep; allowed are 3",
		introspectionQuery: "",
	} {
		a := s.do(t, query, "")
		if (len(a.Errors) > 0) != (want != "") || want != "" && a.Errors[0].Message != want {
			t.Errorf("%s: %v", query, a.Errors)
		}
	}
}
