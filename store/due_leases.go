package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// DueLease is a lease whose time is over and that nobody has ended yet.
type DueLease struct {
	Tenant    uuid.UUID
	Lease     uuid.UUID
	ExpiresAt time.Time
}

// DueLeases returns up to limit leases of all tenants that are past their expiry, oldest first, behind after if that is
// given. It locks nothing: who ends them looks again under the lock.
func (s *Store) DueLeases(ctx context.Context, after *DueLease, limit int) ([]DueLease, error) {
	var rows []leaseRow
	q := s.read.NewSelect().Model(&rows).Column("tenant_id", "id", "expires_at").
		Where("l.ended_at IS NULL").Where("l.expires_at <= ?", s.dialect.currentTime(s)).
		OrderExpr("l.expires_at, l.id").Limit(int64(limit))
	if after != nil {
		// The first condition is for the index, which has no id.
		q = q.Where("l.expires_at >= ?", instant(after.ExpiresAt)).
			Where("(l.expires_at, l.id) > (?, ?)", instant(after.ExpiresAt), after.Lease)
	}
	if err := s.fault(q.Scan(ctx)); err != nil {
		return nil, err
	}
	due := make([]DueLease, len(rows))
	for i, r := range rows {
		due[i] = DueLease{Tenant: r.TenantID, Lease: r.ID, ExpiresAt: time.Time(r.ExpiresAt)}
	}
	return due, nil
}
