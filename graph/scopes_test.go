package graph_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// TestEveryScope walks the schema: every field of every type, reached from every root field, is refused to callers who lack a
// scope that it or a field above it requires, however it is selected, before a statement is run; and it is allowed to all others.
func TestEveryScope(t *testing.T) {
	t.Parallel()
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	selections := everySelection(t, schema)
	server := testkit.StartPostgres(t)
	server.LogStatements()
	for name, database := range map[string]struct {
		url string
		ran func() int // what the server itself says; the counter sees only what is run for the request
	}{
		"SQLite":     {sqliteURL(t), func() int { return 0 }},
		"PostgreSQL": {server.URL("postgres"), func() int { return len(server.Statements()) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, database.url, store.Options{}, graph.Options{MaxDepth: 100, MaxComplexity: 1 << 40})
			before := database.ran()
			refused, allowed := 0, 0
			for _, selection := range selections {
				for _, scopes := range everyCaller {
					caller := s.as(viewer("planner", scopes...))
					if selection.allows(caller.viewer) {
						allowed++
						caller.expectAllowed(t, selection)
					} else {
						refused++
						caller.expectRefused(t, selection, "FORBIDDEN")
					}
				}
				s.expectRefusedWithoutViewer(t, selection)
			}
			if after := database.ran(); after != before {
				t.Errorf("%d statements were run for what was refused", after-before)
			}
			if refused < 10_000 || allowed < 10_000 {
				t.Errorf("only %d refused and %d allowed operations were tried", refused, allowed)
			}
		})
	}
}

// everyCaller has all sets of scopes.
var everyCaller = [][]models.Scope{
	{}, {models.ScopeRead}, {models.ScopeTask}, {models.ScopeLease}, {models.ScopeRead, models.ScopeTask},
	{models.ScopeRead, models.ScopeLease}, {models.ScopeTask, models.ScopeLease},
	{models.ScopeRead, models.ScopeTask, models.ScopeLease}, {models.ScopeAdmin},
}

// selected is a document that selects one field, and what that requires.
type selected struct {
	what, document string
	requires       map[models.Scope]bool
}

func (s selected) allows(v models.Viewer) bool {
	for scope := range s.requires {
		if !slices.Contains(v.Scopes, scope) && !slices.Contains(v.Scopes, models.ScopeAdmin) {
			return false
		}
	}
	return true
}

var variables = map[string]any{"yes": true, "no": false}

func (s *stage) expectAllowed(t *testing.T, selection selected) {
	t.Helper()
	params := &graphql.RawParams{Query: selection.document, Variables: maps.Clone(variables)}
	if _, errs := s.executor.CreateOperationContext(s.context(t.Context()), params); errs != nil {
		t.Errorf("%s is refused to %v: %v\n%s", selection.what, s.viewer.Scopes, errs, selection.document)
	}
}

func (s *stage) expectRefused(t *testing.T, selection selected, code string) {
	t.Helper()
	var counter store.Counter
	a := s.doIn(store.WithCounter(s.context(t.Context()), &counter), t, selection.document, `{"yes": true, "no": false}`)
	if a.code(t) != code || a.executed || a.Data != nil || counter.Load() > 0 {
		t.Errorf("%s to %v: %q after %d statements, data %v\n%s",
			selection.what, s.viewer.Scopes, a.code(t), counter.Load(), a.Data, selection.document)
	}
}

func (s *stage) expectRefusedWithoutViewer(t *testing.T, selection selected) {
	t.Helper()
	var counter store.Counter
	ctx := store.WithCounter(trace.WithID(t.Context(), traceID), &counter)
	a := s.doIn(ctx, t, selection.document, `{"yes": true, "no": false}`)
	if a.code(t) != "UNAUTHENTICATED" || a.executed || counter.Load() > 0 {
		t.Errorf("%s without a viewer: %q after %d statements\n%s", selection.what, a.code(t), counter.Load(), selection.document)
	}
}

// everySelection makes the documents: each field behind each root field by which it can be reached, and behind one of them in
// every way in which fields are selected.
func everySelection(t *testing.T, schema *ast.Schema) (all []selected) {
	t.Helper()
	seen := map[string]bool{}
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			for name, path := range reach(schema, root, field) {
				definition := schema.Types[name]
				if definition.Kind == ast.Interface || definition.Kind == ast.Union {
					t.Errorf("%s is abstract: teach this test to select fields of it", name)
				}
				for _, f := range definition.Fields {
					if strings.HasPrefix(f.Name, "__") || len(path) == 0 && f != field {
						continue
					}
					which := ways[:1]
					if key := root.Name + name + f.Name; !seen[key] {
						seen[key] = true
						which = ways
					}
					for _, way := range which {
						if way.skipped && definition == schema.Subscription {
							continue // a subscription to nothing is invalid
						}
						all = append(all, way.of(schema, root, path, definition, f))
					}
				}
			}
		}
	}
	return all
}

