package graph

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/models"
)

// Variables are coerced here, strictly, before gqlparser does it: that one takes "5" for an Int, 5 for a String, queued for
// QUEUED, and calls a number that is out of range one of the wrong type. What is left for it are values that it passes on.

// coerceVariables returns the values of an operation's variables: built-in scalars in their Go types, JSON canonical. It
// returns GRAPHQL_VALIDATION_FAILED for values of a wrong type, BAD_USER_INPUT for numbers out of range and malformed custom
// scalars.
func (e *Executor) coerceVariables(op *ast.OperationDefinition, given map[string]any) (map[string]any, error) {
	c := coercion{e.schema}
	values := make(map[string]any, len(op.VariableDefinitions))
	for _, definition := range op.VariableDefinitions {
		value, present := given[definition.Variable]
		if !present && definition.DefaultValue != nil {
			var err error
			if value, err = valueOf(definition.DefaultValue, nil); err != nil {
				return nil, err
			}
			present = true
		}
		switch {
		case present:
			coerced, err := c.value(definition.Type, value, "$"+definition.Variable)
			if err != nil {
				return nil, err
			}
			values[definition.Variable] = coerced
		case definition.Type.NonNull:
			return nil, errInvalid("the variable $%s of type %s is missing", definition.Variable, definition.Type)
		}
	}
	return values, nil
}

type coercion struct{ schema *ast.Schema }

// value coerces v to the type t; at names the place in messages.
func (c coercion) value(t *ast.Type, v any, at string) (any, error) {
	if v == nil {
		if t.NonNull {
			return nil, errInvalid("%s must be a %s, not null", at, t)
		}
		return nil, nil
	}
	if t.Elem != nil {
		return c.list(t.Elem, v, at)
	}
	definition := c.schema.Types[t.NamedType]
	switch definition.Kind {
	case ast.Enum:
		return coerceEnum(definition, v, at)
	case ast.InputObject:
		return c.object(definition, v, at)
	default:
		return coerceScalar(definition, v, at)
	}
}

// list coerces each item; a single value is a list of one, as the specification wants it.
func (c coercion) list(t *ast.Type, v any, at string) (any, error) {
	given, ok := v.([]any)
	if !ok {
		item, err := c.value(t, v, at)
		return []any{item}, err
	}
	items := make([]any, len(given))
	for i, item := range given {
		var err error
		if items[i], err = c.value(t, item, at+"["+strconv.Itoa(i)+"]"); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (c coercion) object(definition *ast.Definition, v any, at string) (any, error) {
	given, ok := v.(map[string]any)
	if !ok {
		return nil, errInvalid("%s must be a %s, an object", at, definition.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if definition.Fields.ForName(name) == nil {
			return nil, errInvalid("%s.%.64s: the type %s has no such field", at, name, definition.Name)
		}
	}
	fields := make(map[string]any, len(given))
	for _, field := range definition.Fields {
		value, present := given[field.Name]
		switch {
		case present:
			coerced, err := c.value(field.Type, value, at+"."+field.Name)
			if err != nil {
				return nil, err
			}
			fields[field.Name] = coerced
		case field.Type.NonNull && field.DefaultValue == nil:
			return nil, errInvalid("%s.%s of type %s is missing", at, field.Name, field.Type)
		}
	}
	return fields, nil
}

func coerceEnum(definition *ast.Definition, v any, at string) (any, error) {
	if s, ok := v.(string); ok && definition.EnumValues.ForName(s) != nil {
		return s, nil
	}
	names := make([]string, len(definition.EnumValues))
	for i, value := range definition.EnumValues {
		names[i] = value.Name
	}
	return nil, errInvalid("%s: %.64s is no %s; use one of %s", at, printed(v), definition.Name, strings.Join(names, ", "))
}

func coerceScalar(definition *ast.Definition, v any, at string) (any, error) {
	switch definition.Name {
	case "Boolean":
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case "String":
		if s, ok := v.(string); ok {
			return strings.ToValidUTF8(s, "\uFFFD"), nil
		}
	case "ID":
		if id, ok := coerceID(v); ok {
			return id, nil
		}
	case "Int":
		return coerceInt(v, at)
	case "Float":
		if f, ok := coerceFloat(v); ok {
			return f, nil
		}
	default:
		value, err := coerceCustom(definition, v)
		if err != nil {
			return nil, models.Errorf(models.CodeOf(err), "%s: %s", at, messageOf(err))
		}
		return value, nil
	}
	return nil, errInvalid("%s: %.64s is no %s", at, printed(v), definition.Name)
}

func coerceID(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return strings.ToValidUTF8(v, "\uFFFD"), true
	case json.Number:
		return v.String(), !strings.ContainsAny(v.String(), ".eE")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), v == math.Trunc(v)
	case int, int32, int64:
		return fmt.Sprint(v), true
	default:
		return "", false
	}
}

// coerceInt takes whole numbers however they are written, since 1.0 and 1 are the same in JSON.
func coerceInt(v any, at string) (any, error) {
	f, ok := coerceFloat(v)
	if !ok || f != math.Trunc(f) { // an infinity is its own Trunc, and out of range below
		return nil, errInvalid("%s: %.64s is no Int", at, printed(v))
	}
	if math.IsInf(f, 0) || f < math.MinInt32 || f > math.MaxInt32 {
		return nil, models.Errorf(models.CodeBadUserInput, "%s: %s", at, errIntRange(printed(v)).Message)
	}
	return int64(f), nil
}

// coerceFloat returns a number as a double: infinite when it is beyond a double's range.
func coerceFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil || math.IsInf(f, 0)
	case float64:
		return v, !math.IsNaN(v)
	case int:
		return float64(v), true
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	default:
		return 0, false
	}
}

// coerceCustom makes JSON canonical and refuses what is no instant.
func coerceCustom(definition *ast.Definition, v any) (any, error) {
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
