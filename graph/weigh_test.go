package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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
		"clamped first": {"{ tasks(first: 2000000) { nodes { id } } }", "", ""},
		"last":          {"{ receipts(last: 200) { nodes { children(first: 200) { nodes { parents { id } } } } } }", "", "the complexity is"},
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
			"", "fields are in __schema and __type; allowed are 1000"},
		"introspection in circles": {"{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "", "nest more than 2 deep"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := s.do(t, test.query, test.variables)
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

// Documents that are small, and take long where work is done again for each place at which it is asked for.
func TestHostileDocumentsAreQuick(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	var doubling strings.Builder
	doubling.WriteString("{ ...f0 } ")
	for i := range 200 {
		fmt.Fprintf(&doubling, "fragment f%d on Query { ...f%d ...f%d } ", i, i+1, i+1)
	}
	doubling.WriteString("fragment f200 on Query { ledgerHead }")
	var conflicting strings.Builder
	for range 1800 {
		conflicting.WriteString("viewer { tenantId } ")
	}
	var spreads, fragments, keys strings.Builder
	for i := range 4500 {
		fmt.Fprintf(&keys, "k%d: 1 ", i)
	}
	for i := range 1500 {
		fmt.Fprintf(&spreads, "...f%04d ", i)
		fmt.Fprintf(&fragments, "fragment f%04d on Query { viewer { tenantId } } ", i)
	}
	for name, query := range map[string]string{
		"doubling fragments":               doubling.String(),
		"the same field":                   "{ " + strings.Repeat("ledgerHead ", 14_000) + "}",
		"the same object":                  "{ " + conflicting.String() + "}",
		"unknown fields":                   "{ " + strings.Repeat("ledgerHaed ", 14_000) + "}",
		"unknown fragments":                "{ " + strings.Repeat("...f ", 7_000) + "}",
		"one fragment":                     "{ " + strings.Repeat("...f ", 7_000) + "} fragment f on Query { viewer { tenantId } }",
		"many fragments":                   "{ " + spreads.String() + "} " + fragments.String(),
		"as many fields as are allowed":    "{ " + strings.Repeat("ledgerHead ", 1400) + "}",
		"as many objects as are allowed":   "{ " + strings.Repeat("viewer { tenantId } ", 999) + "}",
		"as many fragments as are allowed": "{ " + spreads.String()[:550*len("...f0000 ")] + "} " + fragments.String()[:550*len("fragment f0000 on Query { viewer { tenantId } } ")],
		"a name in each fragment":          "{ " + spreads.String()[:14*len("...f0000 ")] + "} " + strings.ReplaceAll(fragments.String()[:14*len("fragment f0000 on Query { viewer { tenantId } } ")], "tenantId", strings.Repeat("tenantId ", 100)),
		"a long list":                      `{ tasks(filter: {types: [` + strings.Repeat(`"t" `, 14_000) + `]}) { nodes { id } } }`,
		"a large object":                   `mutation { createTask(input: {type: "t", payload: {` + keys.String() + `}}) { created } }`,
		"many operations":                  strings.Repeat("query q { ledgerHead } ", 2900),
		"many variables":                   "query(" + strings.Repeat("$v: Int ", 3500) + ") { ledgerHead }",
	} {
		start := time.Now()
		a := s.do(t, query, "")
		if took := time.Since(start); took > time.Minute { // hours, were it not for the limits
			t.Errorf("%s took %s", name, took)
		} else {
			t.Logf("%s: %s, %d errors, %s", name, took, len(a.Errors), a.code(t))
		}
		if len(a.Errors) > 21 {
			t.Errorf("%s: %d errors are shown", name, len(a.Errors))
		}
	}
}
