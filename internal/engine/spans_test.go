package engine_test

import (
	"slices"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/internal/trace"
)

// A batch is in the first caller's trace, and found from all of them.
func TestABatchIsLinkedWithItsCallers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		spans := testkit.NewSpans(t)
		var mu sync.Mutex
		traces := map[oteltrace.TraceID]bool{}
		call := func(provider trace.Provider) func() {
			return func() {
				ctx, root := trace.Begin(w.ctx(), provider, oteltrace.SpanKindServer, "request")
				defer root.End()
				_, err := w.engine.CreateTask(ctx, w.agent, engine.CreateTask{Type: "t"})
				wantCode(t, err, "")
				mu.Lock()
				defer mu.Unlock()
				traces[root.SpanContext().TraceID()] = true
			}
		}
		w.together(call(nil), call(spans.Provider), call(spans.Provider), call(spans.Provider))
		delete(traces, oteltrace.TraceID{})

		batch := spans.Await("commit batch")
		if !slices.Contains(batch.Attributes, attribute.Int("asyncgate.batch.size", 4)) {
			t.Errorf("attributes %v, want a batch of 4", batch.Attributes)
		}
		linked := map[oteltrace.TraceID]bool{}
		for _, l := range batch.Links {
			linked[l.SpanContext.TraceID()] = true
		}
		if len(traces) != 3 || len(linked) != 3 || !linked[batch.SpanContext.TraceID()] {
			t.Errorf("the batch is linked with %d traces of %d", len(linked), len(traces))
		}
		for _, span := range spans.All() {
			if span.Name != "await commit" {
				continue
			}
			first := span.SpanContext.SpanID() == batch.Parent.SpanID()
			back := len(span.Links) == 1 && span.Links[0].SpanContext.Equal(batch.SpanContext)
			if first == back || len(span.Events) != 1 || !traces[span.SpanContext.TraceID()] {
				t.Errorf("first %v, linked back %v, events %v", first, back, span.Events)
			}
		}
	})
}

func TestASweepThatFindsNothingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		spans := testkit.NewSpans(t)
		w = w.replica(func(o *engine.Options) { o.Traces = spans.Provider })
		w.sweep()
		if n := len(spans.All()); n > 0 {
			t.Fatalf("%d spans", n)
		}
		task, _ := w.leased(engine.CreateTask{})
		w.expire()
		want := "sweep\n  commit batch\n    lock and read\n    write and commit\n"
		if got := spans.Tree(oteltrace.SpanID{}); got != want {
			t.Errorf("spans:\n%swant:\n%s", got, want)
		}
		ledger := w.ledger(task.ID)
		if last := ledger[len(ledger)-1]; last.TraceID != spans.Await("sweep").SpanContext.TraceID().String() {
			t.Errorf("the receipt %s is of trace %q", last.Type, last.TraceID)
		}
	})
}
