package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/store"
)

// keptPayloads are JSON texts with what comes back for them, as a literal and as a variable.
var keptPayloads = map[string]struct{ literal, variable, want string }{
	"object":             {`{a: [1, "x", true, null], b: {}}`, `{"a": [1, "x", true, null], "b": {}}`, `{"a":[1,"x",true,null],"b":{}}`},
	"keys in any order":  {`{b: 1, a: 2}`, `{"b": 1, "a": 2}`, `{"a":2,"b":1}`},
	"2^63":               {`9223372036854775808`, `9223372036854775808`, `9223372036854775808`},
	"40 digits":          {digits, digits, digits},
	"40 digits, nested":  {`{n: [-` + digits + `]}`, `{"n": [-` + digits + `]}`, `{"n":[-` + digits + `]}`},
	"1.0":                {`1.0`, `1.0`, `1.0`},
	"1e2":                {`1e2`, `1e2`, `100.0`},
	"0.1":                {`0.10`, `0.10`, `0.1`},
	"minus zero":         {`-0`, `-0`, `0`},
	"tiny":               {`1e-400`, `1e-400`, `0.0`},
	"string":             {`"text"`, `"text"`, `"text"`},
	"surrogate pair":     {`"\ud83d\ude00"`, `"\ud83d\ude00"`, `"😀"`},
	"lone surrogate":     {`"a\ud83db"`, `"a\ud83db"`, `"a` + "\uFFFD" + `b"`},
	"NUL":                {`"a\u0000b"`, `"a\u0000b"`, `"a\u0000b"`},
	"separators":         {`"<&>\u2028"`, `"<&>\u2028"`, `"<&>` + "\u2028" + `"`},
	"true":               {`true`, `true`, `true`},
	"list":               {`[]`, `[]`, `[]`},
	"999 deep":           {strings.Repeat("[", 990) + strings.Repeat("]", 990), strings.Repeat("[", 999) + strings.Repeat("]", 999), ""},
	"block string":       {`"""a "quoted" line"""`, `"a \"quoted\" line"`, `"a \"quoted\" line"`},
	"braced escape":      {`"\u{1F600}"`, `"😀"`, `"😀"`},
	"names of variables": {`{literal: "$x"}`, `{"literal": "$x"}`, `{"literal":"$x"}`},
}

func TestPayloadsAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		for name, p := range keptPayloads {
			for way, answer := range map[string]answer{
				"literal":  s.do(t, `mutation { createTask(input: {type: "t", payload: `+p.literal+`}) { task { payload } } }`, ""),
				"variable": s.do(t, `mutation($p: JSON) { createTask(input: {type: "t", payload: $p}) { task { payload } } }`, `{"p": `+p.variable+`}`),
				"input": s.do(t, `mutation($i: CreateTaskInput!) { createTask(input: $i) { task { payload } } }`,
					`{"i": {"type": "t", "payload": `+p.variable+`}}`),
			} {
				if len(answer.Errors) > 0 {
					t.Errorf("%s as %s: %v", name, way, answer.Errors)
					continue
				}
				got := encode(t, at(t, answer.Data, "createTask.task.payload"))
				if p.want != "" && got != p.want {
					t.Errorf("%s as %s: got %s, want %s", name, way, got, p.want)
				}
			}
		}
	})
}

// encode writes JSON as the API does, but for numbers, which stay as they came.
func encode(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), `\u2028`, "\u2028")
}

func TestAbsentAndNullPayloadsAreNull(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	for _, variables := range []string{`{}`, `{"p": null}`} {
		data := s.must(t, `mutation($p: JSON) { createTask(input: {type: "t", payload: $p}) { task { payload } } }`, variables)
		if got := at(t, data, "createTask.task.payload"); got != nil {
			t.Errorf("%s: payload %v", variables, got)
		}
	}
}

func TestVariablesInsideLiterals(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	query := `mutation($n: Int, $j: JSON, $unset: Int, $d: JSON = {deep: 1.50}, $l: [ID!], $e: TaskStatus, $i: PrincipalInput) {
		createTask(input: {type: "t", payload: {n: $n, j: [$j, $unset], unset: $unset, d: $d, l: $l, e: $e, i: $i}}) { task { payload } } }`
	const want = `{"d":{"deep":1.5},"e":"FAILED","i":{"id":"a","kind":"AGENT"},"j":[` + digits + `,null],"l":["1","x"],"n":7}`
	for range 2 { // the second time the document comes out of the cache
		data := s.must(t, query, `{"n": 7, "j": `+digits+`, "l": [1, "x"], "e": "FAILED", "i": {"kind": "AGENT", "id": "a"}}`)
		if got := encode(t, at(t, data, "createTask.task.payload")); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	deep := strings.Repeat("[", 900)
	query = `mutation($j: JSON) { createTask(input: {type: "t", payload: ` + deep + "$j" + strings.Repeat("]", 900) + `}) { created } }`
	if got := s.do(t, query, `{"j": `+deep+strings.Repeat("]", 900)+`}`).code(t); got != bad {
		t.Errorf("1,800 levels in two parts: %s", got)
	}
}

func TestVariablesOfOtherClientsOfTheExecutor(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	run := func(query string, variables map[string]any) answer {
		ctx := s.context(t.Context())
		opCtx, errs := s.executor.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
		if errs != nil {
			return read(t, s.executor.DispatchError(graphql.WithOperationContext(ctx, opCtx), errs))
		}
		next, ctx := s.executor.DispatchOperation(ctx, opCtx)
		return read(t, next(ctx))
	}
	a := run(`query($n: Int, $i: ID!, $s: [String!], $d: DateTime) { task(id: $i) { id } tasks(first: $n, filter: {types: $s, createdAfter: $d}) { nodes { id } } }`,
		map[string]any{"n": float64(5), "i": someID, "s": "one", "d": "2026-01-02T03:04:05+02:00"})
	if len(a.Errors) > 0 {
		t.Error(a.Errors)
	}
	a = run(`mutation($p: JSON!, $t: String!) { createTask(input: {type: $t, payload: $p}) { task { payload type } } }`,
		map[string]any{"t": "a\xff", "p": map[string]any{"f": 1.5, "i": int64(7), "s": []any{"\xff"}}})
	if len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	if got := encode(t, a.Data["createTask"]); got != `{"task":{"payload":{"f":1.5,"i":7,"s":["`+"\uFFFD"+`"]},"type":"a`+"\uFFFD"+`"}}` {
		t.Error(got)
	}
}

func TestDocumentsAreSharedByConcurrentRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	const query = `mutation($n: Int!) { createTask(input: {type: "t", priority: $n, payload: {big: ` + digits + `, n: $n}}) { task { payload priority } } }`
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			data := s.must(t, query, fmt.Sprintf(`{"n": %d}`, i))
			want := fmt.Sprintf(`{"payload":{"big":%s,"n":%d},"priority":%d}`, digits, i, i)
			if got := encode(t, at(t, data, "createTask.task")); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	wg.Wait()
}
