package feed_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
)

// TestStreamsThatBeginTogetherShareTheReadOfTheHead holds the first read: all who come meanwhile share the second one.
func TestStreamsThatBeginTogetherShareTheReadOfTheHead(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		want(t, b.results(t, feed.ResultReady{After: b.cursor(0)}), b.commit(t, b.result(agent))...) // the follower has read its own
		before := b.tap.count("Head")
		reached, open := b.tap.gate("Head")
		streams := make([]*listener[feed.Event], 100)
		var begun sync.WaitGroup
		subscribe := func(i int) { begun.Go(func() { streams[i] = b.results(t, feed.ResultReady{}) }) }
		subscribe(0)
		<-reached
		for i := range 99 {
			subscribe(i + 1)
		}
		eventually(t, "all have come", func() bool { return b.hub.Beginning(b.tenant) == 99 })
		missed := b.commit(t, b.result(agent)) // behind the read that is held, before the one that is shared
		close(open)
		begun.Wait()
		if n := b.tap.count("Head") - before; n != 2 {
			t.Errorf("%d reads of the head, want 2", n)
		}
		live := b.commit(t, b.result(agent))
		want(t, streams[0], append(missed, live...)...)
		for _, s := range streams[1:] {
			want(t, s, live...)
		}
	})
}

// TestHeadIsReadForOthersThoughTheFirstLeaves ends the context of the stream whose read all share.
func TestHeadIsReadForOthersThoughTheFirstLeaves(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		reached, open := b.tap.gate("Head")
		held := make(chan struct{})
		go func() {
			defer close(held)
			b.results(t, feed.ResultReady{})
		}()
		<-reached
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := listenToResults(ctx, b.hub, b.tenant, feed.ResultReady{Principal: agent})
			left <- err
		}()
		eventually(t, "it has come", func() bool { return b.hub.Beginning(b.tenant) == 1 })
		second := make(chan *listener[feed.Event], 1)
		go func() { second <- b.results(t, feed.ResultReady{}) }()
		eventually(t, "another has", func() bool { return b.hub.Beginning(b.tenant) == 2 })
		leave()
		close(open)
		<-held
		if err := <-left; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		want(t, <-second, b.commit(t, b.result(agent))...)
	})
}

// TestReadsOfStreamsWaitForTheirTurn begins more streams with a past than there are places, while all places are taken.
func TestReadsOfStreamsWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		const streams = 50
		to := make([]models.Principal, streams)
		var past []*models.Receipt
		for i := range to {
			to[i] = models.Principal{Kind: models.KindAgent, ID: fmt.Sprint("agent-", i)}
			past = append(past, b.result(to[i]))
		}
		b.commit(t, past...)
		var mu sync.Mutex
		reading, most := 0, 0
		open := make(chan struct{})
		b.tap.intercept(func(_ context.Context, read string) error {
			if read != "Unacknowledged" {
				return nil
			}
			mu.Lock()
			reading++
			most = max(most, reading)
			mu.Unlock()
			<-open
			mu.Lock()
			reading--
			mu.Unlock()
			return nil
		})
		var heard sync.WaitGroup
		for i, p := range to {
			heard.Go(func() { want(t, b.results(t, feed.ResultReady{Principal: p, Unacknowledged: true}), past[i]) })
		}
		eventually(t, "all places are taken", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return reading == feed.DeskPlaces
		})
		close(open)
		heard.Wait()
		if most != feed.DeskPlaces {
			t.Errorf("%d streams read at a time, want %d", most, feed.DeskPlaces)
		}
	})
}
