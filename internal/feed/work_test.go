package feed_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// create commits a task and its task.assigned receipt.
func (b *bundle) create(t *testing.T, taskType string, capabilities []string, delay time.Duration) *models.Task {
	t.Helper()
	assigned := b.receipt(models.TaskAssigned, agent)
	task := &models.Task{
		Spec: models.Spec{
			Type: taskType, ExpectedOutcome: models.OutcomeAny, MaxAttempts: 2, RetryBackoffSeconds: 15,
			Requirements: models.Requirements{Capabilities: capabilities},
		},
		ID: assigned.TaskID, TenantID: b.tenant, Status: models.StatusQueued, CreatedBy: agent, ObligationID: assigned.ID,
		CreatedAt: time.Now(), UpdatedAt: time.Now(), NextEligibleAt: due(delay),
	}
	b.commitWrites(t, &store.Writes{NewTasks: []*models.Task{task}, Receipts: []*models.Receipt{assigned}})
	return task
}

func due(delay time.Duration) *time.Time {
	if delay == 0 {
		return nil
	}
	at := time.Now().Add(delay)
	return &at
}

// claim commits a lease of the task.
func (b *bundle) claim(t *testing.T, task *models.Task, by models.Principal) *models.Lease {
	t.Helper()
	lease := &models.Lease{
		ID: uuid.New(), TenantID: b.tenant, TaskID: task.ID, Worker: by, State: models.LeaseActive,
		AcquiredAt: time.Now(), ExpiresAt: time.Now().Add(time.Minute),
	}
	task.Status, task.NextEligibleAt = models.StatusLeased, nil
	accepted := b.receipt(models.TaskAccepted, agent)
	accepted.TaskID, accepted.LeaseID = task.ID, lease.ID
	b.commitWrites(t, &store.Writes{
		ChangedTasks: []*models.Task{task}, NewLeases: []*models.Lease{lease}, Receipts: []*models.Receipt{accepted},
	})
	return lease
}

// end commits the end of a lease, after which the task has the status.
func (b *bundle) end(t *testing.T, task *models.Task, lease *models.Lease, as models.LeaseState, told models.ReceiptType, status models.TaskStatus, delay time.Duration) {
	t.Helper()
	now := time.Now()
	lease.State, lease.EndedAt = as, &now
	task.Status, task.NextEligibleAt = status, due(delay)
	r := b.receipt(told, agent)
	r.TaskID, r.LeaseID, r.Parents = task.ID, lease.ID, []uuid.UUID{task.ObligationID}
	b.commitWrites(t, &store.Writes{
		ChangedTasks: []*models.Task{task}, ChangedLeases: []*models.Lease{lease}, Receipts: []*models.Receipt{r},
	})
}

func (b *bundle) available(t *testing.T, types, capabilities []string) *listener[string] {
	t.Helper()
	s, err := listenToTasks(t.Context(), b.hub, b.tenant, types, capabilities)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantType(t *testing.T, s *listener[string], taskType string) {
	t.Helper()
	if got := next(t, s); got != taskType {
		t.Fatalf("a task of type %q became available, want %q", got, taskType)
	}
}

func TestTaskAvailable(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		b.create(t, "old", nil, 0)
		any, able := b.available(t, nil, nil), b.available(t, nil, []string{"gpu", "net"})
		typed := b.available(t, []string{"b", "c"}, []string{"gpu"})
		b.create(t, "a", []string{"gpu"}, 0)
		wantType(t, able, "a")
		b.create(t, "b", []string{"gpu", "disk"}, 0)
		task := b.create(t, "b", nil, 0)
		for _, s := range []*listener[string]{any, able, typed} {
			wantType(t, s, "b")
		}
		for _, ends := range []struct {
			lease models.LeaseState
			told  models.ReceiptType
			delay time.Duration
		}{
			{models.LeaseReleased, models.LeaseReleasedType, 0},
			{models.LeaseExpired, models.LeaseExpiredType, 50 * time.Millisecond},
			{models.LeaseFailed, models.TaskRetryScheduled, 50 * time.Millisecond},
		} {
			b.end(t, task, b.claim(t, task, worker), ends.lease, ends.told, models.StatusQueued, ends.delay)
			wantType(t, any, "b")
			if now := time.Now(); task.NextEligibleAt != nil && now.Before(*task.NextEligibleAt) {
				t.Errorf("%s: available %s too early", ends.told, task.NextEligibleAt.Sub(now))
			}
		}
		// One that isn't queued any more when the feed looks is not offered.
		b.end(t, task, b.claim(t, task, worker), models.LeaseExpired, models.LeaseExpiredType, models.StatusFailed, 0)
		b.create(t, "end", nil, 0)
		wantType(t, any, "end")
	})
}

