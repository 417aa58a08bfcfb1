package graph

import (
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/store"
)

// toStore converts a filter; nil restricts nothing.
func (f *TaskFilter) toStore() store.TaskFilter {
	if f == nil {
		return store.TaskFilter{}
	}
	return store.TaskFilter{
		Statuses: f.Statuses, Types: f.Types, CreatedBy: f.CreatedBy, IdempotencyKey: f.IdempotencyKey,
		CreatedAfter: f.CreatedAfter, CreatedBefore: f.CreatedBefore,
	}
}

// toStore converts a filter; nil restricts nothing. BAD_USER_INPUT: malformed ids.
func (f *ReceiptFilter) toStore() (store.ReceiptFilter, error) {
	if f == nil {
		return store.ReceiptFilter{}, nil
	}
	task, err := parseOptionalID("filter.taskId", f.TaskID)
	if err != nil {
		return store.ReceiptFilter{}, err
	}
	lease, err := parseOptionalID("filter.leaseId", f.LeaseID)
	return store.ReceiptFilter{
		Types: f.Types, From: f.From, To: f.To, TaskID: task, LeaseID: lease,
		CreatedAfter: f.CreatedAfter, CreatedBefore: f.CreatedBefore,
	}, err
}

func parseOptionalID(field string, text *string) (*uuid.UUID, error) {
	if text == nil {
		return nil, nil //nolint:nilnil // an id that is not given
	}
	id, err := parseID(field, *text)
	return &id, err
}
