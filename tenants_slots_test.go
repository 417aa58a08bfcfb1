package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func mustLoadSchema(t *testing.T) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: mustRead(t, "schema.graphqls")})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// holds is what a value names: task, lease, receipt, principal, key, type, label, or a cursor; "" is nothing of a tenant's.
type holds string

// slot is a place where a request can name something: an argument, or an input field in one, however deep and in whatever list.
type slot struct {
	root  *ast.Definition
	field *ast.FieldDefinition
	path  []step
	holds holds
}

// step is an argument or input field.
type step struct {
	name string
	kind *ast.Type
}

func (s slot) String() string {
	names := make([]string, len(s.path))
	for i, step := range s.path {
		names[i] = step.name
	}
	return fmt.Sprintf("%s.%s(%s)", s.root.Name, s.field.Name, strings.Join(names, "."))
}

// writes tells whether the request succeeds, and makes something new, whatever is named.
func (s slot) writes() bool {
	return s.root.Name == "Mutation" && (s.holds == "key" || s.holds == "type" || s.holds == "label")
}

// slotsOf finds all slots of the schema, in fields of every type. It fails for what it doesn't know: whoever adds an argument
// says here what it names.
func slotsOf(t *testing.T, schema *ast.Schema) (slots []slot) {
	t.Helper()
	for _, definition := range schema.Types {
		if definition.Kind == ast.Interface || definition.Kind == ast.Union {
			t.Errorf("%s is abstract: teach this test to walk it", definition.Name)
		}
		if definition.Kind != ast.Object || strings.HasPrefix(definition.Name, "__") {
			continue
		}
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			for _, argument := range field.Arguments {
				slots = append(slots, slotsIn(t, schema, slot{root: definition, field: field}, step{argument.Name, argument.Type})...)
			}
		}
	}
	if len(slots) < 45 {
		t.Errorf("only %d slots were found: %v", len(slots), slots)
	}
	return slots
}

func slotsIn(t *testing.T, schema *ast.Schema, s slot, at step) (slots []slot) {
	t.Helper()
	s.path = append(s.path[:len(s.path):len(s.path)], at)
	definition := schema.Types[at.kind.Name()]
	if definition.Kind == ast.InputObject && definition.Name != "PrincipalInput" {
		for _, field := range definition.Fields {
			slots = append(slots, slotsIn(t, schema, s, step{field.Name, field.Type})...)
		}
		return slots
	}
	what, known := named(definition, s.field, at.name)
	if !known {
		t.Errorf("%s, of type %s: say what it names, so that another tenant's can be tried", s, at.kind)
	}
	if what == "" {
		return nil
	}
	s.holds = what
	return []slot{s}
}

// named says what a value of the type, in an argument or input field of that name, names.
func named(definition *ast.Definition, field *ast.FieldDefinition, name string) (what holds, known bool) {
	switch definition.Name {
	case "PrincipalInput":
		return "principal", true
	case "Int", "Boolean", "DateTime", "JSON":
		return "", true
	case "ID":
		what, known = map[string]holds{
			"id": holds(strings.ToLower(field.Type.Name())), "taskId": "task", "leaseId": "lease", "receiptId": "receipt", "parentReceiptIds": "receipt",
		}[name]
		return what, known
	case "String":
		cursor := map[string]holds{
			"TaskConnection": "task cursor", "LeaseConnection": "lease cursor",
			"ReceiptConnection": "ledger cursor", "ReceiptEvent": "ledger cursor",
		}[field.Type.Name()]
		what, known = map[string]holds{
			"after": cursor, "before": cursor, "idempotencyKey": "key", "type": "type", "types": "type", "capabilities": "label", "tags": "label",
			"reason": "", "note": "", "summary": "", "payloadPointer": "",
		}[name]
		return what, known
	default:
		return "", definition.Kind == ast.Enum
	}
}

// given is the text of a value that an answer may repeat.
func given(what holds, value string) string {
	if what == "principal" {
		_, id, _ := strings.Cut(value, ":")
		return id
	}
	return value
}

// unknown returns a value of the same form and length that names nothing.
func unknown(what holds, value string) string {
	random := strings.ReplaceAll(uuid.NewString()+uuid.NewString()+uuid.NewString(), "-", "")
	switch what {
	case "task", "lease", "receipt":
		return uuid.NewString()
	case "principal":
		kind, id, _ := strings.Cut(value, ":")
		return kind + ":" + random[:len(id)]
	case "ledger cursor", "task cursor", "lease cursor":
		return otherCursor(value)
	default:
		return random[:len(value)]
	}
}

