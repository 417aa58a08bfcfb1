package store

import (
	"context"

	"github.com/asyncgate/asyncgate/models"
)

// Totals are figures of the whole database, all tenants together: for those who run it, not for its users.
type Totals struct {
	// Tasks is how many there are of each status; a status that no task has is absent.
	Tasks map[models.TaskStatus]int64
	// OpenObligations is how many obligations no receipt terminates.
	OpenObligations int64
}

// Totals reads the figures in one statement, whose cost grows with the number of types that tasks have and with nothing else.
// UNAVAILABLE when the database is out of reach or ctx's deadline is over.
//
// A task owes one obligation from its first receipt to its last, which changes its status in the same transaction: so the
// open ones are the tasks that have not ended. See docs/decisions/totals.md.
func (s *Store) Totals(ctx context.Context) (Totals, error) {
	var rows []struct {
		Status models.TaskStatus
		Count  int64
	}
	err := s.read.NewSelect().ColumnExpr("status, CAST(sum(count) AS bigint) AS count").Table("task_counts").
		GroupExpr("status").Scan(ctx, &rows)
	if err = s.fault(err); err != nil {
		return Totals{}, err
	}
	t := Totals{Tasks: make(map[models.TaskStatus]int64, len(rows))}
	for _, r := range rows {
		t.Tasks[r.Status] = r.Count
		if !r.Status.Terminal() {
			t.OpenObligations += r.Count
		}
	}
	return t, nil
}
