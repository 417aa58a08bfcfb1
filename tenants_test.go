package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestTenants walks the schema: wherever a request can name something (an id, a cursor, a principal, a key, a name), naming
// what another tenant has is answered as naming what nobody has, byte for byte but for the trace id and the name itself; no
// answer has anything of the other tenant, and nothing of it changes.
func TestTenants(t *testing.T) {
	t.Parallel()
	schema := mustLoadSchema(t)
	slots := slotsOf(t, schema)
	slices.SortFunc(slots, func(a, b slot) int { // what is created last changes no answer to what was asked first
		if a.writes() != b.writes() {
			return map[bool]int{true: 1, false: -1}[a.writes()]
		}
		return strings.Compare(a.String(), b.String())
	})
	onEach(t, func(t *testing.T, url string) {
		t.Helper()
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_RATE_LIMIT_ENABLED=false", "ASYNCGATE_MAX_COMPLEXITY=1000000000"})
		world := newTenants(t, schema, server.URL)
		untouched := world.other
		untouched.id = uuid.NewString()
		empty := world.overview(t, untouched)
		world.tell(t)
		if after := world.overview(t, untouched); after != empty {
			t.Errorf("an empty tenant sees that others are not:\n%s\n%s", empty, after)
		}

		before := world.everything(t, world.owner)
		for _, s := range slots {
			if s.root == schema.Subscription {
				continue
			}
			values := world.foreign[s.holds]
			if len(values) == 0 {
				t.Errorf("%s: the story has nothing that is a %s", s, s.holds)
			}
			if s.holds == "key" && s.writes() { // a key is new once
				values, world.foreign["key"] = values[:3], values[3:]
			}
			for _, foreign := range values {
				world.compare(t, s, foreign)
			}
		}
		if after := world.everything(t, world.owner); after != before {
			t.Errorf("another tenant has changed something:\n%s\n%s", before, after)
		}
		world.follow(t, slots, server.Stop)
		expectNoViolations(t, url)
	})
}

// tenants are two tenants, and what of the first the second tries to name.
type tenants struct {
	http   *http.Client
	url    string
	schema *ast.Schema
	// owner has everything twice: by principals that exist in both tenants, and by others. other has it once.
	owner, other caller
	own          map[holds]string
	foreign      map[holds][]string
	// secrets are texts that only the owner has.
	secrets []string
}

// caller is a tenant with the principals that act in it.
type caller struct{ id, planner, worker string }

const (
	onlyOwners = "only-owners" // begins every text of the owner that might be shown
	onlyOthers = "only-others"
)

func newTenants(t *testing.T, schema *ast.Schema, url string) *tenants {
	t.Helper()
	w := &tenants{
		http: &http.Client{Transport: &http.Transport{}}, url: url, schema: schema,
		owner: caller{uuid.NewString(), "agent:planner", "worker:builder"}, foreign: map[holds][]string{}, own: map[holds]string{},
	}
	w.other = w.owner
	w.other.id = uuid.NewString()
	t.Cleanup(w.http.CloseIdleConnections)
	return w
}

// reply is an answer as it came, but for the trace id.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

var traceIDs = regexp.MustCompile(`"traceId":"[0-9a-f]{32}"`)

// ask sends a document as a caller.
func (w *tenants) ask(t *testing.T, tenant, principal, document string, variables map[string]any) reply {
	t.Helper()
	response, body := w.send(t, tenant, principal, document, variables)
	response.Header.Del("Date")
	return reply{response.StatusCode, response.Header, traceIDs.ReplaceAllString(body, `"traceId":"…"`)}
}

// must asks for what is not refused, and decodes its data.
func (w *tenants) must(t *testing.T, tenant, principal, document string, variables map[string]any) map[string]any {
	t.Helper()
	r := w.ask(t, tenant, principal, document, variables)
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal([]byte(r.Body), &answer); err != nil || len(answer.Errors) > 0 {
		t.Fatalf("%s\n%v %s", document, err, r.Body)
	}
	return answer.Data
}

// tell gives both tenants tasks, leases and receipts of every kind, and notes what there is to name.
func (w *tenants) tell(t *testing.T) {
	t.Helper()
	theirs := caller{w.owner.id, "agent:" + onlyOwners + "-planner", "worker:" + onlyOwners + "-builder"}
	for _, c := range []caller{w.owner, theirs, w.owner} {
		w.story(t, c, onlyOwners)
	}
	// The owner's ledger stays longer than the other's: where it ends, the other has nothing.
	many := make([]map[string]any, 100)
	for i := range many {
		many[i] = map[string]any{"type": onlyOwners + "-type-many", "idempotencyKey": fmt.Sprint(onlyOwners, "-key-", i)}
	}
	w.must(t, w.owner.id, w.owner.planner, `mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { created } }`, map[string]any{"i": many})
	w.own["task"] = w.story(t, w.other, onlyOthers)
	w.note(t, theirs)
	for _, receipt := range w.list(t, w.other, `{ receipts(filter: {types: [TASK_ASSIGNED]}, first: 1) { nodes { id } } }`, "receipts") {
		w.own["receipt"] = receipt["id"].(string)
	}
}

