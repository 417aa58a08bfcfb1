package graph

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/asyncgate/asyncgate/models"
)

// Variables are coerced here, strictly: gqlparser takes "5" for an Int, 5 for a String, queued for QUEUED, and calls a number
// that is out of range one of the wrong type. They arrive as text, which is decoded by what the schema says stands there, once:
// a JSON value becomes canonical in the same step and is text from the request to its row.

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
			text, err := textOf(value)
			if err != nil {
				return nil, err
			}
			coerced, wrong := c.value(definition.Type, text)
			if wrong != nil {
				return nil, wrong.at("$" + definition.Variable).error()
			}
			values[definition.Variable] = coerced
		case definition.Type.NonNull:
			return nil, errInvalid("the variable $%s of type %s is missing", definition.Variable, definition.Type)
		}
	}
	return values, nil
}

// textOf returns the text of a variable: transports leave it as it is, other clients of the executor may have decoded it.
func textOf(value any) (models.Text, error) {
	if text, ok := value.(models.Text); ok {
		return text, nil
	}
	return models.WriteText(value)
}

// misfit is what is wrong with a value, and where. The place is put together on the way out, so that values which are right
// cost none.
type misfit struct {
	place, message string
	// code is that of a models.Error, "" for GRAPHQL_VALIDATION_FAILED.
	code models.Code
}

func (m *misfit) at(step string) *misfit {
	m.place = step + m.place
	return m
}

func (m *misfit) error() error {
	if m.code != "" {
		return models.Errorf(m.code, "%s%s", m.place, m.message)
	}
	return errInvalid("%s%s", m.place, m.message)
}

func wrongType(format string, args ...any) *misfit {
	return &misfit{message: fmt.Sprintf(format, args...)}
}

func outOfRange(err error) *misfit {
	return &misfit{message: ": " + messageOf(err), code: models.CodeOf(err)}
}

type coercion struct{ schema *ast.Schema }

// value coerces v to the type t.
func (c coercion) value(t *ast.Type, v models.Text) (any, *misfit) {
	if v.Kind() == models.JSONNull {
		if t.NonNull {
			return nil, wrongType(" must be a %s, not null", t)
		}
		return nil, nil
	}
	if t.Elem != nil {
		return c.list(t.Elem, v)
	}
	definition := c.schema.Types[t.NamedType]
	switch definition.Kind {
	case ast.Enum:
		return coerceEnum(definition, v)
	case ast.InputObject:
		return c.object(definition, v)
	default:
		return coerceScalar(definition, v)
	}
}

// list coerces each item; a single value is a list of one, as the specification wants it.
func (c coercion) list(t *ast.Type, v models.Text) (any, *misfit) {
	if v.Kind() != models.JSONArray {
		item, wrong := c.value(t, v)
		return []any{item}, wrong
	}
	items := []any{}
	for text := range v.Items() {
		item, wrong := c.value(t, text)
		if wrong != nil {
			return nil, wrong.at("[" + strconv.Itoa(len(items)) + "]")
		}
		items = append(items, item)
	}
	return items, nil
}

func (c coercion) object(definition *ast.Definition, v models.Text) (any, *misfit) {
	if v.Kind() != models.JSONObject {
		return nil, wrongType(" must be a %s, an object", definition.Name)
	}
	given := make([]models.Text, len(definition.Fields))
	var unknown []string
	for key, value := range v.Members() {
		if i := fieldIndex(definition.Fields, key); i >= 0 {
			given[i] = value
		} else {
			unknown = append(unknown, key.String())
		}
	}
	if len(unknown) > 0 {
		return nil, wrongType(".%.64s: the type %s has no such field", slices.Min(unknown), definition.Name)
	}
	fields := map[string]any{}
	for i, field := range definition.Fields {
		switch {
		case given[i] != nil:
			value, wrong := c.value(field.Type, given[i])
			if wrong != nil {
				return nil, wrong.at("." + field.Name)
			}
			fields[field.Name] = value
		case field.Type.NonNull && field.DefaultValue == nil:
			return nil, wrongType(".%s of type %s is missing", field.Name, field.Type)
		}
	}
	return fields, nil
}

func fieldIndex(fields ast.FieldList, key models.Text) int {
	for i, field := range fields {
		if key.Is(field.Name) {
			return i
		}
	}
	return -1
}

func coerceEnum(definition *ast.Definition, v models.Text) (any, *misfit) {
	for _, value := range definition.EnumValues {
		if v.Is(value.Name) {
			return value.Name, nil
		}
	}
	names := make([]string, len(definition.EnumValues))
	for i, value := range definition.EnumValues {
		names[i] = value.Name
	}
	return nil, wrongType(": %.64s is no %s; use one of %s", shown(v), definition.Name, strings.Join(names, ", "))
}

func coerceScalar(definition *ast.Definition, v models.Text) (any, *misfit) {
	kind := v.Kind()
	switch definition.Name {
	case "Boolean":
		if kind == models.JSONBool {
			return string(v) == "true", nil
		}
	case "String":
		if kind == models.JSONString {
			return v.String(), nil
		}
	case "ID":
		if kind == models.JSONString || kind == models.JSONNumber && !strings.ContainsAny(v.String(), ".eE") {
			return v.String(), nil
		}
	case "Int":
		return coerceInt(v)
	case "Float":
		if f, ok := coerceFloat(v); ok {
			return f, nil
		}
	case "DateTime":
		value, err := coerceDateTime(v)
		if err != nil {
			return nil, outOfRange(err)
		}
		return value, nil
	default:
		value, err := models.ParseJSON(v)
		if err != nil {
			return nil, outOfRange(err)
		}
		return value, nil
	}
	return nil, wrongType(": %.64s is no %s", shown(v), definition.Name)
}

// coerceInt takes whole numbers however they are written, since 1.0 and 1 are the same in JSON.
func coerceInt(v models.Text) (any, *misfit) {
	f, ok := coerceFloat(v)
	if !ok || f != math.Trunc(f) { // an infinity is its own Trunc, and out of range below
		return nil, wrongType(": %.64s is no Int", shown(v))
	}
	if math.IsInf(f, 0) || f < math.MinInt32 || f > math.MaxInt32 {
		return nil, outOfRange(errIntRange(shown(v)))
	}
	return int64(f), nil
}

// coerceFloat returns a number as a double: infinite when it is beyond a double's range.
func coerceFloat(v models.Text) (float64, bool) {
	if v.Kind() != models.JSONNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.String(), 64)
	return f, err == nil || math.IsInf(f, 0)
}

// coerceDateTime refuses what is no instant. It stays as it is written.
func coerceDateTime(v models.Text) (any, error) {
	var instant any = v.String()
	if v.Kind() != models.JSONString {
		instant = models.JSON(shown(v))
	}
	_, err := UnmarshalDateTime(instant)
	return instant, err
}

// shown is a refused value in a message.
func shown(v models.Text) string {
	text, err := models.ParseJSON(v)
	if err != nil {
		return "the value"
	}
	return string(text)
}
