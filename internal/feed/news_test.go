package feed_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
)

// wire is the news between the hubs of a test.
type wire struct {
	announced chan position
	heard     func(uuid.UUID, int64)
	missed    func()
	running   chan struct{} // closed when Run was called
}

type position struct {
	tenant uuid.UUID
	seq    int64
}

func newWire() *wire {
	return &wire{announced: make(chan position, 10), running: make(chan struct{})}
}

func (w *wire) Announce(tenant uuid.UUID, seq int64) { w.announced <- position{tenant, seq} }

var errWireCut = errors.New("the wire is cut")

func (w *wire) Run(ctx context.Context, heard func(uuid.UUID, int64), missed func()) error {
	w.heard, w.missed = heard, missed
	close(w.running)
	<-ctx.Done()
	return errWireCut
}

func TestNewsOfOtherServers(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		w := newWire()
		hub := b.newHub(t, feed.Options{News: w, PollInterval: time.Hour})
		ran := make(chan error, 1)
		ctx, stop := context.WithCancel(t.Context())
		go func() { ran <- hub.Run(ctx) }()
		rung(t, w.running)
		s, err := listenToResults(t.Context(), hub, b.tenant, feed.ResultReady{Principal: agent})
		if err != nil {
			t.Fatal(err)
		}
		one := b.commitElsewhere(t, b.result(agent), b.result(agent))
		w.heard(b.tenant, one[1].Seq)
		w.heard(uuid.New(), 7) // a tenant that nobody follows here
		want(t, s, one...)
		two := b.commitElsewhere(t, b.result(agent))
		w.missed()
		want(t, s, two...)

		if len(w.announced) != 0 {
			t.Error("what others committed was announced")
		}
		three := b.commitElsewhere(t, b.result(agent), b.result(agent))
		hub.Committed(b.tenant, three)
		want(t, s, three...)
		if got := <-w.announced; got != (position{b.tenant, three[1].Seq}) {
			t.Errorf("announced %v, want position %d", got, three[1].Seq)
		}
		hub.Close()
		hub.Committed(b.tenant, three) // by an operation that was still running
		if got := <-w.announced; got != (position{b.tenant, three[1].Seq}) {
			t.Errorf("announced %v, want position %d", got, three[1].Seq)
		}
		stop()
		if err := <-ran; !errors.Is(err, errWireCut) {
			t.Errorf("Run returned %v", err)
		}
	})
}
