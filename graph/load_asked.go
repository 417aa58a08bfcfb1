package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
)

// Nouns that a query asks for by their ids, one under each alias, are read together, as the nodes of a list are.

func (l *loaders) readTasksAsked(ctx context.Context, field string) (map[uuid.UUID]*Task, error) {
	return l.tasks(ctx, idsAsked(ctx, field))
}

func (l *loaders) readLeasesAsked(ctx context.Context, field string) (map[uuid.UUID]*Lease, error) {
	return l.leases(ctx, idsAsked(ctx, field))
}

func (l *loaders) readReceiptsAsked(ctx context.Context, field string) (map[uuid.UUID]*Receipt, error) {
	return l.receipts(ctx, idsAsked(ctx, field))
}

// idsAsked collects the ids of all root fields of this name, one perhaps several times. What is no id is told where it is asked for.
func idsAsked(ctx context.Context, name string) []uuid.UUID {
	op := graphql.GetOperationContext(ctx)
	var ids []uuid.UUID
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query"}) {
		if field.Name != name {
			continue
		}
		text, _ := field.ArgumentMap(op.Variables)["id"].(string)
		if id, err := parseID("id", text); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
