package store

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// ReceiptFilter selects receipts; what is nil or empty does not restrict. CreatedAfter is inclusive, CreatedBefore
// exclusive.
type ReceiptFilter struct {
	Types         []models.ReceiptType
	From          *models.Principal
	To            *models.Principal
	TaskID        *uuid.UUID
	LeaseID       *uuid.UUID
	CreatedAfter  *time.Time
	CreatedBefore *time.Time
}

// Check returns BAD_USER_INPUT when a principal is malformed.
func (f ReceiptFilter) Check() error {
	for _, p := range []*models.Principal{f.From, f.To} {
		if p == nil {
			continue
		}
		if err := p.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Match tells whether the filter selects r, as the queries do.
func (f ReceiptFilter) Match(r *models.Receipt) bool {
	return (len(f.Types) == 0 || slices.Contains(f.Types, r.Type)) &&
		(f.From == nil || r.From == *f.From) &&
		(f.To == nil || r.To == *f.To) &&
		matchID(f.TaskID, r.TaskID) &&
		matchID(f.LeaseID, r.LeaseID) &&
		(f.CreatedAfter == nil || !r.CreatedAt.Before(*f.CreatedAfter)) &&
		(f.CreatedBefore == nil || r.CreatedAt.Before(*f.CreatedBefore))
}

// matchID never matches a receipt that has no such id.
func matchID(want *uuid.UUID, id uuid.UUID) bool { return want == nil || id == *want && id != uuid.Nil }

func (f ReceiptFilter) apply(q *bun.SelectQuery, tenant uuid.UUID) *bun.SelectQuery {
	q = anyOf(q, "r.type", f.Types)
	if f.From != nil {
		q = isPrincipal(q, "r.from", *f.From)
	}
	if f.To != nil {
		q = isPrincipal(q, "r.to", *f.To)
	}
	if f.TaskID != nil {
		q = q.Where("r.task_id = ?", *f.TaskID)
	}
	if f.LeaseID != nil {
		// Receipts of a lease are receipts of its task, and those have an index.
		q = q.Where("r.lease_id = ?", *f.LeaseID).
			Where("r.task_id = (SELECT l.task_id FROM leases AS l WHERE l.tenant_id = ? AND l.id = ?)", tenant, *f.LeaseID)
	}
	return between(q, "r.created_at", f.CreatedAfter, f.CreatedBefore)
}
