package trace_test

import (
	"context"
	"regexp"
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
