package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// reference is what the layout shows.
type reference struct {
	// Queries, Mutations and Subscriptions are what holds for all of a kind.
	Queries, Mutations, Subscriptions string
	Codes                             []code
	Groups                            []operations
	// Types are those that no operation has for itself, in the schema's order.
	Types []definition

	schema *ast.Schema
	codes  map[string]bool
}

// operations are those of a group.
type operations struct {
	Title, Text string
	Operations  []operation
}

// operation is a root field.
type operation struct {
	Kind, Name, Scope    string
	Text, Repeat, Errors string
	Arguments            ast.ArgumentDefinitionList
	Type                 *ast.Type
	Deprecated           string
	// Own are the types that are named after it: its input and its payload.
	Own []definition
}

// definition is a type.
type definition struct {
	Kind, Name, Text string
	Members          []member
}

// member is a field, an input's field or a value of an enum.
type member struct {
	Name, Text, Scope, Default, Deprecated string
	Type                                   *ast.Type // nil for a value of an enum
	Arguments                              ast.ArgumentDefinitionList
}

func newReference(schema *ast.Schema, groups []group) (*reference, error) {
	r := &reference{schema: schema, codes: map[string]bool{}}
	r.Mutations, r.Codes = codesOf(schema.Mutation.Description)
	for _, c := range r.Codes {
		for _, name := range c.Names {
			r.codes[name] = true
		}
	}
	r.Queries, r.Subscriptions = schema.Query.Description, schema.Subscription.Description
	own := map[string]bool{"Query": true, "Mutation": true, "Subscription": true}
	if err := r.addOperations(groups, own); err != nil {
		return nil, err
	}
	var types []*ast.Definition
	for _, d := range schema.Types {
		if !d.BuiltIn && !own[d.Name] {
			types = append(types, d)
		}
	}
	slices.SortFunc(types, func(a, b *ast.Definition) int { return a.Position.Line - b.Position.Line })
	for _, d := range types {
		r.Types = append(r.Types, newDefinition(d))
	}
	return r, nil
}

// addOperations puts each root field into its group, with the types that are its own.
func (r *reference) addOperations(groups []group, own map[string]bool) error {
	fields := map[string]*ast.FieldDefinition{}
	for kind, root := range map[string]*ast.Definition{"query": r.schema.Query, "mutation": r.schema.Mutation, "subscription": r.schema.Subscription} {
		for _, f := range root.Fields {
			if !strings.HasPrefix(f.Name, "__") {
				fields[kind+" "+f.Name] = f
			}
		}
	}
	for _, g := range groups {
		shown := operations{Title: g.Title, Text: g.Text}
		for _, name := range g.names {
			f := fields[name]
			if f == nil {
				return fmt.Errorf("%s is in a group twice, or not in the schema", name)
			}
			delete(fields, name)
			kind, _, _ := strings.Cut(name, " ")
			o := r.newOperation(kind, f)
			for _, suffix := range []string{"Input", "Payload"} {
				if d := r.schema.Types[strings.ToUpper(f.Name[:1])+f.Name[1:]+suffix]; d != nil {
					o.Own = append(o.Own, newDefinition(d))
					own[d.Name] = true
				}
			}
			shown.Operations = append(shown.Operations, o)
		}
		r.Groups = append(r.Groups, shown)
	}
	for name := range fields {
		return fmt.Errorf("%s is in no group: groups.go says where it is looked for", name)
	}
	return nil
}

func (r *reference) newOperation(kind string, f *ast.FieldDefinition) operation {
	o := operation{
		Kind: kind, Name: f.Name, Scope: scopeOf(f.Directives), Arguments: f.Arguments, Type: f.Type, Deprecated: deprecation(f.Directives),
	}
	o.Text, o.Repeat, o.Errors = r.split(f.Description)
	switch {
	case o.Repeat != "":
	case kind == "query":
		o.Repeat = "Safe, like that of every query."
	case f.Arguments.ForName("after") != nil:
		o.Repeat = "With `after`, the stream goes on behind that cursor."
	}
	if model := modelOf(o.Text); model != "" {
		o.Errors = orElse(o.Errors, "Those of "+model+".")
		o.Repeat = orElse(o.Repeat, "Like that of "+model+".")
	}
	return o
}

func newDefinition(d *ast.Definition) definition {
	kinds := map[ast.DefinitionKind]string{ast.Object: "type", ast.InputObject: "input", ast.Enum: "enum", ast.Scalar: "scalar"}
	shown := definition{Kind: kinds[d.Kind], Name: d.Name, Text: d.Description}
	for _, f := range d.Fields {
		m := member{
			Name: f.Name, Text: f.Description, Scope: scopeOf(f.Directives), Type: f.Type, Arguments: f.Arguments, Deprecated: deprecation(f.Directives),
		}
		if f.DefaultValue != nil {
			m.Default = f.DefaultValue.String()
		}
		shown.Members = append(shown.Members, m)
	}
	for _, v := range d.EnumValues {
		shown.Members = append(shown.Members, member{Name: v.Name, Text: v.Description, Deprecated: deprecation(v.Directives)})
	}
	return shown
}

// Defaults tells whether any member has a default, so that a table needs a column for it.
func (d definition) Defaults() bool {
	return slices.ContainsFunc(d.Members, func(m member) bool { return m.Default != "" })
}

// Listed are the arguments that need a table: not the one input that is shown below as the operation's own.
func (o operation) Listed() ast.ArgumentDefinitionList {
	if len(o.Own) > 0 && o.Own[0].Kind == "input" && len(o.Arguments) == 1 {
		return nil
	}
	return o.Arguments
}

// Signature is the operation as the schema declares it.
func (o operation) Signature() string {
	var arguments []string
	for _, a := range o.Arguments {
		arguments = append(arguments, argument(a))
	}
	switch text := strings.Join(arguments, ", "); {
	case text == "":
		return o.Name + ": " + o.Type.String()
	case len(text) < 80:
		return o.Name + "(" + text + "): " + o.Type.String()
	default:
		return o.Name + "(\n  " + strings.Join(arguments, "\n  ") + "\n): " + o.Type.String()
	}
}

// argument is an argument as the schema declares it.
func argument(a *ast.ArgumentDefinition) string {
	text := a.Name + ": " + a.Type.String()
	if a.DefaultValue != nil {
		text += " = " + a.DefaultValue.String()
	}
	return text
}

func scopeOf(directives ast.DirectiveList) string {
	if d := directives.ForName("requires"); d != nil {
		return d.Arguments.ForName("scope").Value.Raw
	}
	return ""
}

func deprecation(directives ast.DirectiveList) string {
	d := directives.ForName("deprecated")
	if d == nil {
		return ""
	}
	if reason := d.Arguments.ForName("reason"); reason != nil {
		return reason.Value.Raw
	}
	return "No longer supported."
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
