package feed_test

import (
	"testing"
	"time"

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

func TestReaderThatDoesNotReadIsClosedAndResumes(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{Buffer: 4, ReplayPage: 3, SlowTimeout: 50 * time.Millisecond}, func(t *testing.T, b *bundle) {
		s := b.results(t, feed.ResultReady{})
		var all []*models.Receipt
		for range 10 {
			all = append(all, b.commit(t, b.result(agent))...)
		}
		// The reader takes nothing, so the end shows only in Err: its channel has nothing but the end to give.
		eventually(t, "the stream is closed", func() bool { return s.Err() != nil })
		wantCode(t, s.Err(), models.CodeSubscriberTooSlow)
		wantCode(t, end(t, s), models.CodeSubscriberTooSlow)
		want(t, b.results(t, feed.ResultReady{After: b.cursor(0)}), all...)
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