// reach returns the shortest path to every type behind a root field; the root's own type is reached by none.
func reach(schema *ast.Schema, root *ast.Definition, first *ast.FieldDefinition) map[string][]*ast.FieldDefinition {
	paths := map[string][]*ast.FieldDefinition{root.Name: nil}
	queue := []string{}
	visit := func(path []*ast.FieldDefinition, field *ast.FieldDefinition) {
		name := field.Type.Name()
		if _, known := paths[name]; !known && !schema.Types[name].IsLeafType() {
			paths[name] = append(slices.Clone(path), field)
			queue = append(queue, name)
		}
	}
	visit(nil, first)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		for _, field := range schema.Types[name].Fields {
			visit(paths[name], field)
		}
	}
	return paths
}

// way is how a field may be selected: what stands in its place, and behind the operation. FIELD is the field, with its directive;
// TYPE what it is a field of.
type way struct {
	name, place, fragments string
	// skipped fields are not asked for, so they need no scope.
	skipped bool
}

var ways = []way{
	{"plain", "FIELD", "", false},
	{"alias", "x: FIELD", "", false},
	{"fragment", "...F", "fragment F on TYPE { FIELD }", false},
	{"fragment in a fragment", "...G", "fragment G on TYPE { ...F } fragment F on TYPE { y: FIELD }", false},
	{"inline fragment", "... { FIELD }", "", false},
	{"inline fragment on its type", "... on TYPE { ... on TYPE { FIELD } }", "", false},
	{"included", "FIELD @include(if: true)", "", false},
	{"included by a variable", "FIELD @include(if: $yes)", "", false},
	{"not skipped", "FIELD @skip(if: $no)", "", false},
	{"fragment that is included", "...F @include(if: $yes)", "fragment F on TYPE { ... @skip(if: $no) { FIELD } }", false},
	{"both selected and skipped", "FIELD @skip(if: true) ...F", "fragment F on TYPE { FIELD }", false},
	{"skipped", "FIELD @skip(if: true)", "", true},
	{"not included by a variable", "FIELD @include(if: $no)", "", true},
	{"fragment that is skipped", "...F @skip(if: $yes)", "fragment F on TYPE { FIELD }", true},
}

// fieldPattern finds a field with the directive that stands before its selection.
var fieldPattern = regexp.MustCompile(`FIELD( @\w+\([^()]*\))?`)

func (w way) of(schema *ast.Schema, root *ast.Definition, path []*ast.FieldDefinition, on *ast.Definition, f *ast.FieldDefinition) selected {
	below := ""
	if !schema.Types[f.Type.Name()].IsLeafType() {
		below = " { __typename }"
	}
	write := func(format string) string {
		format = strings.ReplaceAll(format, "TYPE", on.Name)
		return fieldPattern.ReplaceAllString(format, f.Name+argumentsOf(schema, f)+"$1"+below)
	}
	place := write(w.place)
	s := selected{what: fmt.Sprintf("%s.%s, %s", on.Name, f.Name, w.name), requires: map[models.Scope]bool{}}
	for i := len(path) - 1; i >= 0; i-- {
		place = path[i].Name + argumentsOf(schema, path[i]) + " { __typename " + place + " }"
	}
	if w.skipped && len(path) == 0 {
		place += " __typename"
	}
	for _, field := range append(slices.Clone(path), f) {
		if field == f && w.skipped {
			break
		}
		if d := field.Directives.ForName("requires"); d != nil {
			s.requires[models.Scope(d.Arguments.ForName("scope").Value.Raw)] = true
		}
	}
	declared := ""
	for _, name := range []string{"yes", "no"} {
		if strings.Contains(w.place+w.fragments, "$"+name) {
			declared += "$" + name + ": Boolean! "
		}
	}
	if declared != "" {
		declared = "(" + declared + ")"
	}
	s.document = strings.ToLower(root.Name) + declared + " { " + place + " } " + write(w.fragments)
	return s
}

// argumentsOf writes a field's arguments that must be there.
func argumentsOf(schema *ast.Schema, f *ast.FieldDefinition) string {
	var arguments []string
	for _, a := range f.Arguments {
		if a.Type.NonNull {
			arguments = append(arguments, a.Name+": "+literalOf(schema, a.Type))
		}
	}
	if len(arguments) == 0 {
		return ""
	}
	return "(" + strings.Join(arguments, ", ") + ")"
}

func literalOf(schema *ast.Schema, kind *ast.Type) string {
	if kind.Elem != nil {
		return "[" + literalOf(schema, kind.Elem) + "]"
	}
	definition := schema.Types[kind.NamedType]
	if definition.Kind != ast.InputObject {
		return `"` + someID + `"`
	}
	var fields []string
	for _, f := range definition.Fields {
		if f.Type.NonNull {
			fields = append(fields, f.Name+": "+literalOf(schema, f.Type))
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
