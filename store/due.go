package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// NextDue returns how long the next delayed task that the claim would take is still delayed; false when there is none.
func (t *Tenant) NextDue(ctx context.Context, c Claim) (time.Duration, bool, error) {
	var next, now *instant
	clock := t.s.dialect.currentTime(t.s)
	q := t.s.read.NewSelect().Model((*taskRow)(nil)).ColumnExpr("min(t.next_eligible_at)").ColumnExpr("?", clock).
		Where("t.tenant_id = ?", t.id).Where("t.status = 'queued'").Where("t.next_eligible_at > ?", clock).
		Where(t.s.dialect.capable(), string(models.Strings(c.Capabilities)))
	if len(c.Types) > 0 {
		q = q.Where("t.type IN (?)", bun.List(c.Types))
	}
	if err := q.Scan(ctx, &next, &now); err != nil {
		return 0, false, t.s.fault(err)
	}
	if next == nil || now == nil {
		return 0, false, nil
	}
	return time.Time(*next).Sub(time.Time(*now)), true, nil
}
