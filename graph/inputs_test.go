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

const (
	digits  = "1234567890123456789012345678901234567890"
	someID  = "00000000-0000-4000-8000-000000000000"
	invalid = "GRAPHQL_VALIDATION_FAILED"
	bad     = "BAD_USER_INPUT"
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
