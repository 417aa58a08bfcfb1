package feed

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// delayed makes ledger.Delayed of the list of queued tasks, all of which it reads, until the store has a query for it.
func delayed(ctx context.Context, t *store.Tenant, after models.Place, limit int) ([]*models.Task, time.Time, error) {
	now := time.Now()
	if after == (models.Place{}) {
		after.At = now
	}
	var found []*models.Task
	first := models.MaxPageSize
	args := store.PageArgs{First: &first}
	for {
		page, err := t.Tasks(ctx, store.TaskFilter{Statuses: []models.TaskStatus{models.StatusQueued}}, args)
		if err != nil {
			return nil, now, err
		}
		for _, task := range page.Nodes {
			if task.NextEligibleAt != nil && comparePlaces(dueAt(task), after) > 0 {
				found = append(found, task)
			}
		}
		if !page.HasNextPage || len(page.Nodes) == 0 {
			break
		}
		cursor := models.TaskCursor(page.Nodes[len(page.Nodes)-1])
		args.After = &cursor
	}
	slices.SortFunc(found, func(a, b *models.Task) int { return comparePlaces(dueAt(a), dueAt(b)) })
	return found[:min(limit, len(found))], now, nil
}

// dueAt is the place of a delayed task.
func dueAt(t *models.Task) models.Place { return models.Place{At: *t.NextEligibleAt, ID: t.ID} }

func comparePlaces(a, b models.Place) int {
	return cmp.Or(a.At.Compare(b.At), slices.Compare(a.ID[:], b.ID[:]))
}