// story is the life of tasks of every status; it returns the id of a canceled one, which nobody can claim when it is retried.
func (w *tenants) story(t *testing.T, c caller, word string) (canceled string) {
	t.Helper()
	create := func(name string) string {
		data := w.must(t, c.id, c.planner, `mutation($i: CreateTaskInput!) { createTask(input: $i) { task { id } } }`, map[string]any{"i": map[string]any{
			"type": word + "-type-" + name, "payload": word, "idempotencyKey": word + "-key-" + uuid.NewString(),
			"requirements": map[string]any{"capabilities": []string{word + "-skill"}, "tags": []string{word + "-tag"}},
		}})
		return find(data, "createTask", "task", "id").(string)
	}
	claim := func(name string) string {
		create(name)
		data := w.must(t, c.id, c.worker, `mutation($i: ClaimTasksInput!) { claimTasks(input: $i) { leases { id } } }`, map[string]any{"i": map[string]any{
			"types": []string{word + "-type-" + name}, "capabilities": []string{word + "-skill"}, "ttlSeconds": 1800}})
		return find(data, "claimTasks", "leases").([]any)[0].(map[string]any)["id"].(string)
	}
	report := func(field, input string, v map[string]any) {
		w.must(t, c.id, c.worker, fmt.Sprintf(`mutation($i: %s!) { %s(input: $i) { __typename } }`, input, field), map[string]any{"i": v})
	}
	done := claim("done")
	report("startTask", "StartTaskInput", map[string]any{"leaseId": done})
	report("reportProgress", "ReportProgressInput", map[string]any{"leaseId": done, "progress": word})
	report("completeTask", "CompleteTaskInput", map[string]any{"leaseId": done, "result": word, "summary": word})
	report("failTask", "FailTaskInput", map[string]any{"leaseId": claim("failed"), "error": word})
	report("releaseLease", "ReleaseLeaseInput", map[string]any{"leaseId": claim("released"), "reason": word})
	report("startTask", "StartTaskInput", map[string]any{"leaseId": claim("running")})
	claim("leased")
	canceled = create("canceled")
	w.must(t, c.id, c.planner, `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled } }`,
		map[string]any{"i": map[string]any{"taskId": canceled, "reason": word}})
	results := fmt.Sprintf(`{ receipts(filter: {types: [TASK_RESULT_READY], to: {kind: AGENT, id: %q}}, first: 1) { nodes { id } } }`,
		strings.TrimPrefix(c.planner, "agent:"))
	for _, result := range w.list(t, c, results, "receipts") {
		w.must(t, c.id, c.planner, `mutation($i: AcknowledgeReceiptInput!) { acknowledgeReceipt(input: $i) { acknowledgement { id } } }`,
			map[string]any{"i": map[string]any{"receiptId": result["id"], "note": word}})
	}
	return canceled
}

// list returns the nodes of a connection.
func (w *tenants) list(t *testing.T, c caller, document, field string) (nodes []map[string]any) {
	t.Helper()
	for _, node := range find(w.must(t, c.id, c.planner, document, nil), field, "nodes").([]any) {
		nodes = append(nodes, node.(map[string]any))
	}
	return nodes
}

