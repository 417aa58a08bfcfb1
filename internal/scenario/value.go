package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// value is a JSON value of a story, as encoding/json decodes it, numbers as json.Number. Strings in it may stand for
// something else: $name for a saved value, <…> for what a client can't know beforehand (see patterns).
type value struct {
	v     any
	given bool
}

// list returns the items of a list; none when it is something else, which check refuses.
func (v value) list() []any {
	items, _ := v.v.([]any)
	return items
}

func (v value) isList() bool {
	_, ok := v.v.([]any)
	return ok
}

// UnmarshalYAML reads a value and keeps the digits of its numbers.
func (v *value) UnmarshalYAML(node ast.Node) error {
	v.given = true
	var err error
	v.v, err = fromYAML(node)
	return err
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func fromYAML(node ast.Node) (any, error) {
	switch n := node.(type) {
	case *ast.NullNode:
		return nil, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.StringNode:
		// What has more digits than any integer of Go is a string to the parser.
		if n.Token.Type == token.StringType && jsonNumber.MatchString(n.Value) {
			return json.Number(n.Value), nil
		}
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode:
		text := node.GetToken().Value
		if !jsonNumber.MatchString(text) {
			return nil, fmt.Errorf("line %d: write %s as JSON does, or in quotes", firstLine(node), text)
		}
		return json.Number(text), nil
	case *ast.SequenceNode:
		return listOf(n)
	case ast.MapNode:
		return objectOf(n)
	default:
		return nil, fmt.Errorf("line %d: %s is no JSON value", firstLine(node), node.Type())
	}
}

func listOf(n *ast.SequenceNode) (any, error) {
	items := make([]any, len(n.Values))
	for i, item := range n.Values {
		var err error
		if items[i], err = fromYAML(item); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func objectOf(n ast.MapNode) (any, error) {
	fields := map[string]any{}
	for i := n.MapRange(); i.Next(); {
		var err error
		if fields[i.Key().GetToken().Value], err = fromYAML(i.Value()); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

func firstLine(node ast.Node) int {
	if n, ok := node.(ast.MapNode); ok {
		if i := n.MapRange(); i.Next() {
			return i.Key().GetToken().Position.Line
		}
	}
	return node.GetToken().Position.Line
}

var (
	reference = regexp.MustCompile(`^(<not |<after |)\$([A-Za-z_][A-Za-z0-9_]*)(>|)$`)
	manyChars = regexp.MustCompile(`^<([0-9]+) characters>$`)
	manyTimes = regexp.MustCompile(`^<([0-9]+) times>$`)
)

// resolve puts in what stands for something else: $name, "<70000 characters>", {"<501 times>": item} for a list. Patterns
// stay as they are. An unknown name is an error.
func resolve(v any, saved map[string]any) (any, error) {
	switch v := v.(type) {
	case string:
		return resolveText(v, saved)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = resolve(item, saved); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			resolved, err := resolve(item, saved)
			if err != nil {
				return nil, err
			}
			if m := manyTimes.FindStringSubmatch(key); m != nil && len(v) == 1 {
				n, err := strconv.Atoi(m[1])
				return slices.Repeat([]any{resolved}, n), err
			}
			out[key] = resolved
		}
		return out, nil
	default:
		return v, nil
	}
}

func resolveText(text string, saved map[string]any) (any, error) {
	if m := manyChars.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		return strings.Repeat("x", n), err
	}
	m := reference.FindStringSubmatch(text)
	if m == nil {
		return text, nil
	}
	v, ok := saved[m[2]]
	switch {
	case !ok:
		return nil, fmt.Errorf("nothing was saved as $%s; saved are: %s", m[2], strings.Join(slices.Sorted(maps.Keys(saved)), ", "))
	case m[1] == "":
		return v, nil
	default:
		return fmt.Sprint(m[1], v, m[3]), nil
	}
}

// at returns what lies at a path such as claimTasks.leases.0.id.
func at(v any, path string) (any, error) {
	for step := range strings.SplitSeq(path, ".") {
		switch inner := v.(type) {
		case map[string]any:
			found, ok := inner[step]
			if !ok {
				return nil, fmt.Errorf("there is no %s in %s", step, path)
			}
			v = found
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(inner) {
				return nil, fmt.Errorf("there is no item %s in %s, only %d", step, path, len(inner))
			}
			v = inner[i]
		default:
			return nil, fmt.Errorf("there is nothing below %v for %s of %s", inner, step, path)
		}
	}
	return v, nil
}
