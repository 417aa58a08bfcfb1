package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// The law's lists are the schema's, in its order.
func TestEnums(t *testing.T) {
	t.Parallel()
	enum := func(wire string) string { return strings.ToUpper(strings.ReplaceAll(wire, ".", "_")) }
	law := map[string][]string{}
	for _, s := range models.TaskStatuses() {
		law["TaskStatus"] = append(law["TaskStatus"], enum(string(s)))
	}
	for _, r := range models.ReceiptTypes() {
		law["ReceiptType"] = append(law["ReceiptType"], enum(string(r)))
	}
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for name, values := range law {
		var want []string
		for _, v := range schema.Types[name].EnumValues {
			want = append(want, v.Name)
		}
		slices.Sort(want)
		slices.Sort(values)
		if !slices.Equal(values, want) {
			t.Errorf("%s: %v, the schema has %v", name, values, want)
		}
	}
}

// introspectionQuery is what GraphiQL and code generators send.
const introspectionQuery = `query IntrospectionQuery {
  __schema {
    description queryType { name } mutationType { name } subscriptionType { name }
    types { ...FullType }
    directives { name description isRepeatable locations args { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL
  fields(includeDeprecated: true) {
    name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
  }
  inputFields { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType {
    kind name ofType { kind name ofType { kind name } } } } } } } }
}`

// Whoever looks for the first list that a type has, finds it.
func TestIntrospectionHasTheListsOfItsKind(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	want := map[string]string{
		"OBJECT": "fields interfaces", "INPUT_OBJECT": "inputFields", "ENUM": "enumValues", "SCALAR": "",
	}
	for _, part := range s.must(t, introspectionQuery, "")["__schema"].(map[string]any)["types"].([]any) {
		element := part.(map[string]any)
		var has []string
		for _, list := range []string{"fields", "inputFields", "interfaces", "enumValues", "possibleTypes"} {
			if element[list] != nil {
				has = append(has, list)
			}
		}
		if got := strings.Join(has, " "); got != want[element["kind"].(string)] {
			t.Errorf("%s, of kind %s, has %q", element["name"], element["kind"], got)
		}
	}
}

func TestIntrospectionDescribesEverything(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	schema := s.must(t, introspectionQuery, "")["__schema"].(map[string]any)
	described := 0
	var walk func(where string, element map[string]any)
	walk = func(where string, element map[string]any) {
		where += "." + element["name"].(string)
		description, _ := element["description"].(string)
		if !strings.HasSuffix(strings.TrimSpace(description), ".") && !strings.HasSuffix(description, "]") {
			t.Errorf("%s is not described in a sentence: %q", where, description)
		}
		described++
		for _, list := range []string{"fields", "inputFields", "enumValues", "args"} {
			parts, _ := element[list].([]any)
			for _, part := range parts {
				walk(where, part.(map[string]any))
			}
		}
	}
	builtIn := map[string]bool{"String": true, "Int": true, "Float": true, "Boolean": true, "ID": true}
	for _, element := range schema["types"].([]any) {
		if name := element.(map[string]any)["name"].(string); !strings.HasPrefix(name, "__") && !builtIn[name] {
			walk("type", element.(map[string]any))
		}
	}
	found := false
	for _, element := range schema["directives"].([]any) {
		if directive := element.(map[string]any); directive["name"] == "requires" {
			found = true
			walk("directive", directive)
		}
	}
	if !found || described < 350 {
		t.Errorf("%d elements, @requires: %v", described, found)
	}
}

func TestEveryCodeIsInTheSchema(t *testing.T) {
	t.Parallel()
	schema, err := os.ReadFile(filepath.Join("..", "schema.graphqls"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "models", "error.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := []string{"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
	ast.Inspect(source, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && len(spec.Values) == 1 && strings.HasPrefix(spec.Names[0].Name, "Code") {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Error(err)
			}
			codes = append(codes, code)
		}
		return true
	})
	if len(codes) < 18 {
		t.Fatalf("only %d codes found: %v", len(codes), codes)
	}
	for _, code := range codes {
		if !strings.Contains(string(schema), "- "+code) && !strings.Contains(string(schema), ", "+code+":") {
			t.Errorf("schema.graphqls says nothing of %s", code)
		}
	}
}
