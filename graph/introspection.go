package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/ast"
)

// resolveIntrospection makes null of the lists that a type of its kind doesn't have, as the specification demands; gqlgen has
// empty ones, and whoever looks for the first list that a type has, finds nothing.
func resolveIntrospection(ctx context.Context, next graphql.Resolver) (any, error) {
	result, err := next(ctx)
	switch list := result.(type) {
	case []introspection.Field:
		if len(list) == 0 {
			return []introspection.Field(nil), err
		}
	case []introspection.EnumValue:
		if len(list) == 0 {
			return []introspection.EnumValue(nil), err
		}
	case []introspection.InputValue:
		if len(list) == 0 && graphql.GetFieldContext(ctx).Field.Name == "inputFields" { // args are a list always
			return []introspection.InputValue(nil), err
		}
	case []introspection.Type:
		if len(list) == 0 && !hasTypes(graphql.GetFieldContext(ctx)) {
			return []introspection.Type(nil), err
		}
	}
	return result, err
}

// hasTypes tells whether a type of this kind has interfaces, or possible types, be they none.
func hasTypes(field *graphql.FieldContext) bool {
	of, _ := field.Parent.Result.(*introspection.Type)
	if of == nil {
		return false
	}
	switch ast.DefinitionKind(of.Kind()) {
	case ast.Object:
		return field.Field.Name == "interfaces"
	case ast.Interface:
		return true
	case ast.Union:
		return field.Field.Name == "possibleTypes"
	default:
		return false
	}
}