// find follows keys.
func find(value any, keys ...string) any {
	for _, key := range keys {
		value = value.(map[string]any)[key]
	}
	return value
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// note lists what the owner has that the other could name.
func (w *tenants) note(t *testing.T, theirs caller) {
	t.Helper()
	note := func(what holds, values ...string) { w.foreign[what] = append(w.foreign[what], values...) }
	kinds := map[any]bool{}
	for _, r := range w.list(t, w.owner, `{ receipts(last: 200) { nodes { id type from { kind id } } } }`, "receipts") {
		if key := fmt.Sprint(r["type"], r["from"]); !kinds[key] {
			kinds[key] = true
			note("receipt", r["id"].(string))
		}
	}
	for _, task := range w.list(t, theirs, `{ tasks(first: 200) { nodes { id status createdBy { id } type idempotencyKey } } }`, "tasks") {
		if key := fmt.Sprint(task["status"], task["createdBy"]); !kinds[key] {
			kinds[key] = true
			note("task", task["id"].(string))
			note("key", task["idempotencyKey"].(string))
			note("type", task["type"].(string))
		}
	}
	for _, c := range []caller{w.owner, theirs} {
		document := fmt.Sprintf(`{ leases(worker: {kind: WORKER, id: %q}, first: 200) { nodes { id state } } }`, strings.TrimPrefix(c.worker, "worker:"))
		for _, lease := range w.list(t, c, document, "leases") {
			if key := fmt.Sprint(lease["state"], c.worker); !kinds[key] {
				kinds[key] = true
				note("lease", lease["id"].(string))
			}
		}
	}
	note("label", onlyOwners+"-skill", onlyOwners+"-tag")
	for _, p := range []string{theirs.planner, theirs.worker} {
		note("principal", p)
	}
	w.noteCursors(t, note)
	w.secrets = append(anyID.FindAllString(w.everything(t, w.owner), -1), onlyOwners, w.owner.id)
	slices.Sort(w.secrets)
	w.secrets = slices.Compact(w.secrets)
	for what, n := range map[holds]int{"task": 10, "lease": 8, "receipt": 12, "ledger cursor": 4, "task cursor": 4, "lease cursor": 4} {
		if len(w.foreign[what]) < n {
			t.Fatalf("the story has only %d of what is a %s", len(w.foreign[what]), what)
		}
	}
}

// everything is all that a tenant has, in one text that stays the same as long as nothing of it changes.
func (w *tenants) everything(t *testing.T, c caller) string {
	t.Helper()
	selected := w.selection("ReceiptConnection", 1)
	var b strings.Builder
	for after := any("0"); after != nil; {
		r := w.ask(t, c.id, c.planner, `query($after: String) { receipts(first: 200, after: $after) `+selected+` }`, map[string]any{"after": after})
		b.WriteString(r.Body)
		after = nil
		var page struct {
			Data struct {
				Receipts struct {
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
		}
		if err := json.Unmarshal([]byte(r.Body), &page); err != nil {
			t.Fatal(err)
		}
		if page.Data.Receipts.PageInfo.HasNextPage {
			after = page.Data.Receipts.PageInfo.EndCursor
		}
	}
	b.WriteString(w.ask(t, c.id, c.planner, `{ tasks(first: 200) { nodes `+w.selection("Task", 0)+` } queueStats `+w.selection("QueueStat", 0)+` ledgerHead }`, nil).Body)
	return b.String()
}

// overview is what every query answers that needs no argument.
func (w *tenants) overview(t *testing.T, c caller) string {
	t.Helper()
	var b strings.Builder
	for _, field := range w.schema.Query.Fields {
		if strings.HasPrefix(field.Name, "__") || slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull }) {
			continue
		}
		r := w.ask(t, c.id, c.planner, "{ "+field.Name+w.selection(field.Type.Name(), 1)+" }", nil)
		fmt.Fprintln(&b, field.Name, r.Status, r.Body)
	}
	return b.String()
}

// selection selects the fields of a type that need no argument; nouns within nouns some levels down.
func (w *tenants) selection(name string, levels int) string {
	definition := w.schema.Types[name]
	if definition.IsLeafType() {
		return ""
	}
	var b strings.Builder
	b.WriteString(" { __typename ")
	for _, field := range definition.Fields {
		below := levels
		switch field.Type.Name() {
		case "Task", "Lease", "Receipt", "TaskConnection", "LeaseConnection", "ReceiptConnection":
			if !strings.HasSuffix(name, "Connection") && !strings.HasSuffix(name, "Edge") && !strings.HasSuffix(name, "Payload") {
				below--
			}
		}
		if below >= 0 {
			b.WriteString(field.Name + w.selection(field.Type.Name(), below) + " ")
		}
	}
	return b.String() + "}"
}

// leaks returns what of the owner's is in a text.
func (w *tenants) leaks(text string) (found []string) {
	for _, secret := range w.secrets {
		if strings.Contains(text, secret) {
			found = append(found, secret)
		}
	}
	return found
}

// compare asks with what is the owner's, and with what is nobody's.
func (w *tenants) compare(t *testing.T, s slot, foreign string) {
	t.Helper()
	nobodys := unknown(s.holds, foreign)
	ask := func(value string) reply {
		document, variables := w.document(s, value)
		principal := w.other.planner
		if s.holds == "lease" { // who holds the owner's has the same name in the other's tenant
			principal = w.other.worker
		}
		r := w.ask(t, w.other.id, principal, document, variables)
		r.Body = strings.ReplaceAll(r.Body, given(s.holds, value), "GIVEN")
		if s.writes() {
			r.Body = generated.ReplaceAllString(r.Body, "GENERATED")
			r.Header.Del("Content-Length")
		}
		return r
	}
	a, b := ask(foreign), ask(nobodys)
	if a.Status != b.Status || a.Body != b.Body || !maps.EqualFunc(a.Header, b.Header, slices.Equal) {
		t.Errorf("%s: another tenant's %q differs from %q:\n%.2000v\n%.2000v", s, foreign, nobodys, a, b)
	}
	if found := w.leaks(a.Body); len(found) > 0 {
		t.Errorf("%s: the answer to %q has %q of another tenant:\n%.2000s", s, foreign, found, a.Body)
	}
	if strings.Contains(a.Body, "GRAPHQL_") || strings.Contains(a.Body, "INTERNAL") || strings.Contains(a.Body, "UNAVAILABLE") {
		t.Errorf("%s: %q was not asked for: %.2000s", s, foreign, a.Body)
	}
}

// generated is what differs between two tasks that are created alike.
var generated = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[0-9:.]+Z|"seq":\d+|"[\w-]{34}"|"[\w-]{55}"`)
