package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// difference is one place where what came is not what was expected.
type difference struct {
	path      string
	want, got any
}

// absent stands for a field that is not there.
type absent struct{}

// match compares what came with what was expected: of objects only the fields that are named, all of lists. Below whole,
// objects must have no other fields either; bodies of receipts are compared so.
func match(want, got any, whole bool) []difference {
	m := &matcher{whole: whole}
	m.compare("", want, got)
	return m.found
}

type matcher struct {
	whole bool
	found []difference
}

func (m *matcher) compare(path string, want, got any) {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			m.compareObjects(path, want, got)
			return
		}
	case []any:
		if got, ok := got.([]any); ok && len(want) == len(got) {
			for i := range want {
				m.compare(join(path, fmt.Sprint(i)), want[i], got[i])
			}
			return
		}
	case string:
		if fits, known := patterns(want, got); known {
			if !fits {
				m.found = append(m.found, difference{path, want, got})
			}
			return
		}
	}
	if !reflect.DeepEqual(want, got) {
		m.found = append(m.found, difference{path, want, got})
	}
}

func (m *matcher) compareObjects(path string, want, got map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, ok := got[key]
		if !ok {
			m.found = append(m.found, difference{join(path, key), want[key], absent{}})
			continue
		}
		m.compare(join(path, key), want[key], value)
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, named := want[key]; !named && m.whole {
			m.found = append(m.found, difference{join(path, key), absent{}, got[key]})
		}
	}
}

func join(path, step string) string {
	if path == "" {
		return step
	}
	return path + "." + step
}

var shapes = map[string]*regexp.Regexp{
	"<uuid>":    regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
	"<instant>": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$`),
	"<hash>":    regexp.MustCompile(`^[0-9a-f]{64}$`),
	"<text>":    regexp.MustCompile(`(?s)^.+$`),
}

// patterns tells whether want is a pattern, and whether what came fits it: <any> is all but null, <not X> differs from X,
// <after X> is an instant behind the instant X; the others are shapes of a string.
func patterns(want string, got any) (fits, known bool) {
	if want == "<any>" {
		return got != nil, true
	}
	text, isText := got.(string)
	if shape := shapes[want]; shape != nil {
		return isText && shape.MatchString(text), true
	}
	inner, ok := strings.CutPrefix(want, "<")
	if !ok {
		return false, false
	}
	inner, ok = strings.CutSuffix(inner, ">")
	if other, not := strings.CutPrefix(inner, "not "); ok && not {
		return isText && text != other, true
	}
	if other, after := strings.CutPrefix(inner, "after "); ok && after {
		a, errA := time.Parse(time.RFC3339, other)
		b, errB := time.Parse(time.RFC3339, text)
		return errA == nil && errB == nil && b.After(a), true
	}
	return false, false
}

// mismatch is the error that shows differences and all that came.
type mismatch struct {
	what        string
	differences []difference
	got         any
}

func (m *mismatch) Error() string {
	var b strings.Builder
	b.WriteString(m.what)
	for _, d := range m.differences {
		path := d.path
		if path == "" {
			path = "the top"
		}
		fmt.Fprintf(&b, "\n  at %s\n    - expected %s\n    + but got  %s", path, show(d.want), show(d.got))
	}
	fmt.Fprintf(&b, "\n  all that came:\n    %s", shortLines(encode(m.got, "  ")))
	return b.String()
}

func show(v any) string {
	if _, ok := v.(absent); ok {
		return "nothing"
	}
	return short(encode(v, ""))
}

// encode writes JSON for people: < and > as they are.
func encode(v any, indent string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if indent != "" {
		e.SetIndent("    ", indent)
	}
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// shortLines cuts each line: a value may be very long.
func shortLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(short(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
