package scenario

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func mustValue(t *testing.T, text string) any {
	t.Helper()
	var v value
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v.v
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, want, got string
		differs         string // the paths, "" when it matches
	}{
		{"SameObject", "{a: 1, b: [x, null, true]}", "{b: [x, null, true], a: 1}", ""},
		{"NotNamed", "{a: 1}", "{a: 1, b: 2}", ""},
		{"Missing", "{a: 1, b: null}", "{a: 1}", "b"},
		{"Deep", "{a: [{b: 1}, {b: 2}]}", "{a: [{b: 1}, {b: 3, c: 4}]}", "a.1.b"},
		{"AllOfThem", "{a: 1, b: {c: 2}}", "{a: 2, b: {c: 3}}", "a b.c"},
		{"ListLonger", "[1]", "[1, 2]", "."},
		{"ListShorter", "[1, 2]", "[1]", "."},
		{"ListOrder", "[1, 2]", "[2, 1]", "0 1"},
		{"OtherKind", "{a: {b: 1}}", "{a: 1}", "a"},
		{"NumberAndText", "{a: 1}", `{a: "1"}`, "a"},
		{"NumbersAsWritten", "[1, 1.5, 1e+300, 123456789012345678901234567890]", "[1, 1.5, 1e+300, 123456789012345678901234567890]", ""},
		{"NumberOtherwiseWritten", "1.0", "1", "."},
		{"Null", "null", "{a: 1}", "."},
		{"Any", "[<any>, <any>, <any>]", "[1, {}, null]", "2"},
		{"UUID", "[<uuid>, <uuid>]", "[01a20faf-b70c-718e-8181-a3afb710f0f9, 01A20FAF-B70C-718E-8181-A3AFB710F0F9]", "1"},
		{"Instant", "[<instant>, <instant>]", `["2026-11-24T22:33:43.626367Z", "2026-11-24T22:33:43Z"]`, "1"},
		{"Text", "[<text>, <text>, <text>]", `[x, "", 1]`, "1 2"},
		{"Not", "[<not x>, <not x>]", "[y, x]", "1"},
		{"After", `["<after 2026-11-24T22:33:43Z>", "<after 2026-11-24T22:33:43Z>"]`, `["2026-11-24T22:33:43.000001Z", "2026-11-24T22:33:43Z"]`, "1"},
		{"NoPattern", "<something>", "<something>", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var paths []string
			for _, d := range match(mustValue(t, test.want), mustValue(t, test.got), false) {
				if d.path == "" {
					d.path = "."
				}
				paths = append(paths, d.path)
			}
			if got := strings.Join(paths, " "); got != test.differs {
				t.Errorf("it differs at %q, want %q", got, test.differs)
			}
		})
	}

	t.Run("Whole", func(t *testing.T) {
		t.Parallel()
		found := match(mustValue(t, "{a: {b: 1}}"), mustValue(t, "{a: {b: 1, c: null}}"), true)
		if len(found) != 1 || found[0].path != "a.c" {
			t.Errorf("found %v", found)
		}
	})
}

func TestResolve(t *testing.T) {
	t.Parallel()
	saved := map[string]any{"task": "id-1", "body": map[string]any{"a": true}}
	for _, test := range []struct{ name, text, want string }{
		{"Reference", "{id: $task, body: $body}", "{id: id-1, body: {a: true}}"},
		{"InPattern", "[<not $task>, <after $task>]", "[<not id-1>, <after id-1>]"},
		{"NotAName", "[$1, a$task, $]", "[$1, a$task, $]"},
		{"Characters", `"<5 characters>"`, "xxxxx"},
		{"Times", `{"<2 times>": {id: $task}}`, "[{id: id-1}, {id: id-1}]"},
		{"NotAlone", `{"<2 times>": 1, b: 2}`, `{"<2 times>": 1, b: 2}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := resolve(mustValue(t, test.text), saved)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := encode(got, ""), encode(mustValue(t, test.want), ""); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}

	t.Run("Unknown", func(t *testing.T) {
		t.Parallel()
		if _, err := resolve("$taks", saved); err == nil || !strings.Contains(err.Error(), "body, task") {
			t.Errorf("error %v", err)
		}
	})
}
