package feed_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
)

// claimant is a worker that waits for work in a goroutine of its own.
type claimant struct {
	wait func(context.Context) error
	// leave stops waiting, with these tasks taken; it may be called once.
	leave func(taken ...uuid.UUID)
	// awoken tells how each wait ended.
	awoken chan error
	cancel context.CancelCauseFunc
	ctx    context.Context
}

// work makes a claimant that has looked already and found nothing.
func (b *bundle) work(t *testing.T, types, capabilities []string) *claimant {
	t.Helper()
	wait, stop := b.hub.Work(b.tenant, types, capabilities)
	c := &claimant{wait: wait, awoken: make(chan error, 1)}
	c.ctx, c.cancel = context.WithCancelCause(t.Context())
	var once sync.Once
	c.leave = func(taken ...uuid.UUID) { once.Do(func() { stop(taken) }) }
	t.Cleanup(func() { c.leave() })
	return c
}

// stand lets the claimant wait, and returns when it stands in line. A wait that ends because it came before the feed was
// ready is waited again.
func (b *bundle) stand(t *testing.T, c *claimant) {
	t.Helper()
	n := b.hub.InLine(b.tenant)
	go func() { c.awoken <- c.wait(c.ctx) }()
	eventually(t, "the worker stands in line", func() bool {
		select {
		case err := <-c.awoken:
			if err != nil {
				t.Fatal(err)
			}
			go func() { c.awoken <- c.wait(c.ctx) }()
		default:
		}
		return b.hub.InLine(b.tenant) == n+1
	})
}

func (b *bundle) inLine(t *testing.T, types, capabilities []string) *claimant {
	t.Helper()
	c := b.work(t, types, capabilities)
	b.stand(t, c)
	return c
}

func awoken(t *testing.T, c *claimant) error {
	t.Helper()
	select {
	case err := <-c.awoken:
		return err
	case <-time.After(patience):
		t.Fatal("the worker was not woken")
	}
	panic("unreachable")
}

func mustWake(t *testing.T, c *claimant) {
	t.Helper()
	if err := awoken(t, c); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) wantInLine(t *testing.T, n int) {
	t.Helper()
	if got := b.hub.InLine(b.tenant); got != n {
		t.Errorf("%d workers stand in line, want %d", got, n)
	}
}

func TestWorkWakesWhoHasWaitedLongest(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		unable := b.inLine(t, nil, nil)
		first := b.inLine(t, []string{"a", "b"}, []string{"gpu", "net"})
		wrongType := b.inLine(t, []string{"c"}, []string{"gpu"})
		second := b.inLine(t, []string{"b"}, []string{"gpu"})
		third := b.inLine(t, []string{"b", "a", "b"}, []string{"net", "gpu"})
		for _, c := range []*claimant{first, second, third} {
			task := b.create(t, "b", []string{"gpu"}, 0)
			mustWake(t, c)
			b.claim(t, task, worker)
			c.leave(task.ID)
		}
		b.wantInLine(t, 2)
		b.create(t, "c", nil, 0)
		mustWake(t, unable)
		b.create(t, "c", nil, 0)
		mustWake(t, wrongType)
		b.wantInLine(t, 0)
	})
}

func TestWorkWakesForWhatComesBackAndBecomesDue(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		c := b.inLine(t, nil, nil)
		task := b.create(t, "t", nil, 50*time.Millisecond)
		mustWake(t, c)
		if time.Now().Before(*task.NextEligibleAt) {
			t.Error("woken too early")
		}
		lease := b.claim(t, task, worker)
		b.stand(t, c)
		b.end(t, task, lease, models.LeaseReleased, models.LeaseReleasedType, models.StatusQueued, 0)
		mustWake(t, c)
	})
}

// A thousand workers that wait cost nothing while nothing happens, and one statement, and one worker's look, for a new task.
func TestWorkOfAThousand(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		const workers = 1000
		woken := make(chan struct{}, 2*workers)
		ctx, leave := context.WithCancel(t.Context())
		var group sync.WaitGroup
		b.inLine(t, []string{"other"}, nil) // keeps the feed at work
		for range workers {
			group.Go(func() {
				wait, stop := b.hub.Work(b.tenant, []string{"t"}, nil)
				defer stop(nil)
				for wait(ctx) == nil {
					woken <- struct{}{}
				}
			})
		}
		eventually(t, "all stand in line", func() bool { return b.hub.InLine(b.tenant) == workers+1 })
		for len(woken) > 0 {
			<-woken
		}
		reads := b.tap.total()
		task := b.create(t, "t", nil, 0)
		rung(t, woken)
		b.claim(t, task, worker)
		eventually(t, "it stands in line again", func() bool { return b.hub.InLine(b.tenant) == workers+1 })
		if n := b.tap.total() - reads; n != 1 || len(woken) != 0 {
			t.Errorf("a task cost %d statements and woke %d workers too many", n, len(woken))
		}
		leave()
		group.Wait()
	})
}

func TestWorkIsPassedOn(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(c *claimant){
		"by one who leaves":          func(c *claimant) { c.leave() },
		"by one who took another":    func(c *claimant) { c.leave(uuid.New()) },
		"by one whose time was over": func(c *claimant) { c.cancel(errors.New("the time is over")); c.leave() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
				first, second := b.inLine(t, nil, nil), b.inLine(t, nil, nil)
				task := b.create(t, "t", nil, 0)
				mustWake(t, first)
				b.wantInLine(t, 1)
				leave(first)
				mustWake(t, second)
				third := b.inLine(t, nil, nil)
				queued := b.tap.count("Queued")
				b.claim(t, task, worker)
				second.leave(task.ID)
				b.create(t, "t", nil, 0)
				mustWake(t, third)
				if n := b.tap.count("Queued") - queued; n != 1 {
					t.Errorf("what was taken was looked at again: %d statements", n)
				}
			})
		})
	}
}

// A task that nobody in line can take makes those look again who were busy when it came.
func TestWorkWhileBusy(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		probe := b.available(t, nil, nil)
		busy := b.work(t, nil, nil)
		b.stand(t, busy)
		b.create(t, "a", nil, 0)
		mustWake(t, busy) // and is about to look
		b.create(t, "b", nil, 0)
		for next(t, probe) != "b" { // which waits until it has been offered
		}
		if err := busy.wait(busy.ctx); err != nil {
			t.Fatal(err)
		}
		b.stand(t, busy)
	})
}

// TestWorkMissesNothing commits between the worker's look and the feed's first.
func TestWorkMissesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		reached, open := b.tap.gate("Head")
		c := b.work(t, nil, nil)
		<-reached
		b.create(t, "t", nil, 0)
		close(open)
		if err := c.wait(c.ctx); err != nil {
			t.Fatal(err)
		}
		b.stand(t, c) // one look was enough: the task was there to be seen
	})
}

func TestWorkEnds(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		impatient, other := b.inLine(t, nil, nil), b.inLine(t, nil, nil)
		cause := errors.New("the time is over")
		impatient.cancel(cause)
		if err := awoken(t, impatient); !errors.Is(err, cause) {
			t.Errorf("the wait returned %v", err)
		}
		b.wantInLine(t, 1)
		b.hub.Close()
		wantCode(t, awoken(t, other), models.CodeUnavailable)
		late := b.work(t, nil, nil)
		wantCode(t, late.wait(t.Context()), models.CodeUnavailable)
		for _, c := range []*claimant{impatient, other, late} {
			c.leave()
		}
		if tenants, _ := b.hub.Followed(); tenants != 0 {
			t.Errorf("%d tenants are still followed", tenants)
		}
	})
}
