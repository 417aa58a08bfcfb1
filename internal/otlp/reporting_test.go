package otlp

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

type exporter struct{ err error }

func (e *exporter) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return e.err }
func (e *exporter) Shutdown(context.Context) error                             { return nil }

func TestLossesAreToldOnceAMinute(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	under := &exporter{err: errors.New("nobody there")}
	now := time.Unix(1_900_000_000, 0)
	r := newReporting(under, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now })
	export := func(n int) string {
		t.Helper()
		log.Reset()
		for range n {
			if err := r.ExportSpans(t.Context(), make([]sdktrace.ReadOnlySpan, 10)); err != nil {
				t.Errorf("the SDK hears of it: %v", err)
			}
		}
		return log.String()
	}
	for _, step := range []struct {
		what  string
		after time.Duration
		err   error
		want  string
	}{
		{"the first", 0, under.err, "lost=10\n"},
		{"more", time.Second, under.err, ""},
		{"a minute later", time.Minute, under.err, "lost=30\n"},
		{"again at once", 0, under.err, ""},
		{"back", 0, nil, "traces are sent again"},
		{"well", 0, nil, ""},
	} {
		now, under.err = now.Add(step.after), step.err
		n := 1
		if step.what == "more" {
			n = 2
		}
		got := export(n)
		if (step.want == "") != (got == "") || !strings.Contains(got, step.want) || strings.Count(got, "\n") > 1 {
			t.Errorf("%s: %q, want %q", step.what, got, step.want)
		}
	}
}
