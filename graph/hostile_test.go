package graph_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/store"
)

// each writes format n times, with the numbers from 0.
func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, strings.ReplaceAll(format, "%d", "%[1]d"), i)
	}
	return b.String()
}

const (
	tooComplex = "QUERY_TOO_COMPLEX"
	noDocument = "GRAPHQL_PARSE_FAILED"
)

// hostile are documents that take long, or much memory, where work is done again for each place at which it is asked for.
// Those of a few kilobytes have as many tokens as may be; those of megabytes are as long as a document may be.
func hostile() []struct{ name, query, code, says string } {
	const most = 4<<20 - 1000 // bytes, but for what stands around
	long := func(n int) string { return strings.Repeat("x", n) }
	object := func(n int) string { return strings.Repeat("viewer { tenantId } ", n) }
	fragment := "fragment f%d on Query { viewer { tenantId } } "
	list := func(items string) string { return `{ tasks(filter: {types: [` + items + `]}) { nodes { id } } }` }
	deepList := each(900, `["x%d`+long(4600)+`" `) + strings.Repeat("]", 900)
	return []struct{ name, query, code, says string }{
		{"doubling fragments", "{ ...f0 } " + doubling(200, "Query", "...f%d ...f%d ", "ledgerHead"), tooComplex, "the complexity is 1099511627776; allowed are 200000"},
		{"doubling fields", "{ receipt(id: \"x\") { ...f0 } } " + doubling(100, "Receipt", "a: terminator { ...f%d } b: terminator { ...f%d } ", "id"), tooComplex, "fields nest 102 deep; allowed are 15"},
		{"the same field", "{ " + strings.Repeat("ledgerHead ", 14_000) + "}", tooComplex, "repeats ledgerHead 14000 times, which makes 196000000 comparisons"},
		{"the same object", "{ " + object(1800) + "}", tooComplex, "1800 times, and other names, which makes 6480000 comparisons; allowed are 2000000"},
		{"the same alias", "{ " + strings.Repeat("a: ledgerHead ", 4900) + "}", tooComplex, "repeats a 4900 times"},
		{"the same with arguments", "{ " + strings.Repeat(`tasks(first: 1, filter: {types: ["x"]}) { nodes { id } } `, 690) + "}", "", ""},
		{"the same with long arguments", "{ " + strings.Repeat(`tasks(filter: {types: ["`+long(5900)+`"]}) { nodes { id } } `, 690) + "}", "", ""},
		{"the same but for the arguments", "{ " + each(99, `tasks(filter: {types: ["%d", "`+long(40_000)+`"]}) { nodes { id } } `) + "}", invalid, "differing arguments"},
		{"10,000 aliases", "{ " + each(10_000, "a%d: ledgerHead ") + "}", tooComplex, "more than 15000 tokens"},
		{"4,900 aliases", "{ " + each(4900, "a%d: ledgerHead ") + "}", tooComplex, "4900 fields have aliases; allowed are 200"},
		{"aliases of __typename", "{ " + each(4900, "a%d: __typename ") + "}", tooComplex, "4900 fields have aliases; allowed are 200"},
		{"unknown fields", "{ " + strings.Repeat("ledgerHaed ", 14_000) + "}", tooComplex, "repeats ledgerHaed"},
		{"different unknown fields", "{ " + each(14_000, "x%d ") + "}", invalid, "Cannot query field"},
		{"long unknown fields", "{ " + each(14_000, "x%d"+long(280)+" ") + "}", invalid, "Cannot query field"},
		{"one unknown field", "{ " + long(most) + " }", invalid, "…"},
		{"long unknown arguments", "{ task(" + each(4500, "x%d"+long(900)+": 1 ") + ") { id } }", invalid, "Unknown argument"},
		{"long unknown input", "mutation { createTask(input: {" + each(4500, "x%d"+long(900)+": 1 ") + "}) { created } }", invalid, "is not defined by type"},
		{"long unknown enums", "{ tasks(filter: {statuses: [" + each(14_000, "x%d"+long(280)+" ") + "]}) { nodes { id } } }", invalid, "does not exist in"},
		{"long unknown types", "query(" + each(3600, "$v%d: x%d"+long(1000)+" ") + ") { ledgerHead }", invalid, "Unknown type"},
		{"unknown fragments", "{ " + strings.Repeat("...f ", 7_000) + "}", tooComplex, "repeats f 7000 times, which"},
		{"different unknown fragments", "{ " + each(7000, "...f%d ") + "}", tooComplex, "repeats fragments 7000 times, which"},
		{"one fragment", "{ " + strings.Repeat("...f ", 7_000) + "} fragment f on Query { viewer { tenantId } }", tooComplex, "repeats f 7000 times"},
		{"fragments by the thousand", "{ " + each(1200, "...f%d ") + "} " + each(1200, fragment), tooComplex, "repeats fragments 1200 times, and other names, which"},
		{"a chain of fragments", "{ ...f0 } " + chain(1800, "Query", "...f%d "), tooComplex, "repeats fragments 1801 times"},
		{"a ring of fragments", "{ ...f0 } " + chain(500, "Query", "...f%d ") + "fragment f500 on Query { ...f0 }", invalid, "Cannot spread fragment"},
		{"a fragment of itself", "{ ...f } fragment f on Query { ledgerHead ...f }", invalid, "Cannot spread fragment"},
		{"as many fields as are allowed", "{ " + strings.Repeat("ledgerHead ", 1400) + "}", "", ""},
		{"as many objects as are allowed", "{ " + object(999) + "}", "", ""},
		{"as many fragments as are allowed", "{ " + each(550, "...f%d ") + "} " + each(550, fragment), "", ""},
		{"a name in each fragment", "{ " + each(14, "...f%d ") + "} " + each(14, strings.Replace(fragment, "tenantId", strings.Repeat("tenantId ", 100), 1)), "", ""},
		{"inline fragments", "{ " + strings.Repeat("... { ledgerHead } ", 1300) + "}", "", ""},
		{"inline fragments within each other", "{ " + strings.Repeat("... { ", 900) + "ledgerHead" + strings.Repeat(" }", 900) + " }", "", ""},
		{"many operations", each(2900, "query q%d { a%d: ledgerHead } "), tooComplex, "more than 15000 tokens"},
		{"operations with the same fragments", each(1000, "query q%d { ...f0 } ") + doubling(300, "Query", "...f%d ", "ledgerHead"), invalid, "name one in operationName"},
		{"operations with the same variable", each(300, "query q%d($v: String) { ...f0 } ") + chain(300, "Query", "tasks(after: $v) { pageInfo { hasNextPage } } ...f%d "), invalid, ""},
		{"many variables", "query(" + each(3500, "$v%d: Int ") + ") { ledgerHead }", invalid, "is never used"},
		{"the same variable", "query(" + strings.Repeat("$v: Int ", 3500) + ") { ledgerHead }", invalid, ""},
		{"a type of lists", "query($v: " + strings.Repeat("[", 7000) + "Int" + strings.Repeat("]", 7000) + ") { ledgerHead }", tooComplex, "nests deeper than 1000 levels"},
		{"types of lists", "query(" + each(7, "$v%d: "+strings.Repeat("[", 900)+"Int"+strings.Repeat("]", 900)) + ") " + list(each(7, "$v%d ")), invalid, ""},
		{"directives", "{ ledgerHead " + strings.Repeat("@include(if: true) ", 2100) + "}", invalid, "can only be used once"},
		{"unknown directives", "{ ledgerHead " + strings.Repeat("@x ", 7000) + "}", invalid, "Unknown directive"},
		{"arguments", "{ tasks(" + strings.Repeat("first: 1 ", 4500) + ") { nodes { id } } }", invalid, "only one argument"},
		{"keys", `mutation { createTask(input: {type: "t", payload: {` + each(4500, "k%d: 1 ") + "}}) { created } }", "", ""},
		{"the same key", `mutation { createTask(input: {type: "t", payload: {` + strings.Repeat("k: 1 ", 4500) + "}}) { created } }", invalid, "only one input field"},
		{"lists within each other", `mutation { createTask(input: {type: "t", payload: ` + strings.Repeat("[", 7000) + strings.Repeat("]", 7000) + `}) { created } }`, tooComplex, "nests deeper than 1000 levels"},
		{"long lists within each other", list(deepList), tooComplex, "allowed are 67108864"},
		{"long lists for a number", "{ tasks(first: " + deepList + ") { nodes { id } } }", tooComplex, "allowed are 67108864"},
		{"a long string for a number", `{ tasks(first: "` + long(most) + `") { nodes { id } } }`, invalid, "…"},
		{"a long string for an enum", `{ tasks(filter: {statuses: "` + long(most) + `"}) { nodes { id } } }`, invalid, "…"},
		{"a long number", "{ tasks(first: " + strings.Repeat("9", most) + ") { nodes { id } } }", bad, "does not fit into 32 bits"},
		{"a long string", `{ task(id: "` + long(most) + `") { id } }`, bad, "is not a UUID"},
		{"escapes", `{ task(id: "` + strings.Repeat(`\ud83d\ude00`, most/12) + `") { id } }`, bad, "is not a UUID"},
		{"a block of lines", `{ task(id: """` + strings.Repeat("\n x", most/3) + `""") { id } }`, bad, "is not a UUID"},
		{"a block of empty lines", `{ task(id: """` + strings.Repeat("\n", most) + `""") { id } }`, bad, "is not a UUID"},
		{"a comment", "#" + long(most) + "\n{ ledgerHead }", "", ""},
		{"comments", strings.Repeat("#\n", most/2) + "{ ledgerHead }", tooComplex, "more than 15000 tokens"},
		{"space", strings.Repeat(" ,\n\t", most/4) + "{ ledgerHead }", "", ""},
		{"what is no text", "{ " + strings.Repeat("\xff", most/2) + " }", noDocument, ""},
		{"what is not closed", strings.Repeat("{ a ", 7000), tooComplex, "nests deeper than 1000 levels"},
		{"more than a document may have", strings.Repeat(" ", 16<<20) + "{ ledgerHead }", tooComplex, "16777230 bytes; allowed are 4194304"},
		{"introspection in fragments", "{ __schema { types { ...a } } } fragment a on __Type { fields { type { ...b } } } " +
			"fragment b on __Type { ofType { fields { type { ofType { fields { name } } } } } }", tooComplex, "nest more than 2 deep"},
		{"introspection deep", "{ __schema { types { name " + strings.Repeat("ofType { ", 900) + "name" + strings.Repeat(" }", 900) + " } } }", "", ""},
		{"introspection of fields of fields", "{ __schema { types { fields { type { " + each(190, "a%d: fields { args { name type { name } } } ") + "} } } } }", tooComplex, "allowed are 2000000"},
		{"introspection as much as is allowed", "{ __schema { types { " + each(130, "a%d: fields { args { name } } ") + "} } }", "", ""},
		{"introspection of types", "{ " + each(190, `a%d: __type(name: "Query") { fields { args { type { kind name } } } } `) + "}", "", ""},
	}
}

