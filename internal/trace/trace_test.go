package trace_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/trace"
)

func TestID(t *testing.T) {
	t.Parallel()
	t.Run("a context without an id has none", func(t *testing.T) {
		t.Parallel()
		if id := trace.ID(context.Background()); id != "" {
			t.Fatalf("got %q", id)
		}
	})
	t.Run("a context gives back what it was given", func(t *testing.T) {
		t.Parallel()
		id := trace.New()
		if got := trace.ID(trace.WithID(context.Background(), id)); got != id {
			t.Fatalf("got %q, want %q", got, id)
		}
	})
	t.Run("new ids are 32 lower-case hexadecimal digits and differ", func(t *testing.T) {
		t.Parallel()
		a, b := trace.New(), trace.New()
		if a == b || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(a) {
			t.Fatalf("got %q and %q", a, b)
		}
	})
}

func TestFromTraceparent(t *testing.T) {
	t.Parallel()
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	for name, tt := range map[string]struct {
		header string
		want   string
	}{
		"well-formed":                 {"00-" + id + "-00f067aa0ba902b7-01", id},
		"a later version, longer":     {"01-" + id + "-00f067aa0ba902b7-01-what-comes", id},
		"empty":                       {"", ""},
		"upper case":                  {"00-" + strings.ToUpper(id) + "-00f067aa0ba902b7-01", ""},
		"all zeros":                   {"00-" + strings.Repeat("0", 32) + "-00f067aa0ba902b7-01", ""},
		"parent all zeros":            {"00-" + id + "-0000000000000000-01", ""},
		"version ff":                  {"ff-" + id + "-00f067aa0ba902b7-01", ""},
		"version 00 with a tail":      {"00-" + id + "-00f067aa0ba902b7-01-x", ""},
		"later version, bad tail":     {"01-" + id + "-00f067aa0ba902b7-01x", ""},
		"not hexadecimal":             {"00-" + id[:31] + "g-00f067aa0ba902b7-01", ""},
		"dashes in the wrong places":  {"000" + id + "-00f067aa0ba902b7-01", ""},
		"too short":                   {"00-" + id + "-00f067aa0ba902b7", ""},
		"control characters as an id": {"00-" + strings.Repeat("\x00", 32) + "-00f067aa0ba902b7-01", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := trace.FromTraceparent(tt.header)
			if got != tt.want || ok != (tt.want != "") {
				t.Fatalf("got %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
}