func TestDelayedTasksBecomeAvailable(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{ReplayPage: 2}, func(t *testing.T, b *bundle) {
		// The clock starts when it is first asked, so that nothing is due before somebody waits.
		start := time.Now().Add(time.Hour)
		asked := sync.OnceValue(time.Now)
		b.tap.clock = func() time.Time {
			first := asked()
			return start.Add(time.Since(first))
		}
		for i, taskType := range []string{"b", "a", "c"} {
			b.create(t, taskType, nil, time.Until(start)+time.Duration(40+20*i)*time.Millisecond)
		}
		canceled := b.create(t, "canceled", nil, time.Until(start)+20*time.Millisecond)
		canceled.Status = models.StatusCanceled
		b.write(t, &store.Writes{ChangedTasks: []*models.Task{canceled}})
		s := b.available(t, nil, nil)
		b.create(t, "later", nil, time.Until(start)+150*time.Millisecond)
		var got []string
		for range 4 {
			got = append(got, next(t, s))
		}
		if want := []string{"b", "a", "c", "later"}; !slices.Equal(got, want) {
			t.Errorf("available %q, want %q", got, want)
		}
		if after := b.tap.clock().Sub(start); after < 150*time.Millisecond {
			t.Errorf("available after %s, too early", after)
		}
	})
}

func TestTaskAvailableIsCoalesced(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		s, probe := b.available(t, nil, nil), b.available(t, nil, nil)
		for range 50 {
			b.create(t, "a", nil, 0)
		}
		b.create(t, "b", nil, 0)
		for next(t, probe) != "b" { // which waits until all have been offered
		}
		seen := 0
		for next(t, s) == "a" {
			seen++
		}
		if seen == 0 || seen > 2 { // one in the stream's hand, one noted
			t.Errorf("50 tasks were told by %d events", seen)
		}
	})
}

func TestTaskAvailableTellsOfADatabaseOutOfReach(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		gone := errors.New("the database is gone")
		b.tap.intercept(func(context.Context, string) error { return gone })
		if _, err := listenToTasks(t.Context(), b.hub, b.tenant, nil, nil); !errors.Is(err, gone) {
			t.Errorf("it returned %v", err)
		}
		if tenants, _ := b.hub.Followed(); tenants != 0 {
			t.Errorf("%d tenants are still followed", tenants)
		}
	})
}

func TestTaskAvailableSurvivesTheDatabase(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{PollInterval: time.Millisecond}, func(t *testing.T, b *bundle) {
		s := b.available(t, nil, nil)
		refused := make(chan struct{}, 1)
		b.tap.intercept(func(_ context.Context, read string) error {
			if read != "Queued" {
				return nil
			}
			select {
			case refused <- struct{}{}:
			default:
			}
			return errors.New("the database is gone")
		})
		b.create(t, "a", nil, 0)
		<-refused
		b.create(t, "b", nil, 0)
		b.tap.intercept(nil)
		wantType(t, s, "a")
		wantType(t, s, "b")
	})
}

func TestLeaseEnded(t *testing.T) {
	t.Parallel()
	onBoth(t, feed.Options{}, func(t *testing.T, b *bundle) {
		rival := models.Principal{Kind: models.KindWorker, ID: "w2"}
		gone := b.create(t, "t", nil, 0)
		b.end(t, gone, b.claim(t, gone, worker), models.LeaseExpired, models.LeaseExpiredType, models.StatusQueued, 0)
		var streams []*listener[*models.Lease]
		for range 5 {
			s, err := listenToLeases(t.Context(), b.hub, b.tenant, worker)
			if err != nil {
				t.Fatal(err)
			}
			streams = append(streams, s)
		}
		var wanted []*models.Lease
		for _, step := range []struct {
			by     models.Principal
			lease  models.LeaseState
			told   models.ReceiptType
			status models.TaskStatus
			wanted bool
		}{
			{worker, models.LeaseCompleted, models.TaskCompleted, models.StatusSucceeded, false},
			{worker, models.LeaseReleased, models.LeaseReleasedType, models.StatusQueued, false},
			{rival, models.LeaseExpired, models.LeaseExpiredType, models.StatusQueued, false},
			{worker, models.LeaseCanceled, models.TaskCanceled, models.StatusCanceled, true},
			{worker, models.LeaseExpired, models.LeaseExpiredType, models.StatusQueued, true},
		} {
			task := b.create(t, "t", nil, 0)
			lease := b.claim(t, task, step.by)
			b.end(t, task, lease, step.lease, step.told, step.status, 0)
			if step.wanted {
				wanted = append(wanted, lease)
			}
		}
		unheld := b.receipt(models.TaskCanceled, agent) // nobody held it
		unheld.TaskID, unheld.Parents = gone.ID, []uuid.UUID{gone.ObligationID}
		b.commit(t, unheld)
		for _, lease := range wanted {
			for _, s := range streams {
				if got := next(t, s); got.ID != lease.ID || got.State != lease.State || got.EndedAt == nil {
					t.Fatalf("lease %s ended as %s, want %s as %s", got.ID, got.State, lease.ID, lease.State)
				}
			}
		}
		if n := b.tap.count("LeasesByID"); n > 3 {
			t.Errorf("three leases were read by %d statements", n)
		}
	})
}
