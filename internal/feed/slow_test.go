package feed_test

import (
	"testing"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestSlowReaderIsServedFromTheLedger(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{Buffer: 4, ReplayPage: 3}, func(t *testing.T, b *bundle) {
		s := b.results(t, feed.ResultReady{})
		var all []*models.Receipt
		for range 20 {
			all = append(all, b.commit(t, b.result(agent), b.result(other))[0])
		}
		want(t, s, all...)
		if b.tap.count("Replay") == 0 {
			t.Error("the ledger was not read, so what was held was not bounded")
		}
		// It has caught up: what comes now is delivered from memory again.
		last := b.commit(t, b.result(agent))
		want(t, s, last...)
		replays := b.tap.count("Replay")
		want(t, s, b.commit(t, b.result(agent))...)
		if n := b.tap.count("Replay") - replays; n != 0 {
			t.Errorf("a reader that has caught up costs %d statements", n)
		}
	})
}

func TestReaderThatDoesNotReadHoldsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{Buffer: 4, ReplayPage: 3}, func(t *testing.T, b *bundle) {
		s := b.results(t, feed.ResultReady{})
		var all []*models.Receipt
		for range 10 {
			all = append(all, b.commit(t, b.result(agent))...)
		}
		quick := b.receipts(t, store.ReceiptFilter{}, b.cursor(9))
		want(t, quick, all[9]) // all have been shown to who waits
		if reads := b.tap.count("Replay"); reads > 0 {
			t.Errorf("%d pages were read for who takes nothing", reads)
		}
		if _, receipts := b.hub.Followed(); receipts > 4 {
			t.Errorf("%d receipts are in memory", receipts)
		}
		want(t, s, all...)
	})
}

func TestSlowReaderHoldsUpNobody(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{Buffer: 4}, func(t *testing.T, b *bundle) {
		slow := b.receipts(t, store.ReceiptFilter{}, nil)
		quick := b.receipts(t, store.ReceiptFilter{}, nil)
		var all []*models.Receipt
		for range 20 {
			one := b.commit(t, b.result(agent))
			want(t, quick, one...)
			all = append(all, one...)
		}
		want(t, slow, all...)
	})
}