// document asks for a slot's field with the value there, and with the other's own values where something must be.
func (w *tenants) document(s slot, value string) (document string, variables map[string]any) {
	variables = map[string]any{}
	var declared, passed []string
	for _, argument := range s.field.Arguments {
		switch {
		case argument.Name == s.path[0].name:
			variables[argument.Name] = w.filled(s, s.path, value)
		case argument.Type.NonNull:
			variables[argument.Name] = w.needed(s.field, argument.Name, argument.Type)
		default:
			continue
		}
		declared = append(declared, "$"+argument.Name+": "+argument.Type.String())
		passed = append(passed, argument.Name+": $"+argument.Name)
	}
	selected := s.field.Name + "(" + strings.Join(passed, ", ") + ")" + w.selection(s.field.Type.Name(), 1)
	operation := strings.ToLower(s.root.Name)
	if s.root != w.schema.Query && s.root != w.schema.Mutation && s.root != w.schema.Subscription {
		operation = "query"
		selected = fmt.Sprintf("%s(id: %q) { %s }", strings.ToLower(s.root.Name), w.own[holds(strings.ToLower(s.root.Name))], selected)
	}
	return operation + "(" + strings.Join(declared, ", ") + ") { " + selected + " }", variables
}

// filled makes the value of the first step of a path, with value at its end.
func (w *tenants) filled(s slot, path []step, value string) any {
	kind := path[0].kind
	var v any = value
	switch {
	case len(path) > 1:
		object := w.needed(s.field, path[0].name, ast.NamedType(kind.Name(), nil)).(map[string]any)
		object[path[1].name] = w.filled(s, path[1:], value)
		v = object
	case s.holds == "principal":
		k, id, _ := strings.Cut(value, ":")
		v = map[string]any{"kind": strings.ToUpper(k), "id": id}
	}
	if kind.Elem == nil {
		return v
	}
	if s.holds == "receipt" && len(path) == 1 { // the other's own comes first
		return []any{w.own["receipt"], v}
	}
	return []any{v}
}

// needed makes a value of a type with nothing in it but what must be there, which is the other's own.
func (w *tenants) needed(field *ast.FieldDefinition, name string, kind *ast.Type) any {
	if kind.Elem != nil {
		return []any{w.needed(field, name, kind.Elem)}
	}
	definition := w.schema.Types[kind.NamedType]
	if definition.Kind == ast.InputObject {
		object := map[string]any{}
		for _, f := range definition.Fields {
			if f.Type.NonNull {
				object[f.Name] = w.needed(field, f.Name, f.Type)
			}
		}
		if definition.Name == "CreateTaskInput" {
			object["delaySeconds"] = 3600 // nobody is to claim it
		}
		return object
	}
	if what, _ := named(definition, field, name); w.own[what] != "" {
		return w.own[what]
	}
	return onlyOthers
}

// noteCursors lists the owner's cursors, and the other's that stand where only the owner has something.
func (w *tenants) noteCursors(t *testing.T, note func(holds, ...string)) {
	t.Helper()
	for what, document := range map[holds]string{
		"ledger cursor": `{ page: receipts(last: 2) { edges { cursor } } }`,
		"task cursor":   `{ page: tasks(first: 2) { edges { cursor } } }`,
		"lease cursor":  `{ page: leases(worker: {kind: WORKER, id: "builder"}, first: 2) { edges { cursor } } }`,
	} {
		for _, edge := range find(w.must(t, w.owner.id, w.owner.planner, document, nil), "page", "edges").([]any) {
			cursor := edge.(map[string]any)["cursor"].(string)
			note(what, cursor, withTenant(cursor, uuid.MustParse(w.other.id)))
		}
	}
}

// withTenant changes whose cursor it is, as if somebody knew what is in it.
func withTenant(cursor string, tenant uuid.UUID) string {
	text, _ := base64.RawURLEncoding.DecodeString(cursor)
	copy(text[1:17], tenant[:])
	return base64.RawURLEncoding.EncodeToString(text)
}

// otherCursor changes what is behind the time of a list's place, or behind the first bytes of the ledger's: a cursor of the same
// tenant that stands where nobody has anything.
func otherCursor(cursor string) string {
	text, _ := base64.RawURLEncoding.DecodeString(cursor)
	if len(text) == 25 {
		text[22]++ // 65,536 receipts later
	} else {
		id := uuid.New()
		copy(text[25:], id[:])
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func (w *tenants) send(t *testing.T, tenant, principal, document string, variables map[string]any) (*http.Response, string) {
	t.Helper()
	response := w.open(t, "application/json", tenant, principal, document, variables)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func (w *tenants) open(t *testing.T, accept, tenant, principal, document string, variables map[string]any) *http.Response {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Accept": accept, "X-Tenant-ID": tenant, "X-Principal": principal,
	} {
		request.Header.Set(name, value)
	}
	response, err := w.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response
}
