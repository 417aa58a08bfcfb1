package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/scenario"
)

func load(t *testing.T, text string) (*scenario.File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "story.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return scenario.Load(path)
}

// TestLoadRefuses: a step that says less or more than can be played is told with its line.
func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, step, says string }{
		{"UnknownKey", "as: agent:a\n        do: viewer\n        expects: {}", "expects"},
		{"NoCaller", "do: viewer", "story.yaml:4: do and subscribe need the caller"},
		{"Nothing", "as: agent:a", "story.yaml:4: a step has exactly one of"},
		{"Two", "as: agent:a\n        do: viewer\n        end: x", "exactly one of"},
		{"StreamWithoutName", "as: agent:a\n        subscribe: resultReady", "stream names"},
		{"EventsOfNothing", "gives: []", "stream names"},
		{"BeginWithAnswer", "as: agent:a\n        do: viewer\n        begin: x\n        expect: {}", "step with end"},
		{"RefusedAndExpected", "as: agent:a\n        do: viewer\n        refused: FORBIDDEN\n        expect: {}", "nothing else"},
		{"EventuallyOfStream", "stream: x\n        gives: []\n        eventually: true", "belong to do"},
		{"WritesOfEvents", "stream: x\n        gives: []\n        writes: []", "belong to do"},
		{"WritesNoList", "as: agent:a\n        do: viewer\n        writes: TASK_ASSIGNED", "are lists"},
		{"ScopesOfEvents", "stream: x\n        gives: []\n        scopes: [read]", "belong to do"},
		{"ActsWithoutKey", "as: agent:a\n        do: viewer\n        acts: agent:b", "with scopes"},
		{"NumberOfYAML", "as: agent:a\n        do: viewer\n        with: {a: 0x1F}", "line 6"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, "stories:\n  - story: s\n    steps:\n      - "+test.step+"\n")
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want one with %q", err, test.says)
			}
		})
	}

	t.Run("TwoOfOneName", func(t *testing.T) {
		t.Parallel()
		story := "  - story: s\n    steps: [{as: agent:a, do: viewer}]\n"
		if _, err := load(t, "stories:\n"+story+story); err == nil || !strings.Contains(err.Error(), "two stories") {
			t.Errorf("error %v", err)
		}
	})

	t.Run("NoStories", func(t *testing.T) {
		t.Parallel()
		if _, err := load(t, "server: {A: b}\n"); err == nil || !strings.Contains(err.Error(), "no stories") {
			t.Errorf("error %v", err)
		}
	})
}
