package feed_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestResultReady(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		old := b.commit(t, b.result(agent), b.receipt(models.TaskStarted, agent), b.result(other), b.result(agent))
		fromHead := b.results(t, feed.ResultReady{})
		fromStart := b.results(t, feed.ResultReady{After: b.cursor(0)})
		fromFirst := b.results(t, feed.ResultReady{After: b.cursor(1)})
		live := b.commit(t, b.result(agent), b.result(other), b.result(agent))
		want(t, fromHead, live[0], live[2])
		want(t, fromStart, old[0], old[3], live[0], live[2])
		want(t, fromFirst, old[3], live[0], live[2])
	})
}

func TestUnacknowledgedResultsComeFirst(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{ReplayPage: 2}, func(t *testing.T, b *bundle) {
		results := b.commit(t, b.result(agent), b.result(agent), b.result(other), b.result(agent), b.result(agent), b.result(agent))
		ack := b.receipt(models.ReceiptAcknowledged, models.ServerPrincipal)
		ack.Parents = []uuid.UUID{results[1].ID}
		b.commitWrites(t, &store.Writes{
			Receipts: []*models.Receipt{ack}, Acknowledged: map[uuid.UUID]*models.Receipt{ack.ID: results[1]},
		})
		fromHead := b.results(t, feed.ResultReady{Unacknowledged: true})
		fromFourth := b.results(t, feed.ResultReady{Unacknowledged: true, After: b.cursor(4)})
		live := b.commit(t, b.result(agent))
		want(t, fromHead, results[0], results[3], results[4], results[5], live[0])
		want(t, fromFourth, results[0], results[3], results[4], results[5], live[0])
	})
}

func TestUnacknowledgedResultsStartAtTheSameHead(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		old := b.commit(t, b.result(agent))
		reached, open := b.tap.gate("Unacknowledged")
		s := b.results(t, feed.ResultReady{Unacknowledged: true})
		first := make(chan feed.Event)
		go func() {
			e, _ := s.take()
			first <- e
		}()
		<-reached
		live := b.commit(t, b.result(agent))
		close(open)
		if e := <-first; e.Receipt == nil || e.Receipt.ID != old[0].ID {
			t.Errorf("first %v", e.Receipt)
		}
		want(t, s, live[0])
	})
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		all := b.receipts(t, store.ReceiptFilter{}, nil)
		progress := b.receipts(t, store.ReceiptFilter{Types: []models.ReceiptType{models.TaskProgressed}, To: &other}, nil)
		one := b.commit(t, b.receipt(models.TaskProgressed, agent), b.receipt(models.TaskProgressed, other), b.result(other))
		two := b.commit(t, b.receipt(models.TaskProgressed, other))
		ofTask := b.receipts(t, store.ReceiptFilter{TaskID: &one[2].TaskID}, b.cursor(0))
		want(t, all, append(one, two...)...)
		want(t, progress, one[1], two[0])
		want(t, ofTask, one[2])
	})
}

func TestWhatIsDeliveredFromMemoryIsWhatIsStored(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		fromMemory := b.receipts(t, store.ReceiptFilter{}, nil)
		want(t, fromMemory, b.commit(t, b.result(agent))...) // now the follower is there
		before := b.tap.count("Follow")
		b.commit(t, b.result(agent))
		live := next(t, fromMemory).Receipt
		if n := b.tap.count("Follow") - before; n != 0 {
			t.Errorf("the ledger was read %d times for what the bell had brought", n)
		}
		stored, err := b.store.Tenant(b.tenant).ReceiptsByID(t.Context(), []uuid.UUID{live.ID})
		if err != nil {
			t.Fatal(err)
		}
		if !live.CreatedAt.Equal(stored[live.ID].CreatedAt) {
			t.Errorf("created at %s, stored %s", live.CreatedAt, stored[live.ID].CreatedAt)
		}
		live.CreatedAt = stored[live.ID].CreatedAt // but for the location
		if !reflect.DeepEqual(live, stored[live.ID]) {
			t.Errorf("delivered %+v, stored %+v", live, stored[live.ID])
		}
	})
}

func TestCursorsThatAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		b.commit(t, b.result(agent))
		for name, cursor := range map[string]string{
			"Malformed":  "nonsense",
			"Foreign":    models.LedgerCursor(uuid.New(), 1),
			"BeyondHead": *b.cursor(2),
			"OtherKind":  models.TaskCursor(&models.Task{TenantID: b.tenant}),
		} {
			_, err := listenToResults(t.Context(), b.hub, b.tenant, feed.ResultReady{Principal: agent, After: &cursor})
			if models.CodeOf(err) != models.CodeBadUserInput {
				t.Errorf("%s: ResultReady returned %v", name, err)
			}
			_, err = listenToReceipts(t.Context(), b.hub, b.tenant, store.ReceiptFilter{}, &cursor)
			if models.CodeOf(err) != models.CodeBadUserInput {
				t.Errorf("%s: Receipts returned %v", name, err)
			}
		}
		_, err := listenToResults(t.Context(), b.hub, b.tenant, feed.ResultReady{Principal: models.Principal{Kind: "robot", ID: "x"}})
		wantCode(t, err, models.CodeBadUserInput)
		if tenants, _ := b.hub.Followed(); tenants != 0 {
			t.Errorf("%d tenants are still followed", tenants)
		}
	})
}

func TestTenantsDoNotMix(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		stranger := &bundle{store: b.store, hub: b.hub, tap: b.tap, tenant: uuid.New()}
		mine := b.receipts(t, store.ReceiptFilter{}, nil)
		theirs := stranger.receipts(t, store.ReceiptFilter{}, nil)
		a, z := b.commit(t, b.result(agent)), stranger.commit(t, stranger.result(agent))
		c := b.commit(t, b.result(agent))
		want(t, mine, a[0], c[0])
		want(t, theirs, z[0])
	})
}

func TestStreamEndsWithItsContext(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		ctx, cancel := context.WithCancel(t.Context())
		s, err := listenToResults(ctx, b.hub, b.tenant, feed.ResultReady{Principal: agent})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := end(t, s); !errors.Is(err, context.Canceled) {
			t.Errorf("the stream ended with %v", err)
		}
		ctx, revoke := context.WithCancelCause(t.Context())
		if s, err = listenToResults(ctx, b.hub, b.tenant, feed.ResultReady{Principal: agent}); err != nil {
			t.Fatal(err)
		}
		revoke(models.Errorf(models.CodeUnauthenticated, "revoked"))
		wantCode(t, end(t, s), models.CodeUnauthenticated)
		if tenants, _ := b.hub.Followed(); tenants != 0 {
			t.Errorf("%d tenants are still followed", tenants)
		}
	})
}
