package store

import (
	"context"
	"time"

	"github.com/asyncgate/asyncgate/models"
)

// QueueStat is the number of tasks of a type and status.
type QueueStat struct {
	Type   string
	Status models.TaskStatus
	Count  int64
	// OldestEligibleAt, of queued tasks, is since when the oldest claimable one could be claimed; nil when none could.
	OldestEligibleAt *time.Time
}

// maxQueueStats bounds the answer of QueueStats.
const maxQueueStats = 1000

// QueueStats returns how many tasks there are of each type and status, by type, then status, at most a thousand rows. Its
// cost grows with the queued tasks; finished ones are counted as they change.
func (t *Tenant) QueueStats(ctx context.Context) ([]QueueStat, error) {
	db := t.s.read
	eligibleAt := "min(?(t.created_at, coalesce(t.next_eligible_at, t.created_at))) AS since"
	claimable := t.s.dialect.queuedTasks(db.NewSelect()).ColumnExpr("t.type").ColumnExpr(eligibleAt, t.s.dialect.greatest()).
		Where("t.tenant_id = ?", t.id).Where("t.status = 'queued'").
		Where("(t.next_eligible_at IS NULL OR t.next_eligible_at <= ?)", t.s.dialect.currentTime(t.s)).GroupExpr("t.type")
	var rows []struct {
		taskCountRow `bun:",extend"`

		Since *instant `bun:"since,scanonly"`
	}
	err := db.NewSelect().Model(&rows).ColumnExpr("?TableColumns").ColumnExpr("q.since").
		Join("LEFT JOIN (?) AS q ON q.type = c.type AND c.status = 'queued'", claimable).
		Where("c.tenant_id = ?", t.id).Where("c.count > 0").OrderExpr("c.type, c.status").Limit(maxQueueStats).Scan(ctx)
	if err = t.s.fault(err); err != nil {
		return nil, err
	}
	stats := make([]QueueStat, len(rows))
	for i, r := range rows {
		stats[i] = QueueStat{Type: r.Type, Status: models.TaskStatus(r.Status), Count: r.Count, OldestEligibleAt: timePtr(r.Since)}
	}
	return stats, nil
}
