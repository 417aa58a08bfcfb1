package store

import (
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

func newRows() *Rows {
	return &Rows{
		Tasks: map[uuid.UUID]*models.Task{}, Leases: map[uuid.UUID]*models.Lease{}, Held: map[uuid.UUID]*models.Lease{},
		Keys: map[Key]*models.Task{}, Receipts: map[uuid.UUID]*models.Receipt{}, Acknowledged: map[uuid.UUID]uuid.UUID{},
		Terminated: map[uuid.UUID]uuid.UUID{},
	}
}

// addTasks keeps one copy of each task, so that all commands of a batch see the same one.
func (r *Rows) addTasks(tasks []*models.Task) {
	for _, t := range tasks {
		if r.Tasks[t.ID] == nil {
			r.Tasks[t.ID] = t
		}
	}
}

func (r *Rows) addLeases(leases []*models.Lease) {
	for _, l := range leases {
		if r.Leases[l.ID] != nil {
			continue
		}
		r.Leases[l.ID] = l
		if l.EndedAt == nil {
			r.Held[l.TaskID] = l
		}
	}
}

func (r *Rows) addKeys(tasks []*models.Task) {
	r.addTasks(tasks)
	for _, t := range tasks {
		r.Keys[Key{Creator: t.CreatedBy, Key: *t.IdempotencyKey}] = r.Tasks[t.ID]
	}
}

func (r *Rows) addReceipts(receipts []*models.Receipt) {
	for _, receipt := range receipts {
		r.Receipts[receipt.ID] = receipt
	}
}

func (r *Rows) addCandidates(tasks []*models.Task) {
	r.addTasks(tasks)
	candidates := make([]*models.Task, len(tasks))
	for i, t := range tasks {
		candidates[i] = r.Tasks[t.ID]
	}
	r.Candidates = append(r.Candidates, candidates)
}
