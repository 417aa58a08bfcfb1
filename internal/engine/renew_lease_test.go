package engine_test

import (
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func TestRenewLease(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		renew := func(l *models.Lease, by *int) (*models.Lease, error) {
			return w.engine.RenewLease(w.ctx(), w.worker, engine.RenewLease{LeaseID: l.ID, ExtendBySeconds: by})
		}
		t.Run("Extends", func(t *testing.T) {
			task, l := w.leased(engine.CreateTask{})
			w.clock.Move(time.Minute)
			before := len(w.ledger(task.ID))
			got, err := renew(l, nil)
			if err != nil || got.RenewalCount != 1 || got.RenewalsRemaining(w.rules.MaxRenewals) != 9 {
				t.Fatalf("got %+v, %v", got, err)
			}
			wantTime(t, "expiresAt", &got.ExpiresAt, w.clock.Now().Add(120*time.Second))
			wantTime(t, "the stored expiresAt", &w.lease(l.ID).ExpiresAt, got.ExpiresAt)
			if after := len(w.ledger(task.ID)); after != before {
				t.Errorf("a renewal wrote %d receipts", after-before)
			}
		})
		t.Run("NeverShortens", func(t *testing.T) {
			_, l := w.leased(engine.CreateTask{})
			got, err := renew(l, ptr(10))
			if err != nil || got.RenewalCount != 1 {
				t.Fatalf("got %+v, %v", got, err)
			}
			wantTime(t, "expiresAt", &got.ExpiresAt, l.ExpiresAt)
		})
		t.Run("Bounds", func(t *testing.T) {
			_, l := w.leased(engine.CreateTask{})
			for _, by := range []int{9, 0, -1} {
				w.refuses(models.CodeBadUserInput, func() error { _, err := renew(l, &by); return err })
			}
			got, err := renew(l, ptr(1_000_000))
			wantCode(t, err, "")
			wantTime(t, "expiresAt", &got.ExpiresAt, w.clock.Now().Add(1800*time.Second))
		})
		t.Run("TenTimes", func(t *testing.T) {
			_, l := w.leased(engine.CreateTask{})
			for range 10 {
				_, err := renew(l, nil)
				wantCode(t, err, "")
			}
			w.refuses(models.CodeRenewalLimit, func() error { _, err := renew(l, nil); return err })
			w.clock.Move(w.rules.LeaseTTL)
			w.refuses(models.CodeLeaseInvalid, func() error { _, err := renew(l, nil); return err })
		})
		t.Run("Lifetime", func(t *testing.T) {
			_, l := w.leased(engine.CreateTask{})
			end := l.AcquiredAt.Add(7200 * time.Second)
			for i := range 5 {
				got, err := renew(l, ptr(1800))
				if err != nil {
					t.Fatal(err)
				}
				if i == 4 { // acquired + 4 × 1700 s + 1800 s is past the end
					wantTime(t, "expiresAt", &got.ExpiresAt, end)
				}
				w.clock.Move(1700 * time.Second * map[bool]time.Duration{true: 1, false: 0}[i < 4])
			}
			w.refuses(models.CodeLeaseLifetime, func() error { _, err := renew(l, nil); return err })
			// The renewals are looked at first: of two reasons this one is told.
			w.clock.Move(end.Sub(w.clock.Now()) - time.Microsecond)
			w.refuses(models.CodeLeaseLifetime, func() error { _, err := renew(l, nil); return err })
			w.clock.Move(time.Microsecond)
			w.refuses(models.CodeLeaseInvalid, func() error { _, err := renew(l, nil); return err })
		})
		w.verify()
	})
}

// At the tenth renewal and at the lifetime's end, the renewals are told.
func TestRenewLeaseNamesTheRenewalsFirst(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		_, l := w.leased(engine.CreateTask{})
		_, err := w.engine.RenewLease(w.ctx(), w.worker, engine.RenewLease{LeaseID: l.ID, ExtendBySeconds: ptr(1800)})
		wantCode(t, err, "")
		w.refuses(models.CodeRenewalLimit, func() error {
			_, err := w.engine.RenewLease(w.ctx(), w.worker, engine.RenewLease{LeaseID: l.ID})
			return err
		})
	}, func(o *engine.Options) { o.Rules.MaxRenewals, o.Rules.MaxLeaseLifetime = 1, 1000*time.Second })
}
