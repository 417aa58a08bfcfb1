package feed_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestTaskEnded(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		ended, unrelated := b.result(agent), b.result(agent)
		bell, stop := b.hub.TaskEnded(b.tenant, ended.TaskID)
		defer stop()
		rung(t, bell) // once it is known where the ledger stands: what was missed before is to be looked for
		progress := b.receipt(models.TaskProgressed, agent)
		progress.TaskID = ended.TaskID
		marker, stopMarker := b.hub.TaskEnded(b.tenant, unrelated.TaskID)
		defer stopMarker()
		b.commit(t, progress, unrelated)
		rung(t, marker)
		select {
		case <-bell:
			t.Error("it rang although the task goes on")
		default:
		}
		b.commitElsewhere(t, ended)
		if err := b.hub.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		rung(t, bell)
		stop()
		stop()
		stopMarker()
		if tenants, _ := b.hub.Followed(); tenants != 0 {
			t.Errorf("%d tenants are still followed", tenants)
		}
	})
}

// TestTaskEndedMissesNothing commits between the listening and the first read of the position.
func TestTaskEndedMissesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		reached, open := b.tap.gate("Head")
		r := b.result(agent)
		bell, stop := b.hub.TaskEnded(b.tenant, r.TaskID)
		defer stop()
		<-reached
		b.commit(t, r)
		close(open)
		rung(t, bell)
	})
}

func rung(t *testing.T, bell <-chan struct{}) {
	t.Helper()
	select {
	case <-bell:
	case <-time.After(patience):
		t.Fatal("the bell did not ring")
	}
}

func TestCloseDrains(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		idle := b.results(t, feed.ResultReady{})
		unread := b.receipts(t, store.ReceiptFilter{}, nil)
		tasks := b.available(t, nil, nil)
		leases, err := listenToLeases(t.Context(), b.hub, b.tenant, worker)
		if err != nil {
			t.Fatal(err)
		}
		_, stop := b.hub.TaskEnded(b.tenant, uuid.New())
		pending := b.commit(t, b.result(other), b.result(other))
		want(t, unread, pending[0]) // the second waits to be taken
		ran := make(chan error, 1)
		go func() { ran <- b.hub.Run(t.Context()) }()
		b.hub.Close()
		b.hub.Close()
		if err := <-ran; err != nil {
			t.Errorf("Run returned %v", err)
		}
		wantCode(t, end(t, idle), models.CodeUnavailable)
		wantCode(t, end(t, unread), models.CodeUnavailable)
		wantCode(t, end(t, tasks), models.CodeUnavailable)
		wantCode(t, end(t, leases), models.CodeUnavailable)
		_, err = listenToResults(t.Context(), b.hub, b.tenant, feed.ResultReady{Principal: agent})
		wantCode(t, err, models.CodeUnavailable)
		_, err = listenToTasks(t.Context(), b.hub, b.tenant, nil, nil)
		wantCode(t, err, models.CodeUnavailable)
		b.hub.Committed(b.tenant, b.commitElsewhere(t, b.result(agent)))
		stop()
		if tenants, _ := b.hub.Followed(); tenants != 0 {
			t.Errorf("%d tenants are still followed", tenants)
		}
		resumed, err := listenToReceipts(t.Context(), b.newHub(t, feed.Options{}), b.tenant, store.ReceiptFilter{}, b.cursor(pending[0].Seq))
		if err != nil {
			t.Fatal(err)
		}
		want(t, resumed, pending[1])
	})
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{PollInterval: time.Millisecond}, func(t *testing.T, b *bundle) {
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- b.hub.Run(ctx) }()
		s := b.results(t, feed.ResultReady{})
		want(t, s, b.commitElsewhere(t, b.result(agent))...)
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("Run returned %v", err)
		}
		want(t, s, b.commit(t, b.result(agent))...) // streams outlive it
	})
}

func TestManySubscribers(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		const subscribers = 1000
		streams := make([]*listener[feed.Event], subscribers)
		to := make([]models.Principal, subscribers)
		var done sync.WaitGroup
		for i := range streams {
			to[i] = models.Principal{Kind: models.KindAgent, ID: fmt.Sprint("agent-", i)}
			done.Go(func() { streams[i] = b.results(t, feed.ResultReady{Principal: to[i]}) })
		}
		done.Wait()
		receipts := make([]*models.Receipt, subscribers)
		for i := range receipts {
			receipts[i] = b.result(to[i])
		}
		for part := range 10 {
			b.commit(t, receipts[part*100:(part+1)*100]...)
		}
		for i, s := range streams {
			want(t, s, receipts[i])
		}
	})
}

// TestStartStopStress subscribes and leaves in every way, all the time, while commits go on and until the hub is closed.
func TestStartStopStress(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{Buffer: 4, ReplayPage: 2, PollInterval: time.Millisecond}, func(t *testing.T, b *bundle) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var running sync.WaitGroup
		running.Go(func() { _ = b.hub.Run(ctx) })
		stopped := make(chan struct{})
		for i := range 10 {
			running.Go(func() {
				for {
					select {
					case <-stopped:
						return
					default:
					}
					comeAndGo(ctx, b, i%5)
				}
			})
		}
		for range 30 {
			b.commit(t, b.result(agent), b.receipt(models.TaskAssigned, agent))
			b.commitElsewhere(t, b.result(agent))
		}
		b.hub.Close()
		close(stopped)
		cancel()
		running.Wait()
		if tenants, _ := b.hub.Followed(); tenants != 0 {
			t.Errorf("%d tenants are still followed", tenants)
		}
	})
}

// comeAndGo subscribes in one of the ways, reads for a while or not at all, and leaves.
func comeAndGo(parent context.Context, b *bundle, way int) {
	ctx, leave := context.WithTimeout(parent, time.Duration(rand.IntN(20000))*time.Microsecond)
	defer leave()
	start := models.LedgerStart
	switch way {
	case 0:
		if s, err := listenToResults(ctx, b.hub, b.tenant, feed.ResultReady{Principal: agent, After: &start, Unacknowledged: true}); err == nil {
			drain(s, rand.IntN(10))
		}
	case 1:
		if s, err := listenToReceipts(ctx, b.hub, b.tenant, store.ReceiptFilter{}, nil); err == nil {
			drain(s, rand.IntN(10))
		}
	case 2:
		if s, err := listenToLeases(ctx, b.hub, b.tenant, worker); err == nil {
			drain(s, 1)
		}
	case 3:
		if s, err := listenToTasks(ctx, b.hub, b.tenant, nil, nil); err == nil {
			drain(s, 1)
		}
	default:
		bell, stop := b.hub.TaskEnded(b.tenant, uuid.New())
		select {
		case <-bell:
		case <-ctx.Done():
		}
		stop()
	}
}

// drain takes up to n events, and leaves the rest unread.
func drain[E any](s *listener[E], n int) {
	defer s.stream.Close()
	for ; n > 0; n-- {
		if _, err := s.take(); err != nil {
			return
		}
	}
}
