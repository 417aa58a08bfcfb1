package feed_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// TestWhatCommitsBetweenHistoryAndLiveArrivesOnce holds each read of a subscription while something commits.
func TestWhatCommitsBetweenHistoryAndLiveArrivesOnce(t *testing.T) {
	t.Parallel()
	for _, gate := range []string{"Head", "Replay"} {
		t.Run(gate, func(t *testing.T) {
			t.Parallel()
			onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
				before := b.commit(t, b.result(agent), b.result(agent))
				reached, open := b.tap.gate(gate)
				var s *listener[feed.Event]
				heard := make(chan struct{})
				go func() {
					defer close(heard)
					s = b.results(t, feed.ResultReady{After: b.cursor(1)})
					want(t, s, before[1])
				}()
				<-reached
				between := b.commit(t, b.result(agent), b.result(other), b.result(agent))
				close(open)
				<-heard
				after := b.commit(t, b.result(agent))
				want(t, s, between[0], between[2], after[0])
			})
		})
	}
}

// TestOrderUnderConcurrentCommits follows while several replicas commit at once, with windows too small for it.
func TestOrderUnderConcurrentCommits(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{Buffer: 8, ReplayPage: 5, PollInterval: 10 * time.Millisecond}, func(t *testing.T, b *bundle) {
		const writers, commits = 6, 15
		var hubs []*feed.Hub
		var running sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		for range 3 {
			hub := b.newHub(t, feed.Options{Buffer: 8, ReplayPage: 5, PollInterval: 10 * time.Millisecond})
			hubs = append(hubs, hub)
			running.Go(func() { _ = hub.Run(ctx) })
		}
		var mu sync.Mutex
		written := map[int64]*models.Receipt{}
		var wrote sync.WaitGroup
		for i := range writers {
			wrote.Go(func() {
				for range commits {
					batch := make([]*models.Receipt, 1+rand.IntN(4))
					for j := range batch {
						batch[j] = b.result([]models.Principal{agent, other}[rand.IntN(2)])
					}
					b.commitElsewhere(t, batch...)
					// Bells ring late and out of order; the third replica hears none.
					if i%3 != 2 {
						hubs[i%3].Committed(b.tenant, batch)
					}
					mu.Lock()
					for _, r := range batch {
						written[r.Seq] = r
					}
					mu.Unlock()
				}
			})
		}
		// Streams begin at different times, all at the ledger's start.
		var followed sync.WaitGroup
		got := make([][]feed.Event, 4*len(hubs))
		finished := make(chan struct{})
		for i := range got {
			followed.Go(func() { got[i] = collect(t, b, hubs[i%len(hubs)], i, finished) })
		}
		wrote.Wait()
		close(finished)
		followed.Wait()
		for i, events := range got {
			seq := int64(0)
			for _, e := range events {
				for seq++; i%2 == 1 && written[seq].To != agent; seq++ {
				}
				if e.Receipt.Seq != seq || e.Receipt.ID != written[seq].ID {
					t.Fatalf("stream %d: receipt %d came where %d was due", i, e.Receipt.Seq, seq)
				}
			}
			for seq++; i%2 == 1 && seq <= int64(len(written)) && written[seq].To != agent; seq++ {
			}
			if seq != int64(len(written))+1 {
				t.Errorf("stream %d ended before %d of %d", i, seq, len(written))
			}
		}
		stop()
		running.Wait()
	})
}

// collect follows the whole ledger (odd i: the agent's results) until all that is written has come.
func collect(t *testing.T, b *bundle, hub *feed.Hub, i int, finished <-chan struct{}) []feed.Event {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var s *listener[feed.Event]
	var err error
	if i%2 == 1 {
		s, err = listenToResults(ctx, hub, b.tenant, feed.ResultReady{Principal: agent, After: b.cursor(0)})
	} else {
		s, err = listenToReceipts(ctx, hub, b.tenant, store.ReceiptFilter{}, b.cursor(0))
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	var events []feed.Event
	last := int64(-1) // the position to wait for, once all is written
	for last < 0 || len(events) == 0 || events[len(events)-1].Receipt.Seq < last {
		e, ok, err := s.stream.Next(ctx)
		if err != nil {
			t.Errorf("stream %d ended: %v", i, err)
			return events
		}
		if ok {
			events = append(events, e)
			continue
		}
		select {
		case <-s.bell:
		case <-finished:
			finished = nil
			last = lastOf(t, b, i)
		case <-time.After(patience):
			t.Errorf("stream %d stopped", i)
			return events
		}
	}
	return events
}

// lastOf returns the position of the last receipt that stream i of the test above gets.
func lastOf(t *testing.T, b *bundle, i int) int64 {
	one := 1
	filter := store.ReceiptFilter{}
	if i%2 == 1 {
		filter.To = &agent
	}
	page, err := b.store.Tenant(b.tenant).Receipts(t.Context(), filter, store.LedgerPageArgs{Last: &one})
	if err != nil || len(page.Nodes) == 0 {
		t.Error("no last receipt", err)
		return 0
	}
	return page.Nodes[0].Seq
}

func TestCommitsOfAnotherReplicaAreFoundByThePoll(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		s := b.results(t, feed.ResultReady{})
		one := b.commitElsewhere(t, b.result(agent))
		two := b.commit(t, b.result(agent)) // behind a gap
		three := b.commitElsewhere(t, b.result(agent), b.result(other))
		if err := b.hub.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		want(t, s, one[0], two[0], three[0])
		four := b.commitElsewhere(t, b.result(agent))
		b.hub.Committed(b.tenant, nil) // a doorbell without a parcel
		want(t, s, four[0])
	})
}

