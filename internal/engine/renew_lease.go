package engine

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// RenewLease asks for more time; nil ExtendBySeconds is the default.
type RenewLease struct {
	LeaseID         uuid.UUID
	ExtendBySeconds *int
}

// RenewLease extends the caller's lease: never shorter than it was, never past its lifetime. It returns
// LEASE_INVALID_OR_EXPIRED, LEASE_RENEWAL_LIMIT_EXCEEDED or LEASE_LIFETIME_EXCEEDED, in that order. A retry renews again.
func (e *Engine) RenewLease(ctx context.Context, v models.Viewer, c RenewLease) (*models.Lease, error) {
	by, err := leaseTime("extendBySeconds", c.ExtendBySeconds, e.options.Rules)
	if err != nil {
		return nil, err
	}
	return do[*models.Lease](ctx, e, v, &renewLease{lease: c.LeaseID, by: by})
}

type renewLease struct {
	lease uuid.UUID
	by    time.Duration
}

func (c *renewLease) needs(n *store.Needs) { n.Leases = append(n.Leases, c.lease) }

func (c *renewLease) decide(s *state) (any, error) {
	l, _, err := s.live(c.lease)
	if err != nil {
		return nil, err
	}
	rules := s.engine.options.Rules
	if l.RenewalCount >= rules.MaxRenewals {
		return nil, models.Errorf(models.CodeRenewalLimit,
			"the lease was renewed %d times, which is the limit; finish before %s or release it", l.RenewalCount, models.FormatTime(l.ExpiresAt))
	}
	end := l.AcquiredAt.Add(rules.MaxLeaseLifetime)
	if !l.ExpiresAt.Before(end) {
		return nil, models.Errorf(models.CodeLeaseLifetime,
			"the lease already runs to the end of its lifetime, %s; finish before then or release it", models.FormatTime(end))
	}
	l.ExpiresAt = earlier(later(l.ExpiresAt, s.Now.Add(c.by)), end)
	l.RenewalCount++
	s.changeLease(l)
	return copyLease(l), nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
