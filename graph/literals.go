package graph

import (
	"encoding/json"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/models"
)

// gqlparser reads number literals into int64 and float64, and panics where one does not fit. In the places of custom
// scalars (JSON above all) that would lose digits, or the request. So literals there are taken out of the document once, when
// it is parsed: a variable takes their place, whose name no client can write, and its value, exact, is added to the
// operation's variables.

// literal is a value that has been taken out of a document.
type literal struct {
	name   string
	source *ast.Value
	// value is what it stands for, unless it has variables inside: then it is computed for each operation.
	value  any
	varies bool
}

// hoistLiterals takes the literals of custom scalars out of the document. It returns BAD_USER_INPUT for those that can't be
// kept, such as 1e400.
func (doc *document) hoistLiterals() error {
	h := hoist{doc: doc}
	visit := visitor{value: h.value}
	for _, op := range doc.ast.Operations {
		visit.directives(op.Directives)
		visit.selections(op.SelectionSet)
	}
	for _, fragment := range doc.ast.Fragments {
		visit.directives(fragment.Directives)
		visit.selections(fragment.SelectionSet)
	}
	return h.err
}

type hoist struct {
	doc *document
	err error
}

func (h *hoist) value(v *ast.Value) {
	switch {
	case v.Definition == nil:
	case v.Definition.Kind == ast.InputObject,
		v.Kind == ast.ListValue && v.ExpectedType != nil && v.ExpectedType.Elem != nil: // the schema's list, not JSON's
		for _, child := range v.Children {
			h.value(child.Value)
		}
	case v.Definition.Kind == ast.Scalar && !v.Definition.BuiltIn && v.Kind != ast.Variable && v.Kind != ast.NullValue:
		h.take(v)
	}
}

// take puts a variable into the place of v.
func (h *hoist) take(v *ast.Value) {
	source := *v
	l := literal{name: fmt.Sprintf("literal %d", len(h.doc.literals)), source: &source, varies: hasVariable(v)}
	if !l.varies && h.err == nil {
		l.value, h.err = l.evaluate(nil)
	}
	h.doc.literals = append(h.doc.literals, l)
	v.Kind, v.Raw, v.Children, v.VariableDefinition = ast.Variable, l.name, nil, nil
}

func hasVariable(v *ast.Value) bool {
	if v.Kind == ast.Variable {
		return true
	}
	for _, child := range v.Children {
		if hasVariable(child.Value) {
			return true
		}
	}
	return false
}

// addLiterals adds the values of the variables that stand for literals to an operation's variables.
func (doc *document) addLiterals(variables map[string]any) error {
	for _, l := range doc.literals {
		if l.varies {
			var err error
			if l.value, err = l.evaluate(variables); err != nil {
				return err
			}
		}
		variables[l.name] = l.value
	}
	return nil
}

func (l literal) evaluate(variables map[string]any) (any, error) {
	value, err := valueOf(l.source, variables)
	if err == nil {
		value, err = coerceLiteral(l.source.Definition, value)
	}
	if j, ok := value.(models.JSON); ok && err == nil && l.varies {
		value, err = models.ParseJSON([]byte(j)) // the parts may together be too deep
	}
	if err != nil {
		return nil, &gqlerror.Error{Err: err, Message: err.Error(), Locations: locations(l.source.Position)}
	}
	return value, nil
}

// coerceLiteral makes JSON canonical and refuses what is no instant.
func coerceLiteral(definition *ast.Definition, v any) (any, error) {
	switch definition.Name {
	case "JSON":
		return models.CanonicalJSON(v)
	case "DateTime":
		_, err := UnmarshalDateTime(v)
		return v, err
	default:
		return v, nil
	}
}

// valueOf returns the value that a literal stands for, in the form in which variables arrive: numbers with all their
// digits.
func valueOf(v *ast.Value, variables map[string]any) (any, error) {
	switch v.Kind {
	case ast.Variable:
		return variables[v.Raw], nil
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw), nil
	case ast.StringValue, ast.BlockValue:
		return v.Raw, nil
	case ast.BooleanValue:
		return v.Raw == "true", nil
	case ast.NullValue:
		return nil, nil
	case ast.EnumValue:
		if v.Definition == nil || v.Definition.Kind != ast.Enum {
			return nil, models.Errorf(models.CodeBadUserInput, "%.64s is no JSON value; strings stand in quotes", v.Raw)
		}
		return v.Raw, nil
	case ast.ListValue:
		items := make([]any, 0, len(v.Children))
		for _, child := range v.Children {
			item, err := valueOf(child.Value, variables)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return items, nil
	case ast.ObjectValue:
		fields := make(map[string]any, len(v.Children))
		for _, child := range v.Children {
			if _, set := variables[child.Value.Raw]; child.Value.Kind == ast.Variable && !set {
				continue // as if the field were not there
			}
			field, err := valueOf(child.Value, variables)
			if err != nil {
				return nil, err
			}
			fields[child.Name] = field
		}
		return fields, nil
	default:
		return nil, fmt.Errorf("a literal of kind %d", v.Kind)
	}
}
