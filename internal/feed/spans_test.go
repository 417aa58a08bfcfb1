package feed_test

import (
	"testing"

	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/testkit"
)

// Only what is read because others committed it is a trace: neither what was handed over nor what finds nothing.
func TestSpanOfAFollowersRead(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		spans := testkit.NewSpans(t)
		b.hub = b.newHub(t, feed.Options{Traces: spans.Provider})
		s := b.results(t, feed.ResultReady{})
		one := b.commit(t, b.result(agent))
		want(t, s, one...)
		if err := b.hub.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := spans.Tree(oteltrace.SpanID{}); got != "" {
			t.Errorf("spans:\n%s", got)
		}
		two := b.commitElsewhere(t, b.result(agent), b.result(other))
		if err := b.hub.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		want(t, s, two[0])
		spans.Await("follow ledger")
		if got, want := spans.Tree(oteltrace.SpanID{}), "follow ledger\n  SELECT receipts\n"; got != want {
			t.Errorf("spans:\n%swant:\n%s", got, want)
		}
	})
}