func TestOneReaderForAllSubscribers(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		var streams []*listener[feed.Event]
		for range 20 {
			streams = append(streams, b.receipts(t, store.ReceiptFilter{Types: []models.ReceiptType{models.TaskResultReady}}, nil))
		}
		for _, r := range b.commit(t, b.result(agent)) { // now the follower is there
			for _, s := range streams {
				want(t, s, r)
			}
		}
		follows, replays := b.tap.count("Follow"), b.tap.count("Replay")
		receipts := b.commitElsewhere(t, b.result(agent), b.result(agent))
		b.hub.Committed(b.tenant, nil)
		for _, s := range streams {
			want(t, s, receipts...)
		}
		if n := b.tap.count("Follow") - follows; n != 1 {
			t.Errorf("the ledger was followed by %d statements, want 1", n)
		}
		if n := b.tap.count("Replay") - replays; n != 0 {
			t.Errorf("streams read the ledger %d times", n)
		}
	})
}

func TestWhatDoesNotMatchCostsNoStatement(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{Buffer: 4}, func(t *testing.T, b *bundle) {
		s := b.results(t, feed.ResultReady{})
		want(t, s, b.commit(t, b.result(agent))...)
		s.wantNothing(t) // as a reader does before it waits
		replays := b.tap.count("Replay")
		for range 30 {
			b.commit(t, b.result(other), b.receipt(models.TaskProgressed, agent))
		}
		want(t, s, b.commit(t, b.result(agent))...)
		if n := b.tap.count("Replay") - replays; n != 0 {
			t.Errorf("the stream read the ledger %d times to pass what doesn't concern it", n)
		}
	})
}

func TestQuietTenantHoldsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		ctx, leave := context.WithCancel(t.Context())
		s, err := listenToReceipts(ctx, b.hub, b.tenant, store.ReceiptFilter{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		want(t, s, b.commit(t, b.result(agent))...) // perhaps before the follower was there
		want(t, s, b.commit(t, b.result(agent), b.result(agent))...)
		eventually(t, "the receipts that all have read are let go", func() bool {
			if err := b.hub.Poll(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, receipts := b.hub.Followed()
			return receipts == 0
		})
		want(t, s, b.commit(t, b.result(agent))...)
		leave()
		if err := end(t, s); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if tenants, _ := b.hub.Followed(); tenants != 0 {
			t.Errorf("%d tenants are followed for nobody", tenants)
		}
	})
}

func TestFollowingSurvivesTheDatabase(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{PollInterval: time.Millisecond}, func(t *testing.T, b *bundle) {
		s := b.results(t, feed.ResultReady{})
		want(t, s, b.commit(t, b.result(agent))...)
		gone := errors.New("the database is gone")
		refused := make(chan struct{})
		var once sync.Once
		b.tap.intercept(func(context.Context, string) error {
			once.Do(func() { close(refused) })
			return gone
		})
		missed := b.commitElsewhere(t, b.result(agent))
		b.hub.Committed(b.tenant, nil)
		<-refused
		if err := b.hub.Poll(t.Context()); !errors.Is(err, gone) {
			t.Errorf("the poll returned %v", err)
		}
		if !b.hub.LastPoll().IsZero() {
			t.Error("a poll that failed counts as the last one")
		}
		if _, err := listenToResults(t.Context(), b.hub, b.tenant, feed.ResultReady{Principal: agent}); !errors.Is(err, gone) {
			t.Errorf("a subscription returned %v", err)
		}
		b.tap.intercept(nil)
		want(t, s, missed...)
		if err := b.hub.Poll(t.Context()); err != nil || b.hub.LastPoll().IsZero() {
			t.Errorf("the poll returned %v, last at %s", err, b.hub.LastPoll())
		}
	})
}
