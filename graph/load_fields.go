package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Each function here reads one nested field for all peers, with one statement.

func taskID(t *models.Task) uuid.UUID       { return t.ID }
func receiptID(r *models.Receipt) uuid.UUID { return r.ID }

func (l *loaders) tasks(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Task, error) {
	found, err := chunked(ids, func(ids []uuid.UUID) (map[uuid.UUID]*models.Task, error) { return l.tenant.TasksByID(ctx, ids) })
	return togetherByKey(found, taskNode), err
}

func (l *loaders) leases(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Lease, error) {
	found, err := chunked(ids, func(ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error) { return l.tenant.LeasesByID(ctx, ids) })
	return togetherByKey(found, leaseNode), err
}

func (l *loaders) receipts(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Receipt, error) {
	found, err := chunked(ids, func(ids []uuid.UUID) (map[uuid.UUID]*models.Receipt, error) { return l.tenant.ReceiptsByID(ctx, ids) })
	return togetherByKey(found, receiptNode), err
}

// readLeaseTasks finds tasks by their ids.
func (l *loaders) readLeaseTasks(ctx context.Context, of *peers[models.Lease]) (map[uuid.UUID]*Task, error) {
	return l.tasks(ctx, idsOf(of.all, func(lease *models.Lease) uuid.UUID { return lease.TaskID }))
}

// readActiveLeases finds the leases that hold tasks, by the tasks' ids.
func (l *loaders) readActiveLeases(ctx context.Context, of *peers[models.Task]) (map[uuid.UUID]*Lease, error) {
	ids := idsOf(of.all, func(t *models.Task) uuid.UUID {
		if !t.Status.Held() {
			return uuid.Nil
		}
		return t.ID
	})
	found, err := chunked(ids, func(ids []uuid.UUID) (map[uuid.UUID]*models.Lease, error) { return l.tenant.ActiveLeases(ctx, ids) })
	return togetherByKey(found, leaseNode), err
}

// readObligations finds task.assigned receipts by their ids.
func (l *loaders) readObligations(ctx context.Context, of *peers[models.Task]) (map[uuid.UUID]*Receipt, error) {
	return l.receipts(ctx, idsOf(of.all, func(t *models.Task) uuid.UUID { return t.ObligationID }))
}

// readTaskLeases finds pages by the tasks' ids.
func (l *loaders) readTaskLeases(ctx context.Context, key pageKey[models.Task]) (map[uuid.UUID]page[Lease], error) {
	found, err := chunked(idsOf(key.of.all, taskID), func(ids []uuid.UUID) (map[uuid.UUID]*store.Slice[models.Lease], error) {
		return l.tenant.LeasesOfTasks(ctx, ids, key.page())
	})
	return pagesOf(found, leaseNode), err
}

// readTaskReceipts finds pages by the tasks' ids.
func (l *loaders) readTaskReceipts(ctx context.Context, key pageKey[models.Task]) (map[uuid.UUID]page[Receipt], error) {
	found, err := chunked(idsOf(key.of.all, taskID), func(ids []uuid.UUID) (map[uuid.UUID]*store.Slice[models.Receipt], error) {
		return l.tenant.ReceiptsOfTasks(ctx, ids, key.receiptTypes(), key.page())
	})
	return pagesOf(found, receiptNode), err
}

// readReceiptTasks finds tasks by their ids.
func (l *loaders) readReceiptTasks(ctx context.Context, of *peers[models.Receipt]) (map[uuid.UUID]*Task, error) {
	return l.tasks(ctx, idsOf(of.all, func(r *models.Receipt) uuid.UUID { return r.TaskID }))
}

// readReceiptLeases finds leases by their ids.
func (l *loaders) readReceiptLeases(ctx context.Context, of *peers[models.Receipt]) (map[uuid.UUID]*Lease, error) {
	return l.leases(ctx, idsOf(of.all, func(r *models.Receipt) uuid.UUID { return r.LeaseID }))
}

// readParents finds receipts by their ids.
func (l *loaders) readParents(ctx context.Context, of *peers[models.Receipt]) (map[uuid.UUID]*Receipt, error) {
	seen := map[uuid.UUID]bool{}
	var ids []uuid.UUID
	for _, r := range of.all {
		for _, id := range r.Parents {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return l.receipts(ctx, ids)
}

// readChildren finds pages by the parents' ids.
func (l *loaders) readChildren(ctx context.Context, key pageKey[models.Receipt]) (map[uuid.UUID]page[Receipt], error) {
	found, err := chunked(idsOf(key.of.all, receiptID), func(ids []uuid.UUID) (map[uuid.UUID]*store.Slice[models.Receipt], error) {
		return l.tenant.Children(ctx, ids, key.receiptTypes(), key.page())
	})
	return pagesOf(found, receiptNode), err
}

// obligationIDs are the ids of those receipts that something may terminate.
func obligationIDs(of *peers[models.Receipt]) []uuid.UUID {
	return idsOf(of.all, func(r *models.Receipt) uuid.UUID {
		if !r.Type.IsObligation() {
			return uuid.Nil
		}
		return r.ID
	})
}

// readClosers finds the ids of terminators by the obligations' ids; uuid.Nil while an obligation is open.
func (l *loaders) readClosers(ctx context.Context, of *peers[models.Receipt]) (map[uuid.UUID]uuid.UUID, error) {
	return chunked(obligationIDs(of), func(ids []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) { return l.tenant.Closers(ctx, ids) })
}

// readTerminators finds terminators by the obligations' ids.
func (l *loaders) readTerminators(ctx context.Context, of *peers[models.Receipt]) (map[uuid.UUID]*Receipt, error) {
	found, err := chunked(obligationIDs(of), func(ids []uuid.UUID) (map[uuid.UUID]*models.Receipt, error) {
		return l.tenant.Terminators(ctx, ids)
	})
	return togetherByKey(found, receiptNode), err
}

// readAcknowledgements finds acknowledgements by the ids of what they acknowledge.
func (l *loaders) readAcknowledgements(ctx context.Context, of *peers[models.Receipt]) (map[uuid.UUID]*Receipt, error) {
	found, err := chunked(idsOf(of.all, receiptID), func(ids []uuid.UUID) (map[uuid.UUID]*models.Receipt, error) {
		return l.tenant.Acknowledgements(ctx, ids)
	})
	return togetherByKey(found, receiptNode), err
}