// chain writes n fragments of which each spreads the next.
func chain(n int, on, next string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "fragment f%d on %s { %s } ", i, on, fmt.Sprintf(next, i+1))
	}
	return b.String()
}

// doubling writes n fragments of which each spreads the next twice, and the last.
func doubling(n int, on, next, last string) string {
	return chain(n, on, strings.ReplaceAll(next, "%d", "%[1]d")) + fmt.Sprintf("fragment f%d on %s { %s }", n, on, last)
}

// TestHostileDocuments: each gets its typed answer, before a statement is run when that is a refusal, and costs neither
// minutes nor memory.
//
//nolint:paralleltest // it measures what the process allocates
func TestHostileDocuments(t *testing.T) {
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	const most = 512 << 20 // bytes, in all: what was taken and given back counts too
	for _, d := range hostile() {
		var counter store.Counter
		ctx := store.WithCounter(s.context(t.Context()), &counter)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		a := s.doIn(ctx, t, d.query, "")
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		allocated := after.TotalAlloc - before.TotalAlloc
		t.Logf("%8.1f ms %6.1f MiB for %6.1f KiB: %s, %d errors, %s", float64(took.Microseconds())/1000,
			float64(allocated)/(1<<20), float64(len(d.query))/(1<<10), d.name, len(a.Errors), a.code(t))

		if took > time.Minute || allocated > most { // hours and gigabytes, were it not for the limits
			t.Errorf("%s: took %s and %d bytes", d.name, took, allocated)
		}
		if a.code(t) != d.code || (d.code != "" && counter.Load() > 0) {
			t.Errorf("%s: got %q after %d statements, want %q: %.300v", d.name, a.code(t), counter.Load(), d.code, a.Errors)
		}
		said := 0
		for _, err := range a.Errors {
			said += len(err.Message)
		}
		if len(a.Errors) > 21 || said > 30_000 || d.says != "" && !strings.Contains(a.Errors.Error(), d.says) {
			t.Errorf("%s: %d errors of %d bytes, want %q: %.300v", d.name, len(a.Errors), said, d.says, a.Errors)
		}
	}
}
