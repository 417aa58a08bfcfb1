package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/graph-gophers/dataloader/v7"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// Nested fields are loaded for all peers at once. A dataloader usually collects ids for some milliseconds and hopes that all
// have come; here its key is the whole list of peers, which is known before the first field is resolved. So there is
// nothing to wait for, and the number of statements depends on nothing but the document: the first node that asks starts
// the statement, the others wait for its result.

// maxIDs bounds the ids of one statement. The largest level of a page, the parents of 200 receipts, has 2,000.
const maxIDs = 5000

// loaders load nested fields, each once for the same peers and arguments. They live as long as one response.
type loaders struct {
	tenant    *store.Tenant
	recovered func(context.Context, any) error

	// What the query asks for by id, under any aliases, by the name of its field.
	tasksAsked    *loader[string, map[uuid.UUID]*Task]
	leasesAsked   *loader[string, map[uuid.UUID]*Lease]
	receiptsAsked *loader[string, map[uuid.UUID]*Receipt]

	leaseTasks       *loader[*peers[models.Lease], map[uuid.UUID]*Task]
	activeLeases     *loader[*peers[models.Task], map[uuid.UUID]*Lease]
	obligations      *loader[*peers[models.Task], map[uuid.UUID]*Receipt]
	taskLeases       *loader[pageKey[models.Task], map[uuid.UUID]page[Lease]]
	taskReceipts     *loader[pageKey[models.Task], map[uuid.UUID]page[Receipt]]
	receiptTasks     *loader[*peers[models.Receipt], map[uuid.UUID]*Task]
	receiptLeases    *loader[*peers[models.Receipt], map[uuid.UUID]*Lease]
	parents          *loader[*peers[models.Receipt], map[uuid.UUID]*Receipt]
	children         *loader[pageKey[models.Receipt], map[uuid.UUID]page[Receipt]]
	closers          *loader[*peers[models.Receipt], map[uuid.UUID]uuid.UUID]
	terminators      *loader[*peers[models.Receipt], map[uuid.UUID]*Receipt]
	acknowledgements *loader[*peers[models.Receipt], map[uuid.UUID]*Receipt]
}

func newLoaders(tenant *store.Tenant, recovered func(context.Context, any) error) *loaders {
	l := &loaders{tenant: tenant, recovered: recovered}
	l.tasksAsked = newLoader(recovered, l.readTasksAsked)
	l.leasesAsked = newLoader(recovered, l.readLeasesAsked)
	l.receiptsAsked = newLoader(recovered, l.readReceiptsAsked)
	l.leaseTasks = newLoader(recovered, l.readLeaseTasks)
	l.activeLeases = newLoader(recovered, l.readActiveLeases)
	l.obligations = newLoader(recovered, l.readObligations)
	l.taskLeases = newLoader(recovered, l.readTaskLeases)
	l.taskReceipts = newLoader(recovered, l.readTaskReceipts)
	l.receiptTasks = newLoader(recovered, l.readReceiptTasks)
	l.receiptLeases = newLoader(recovered, l.readReceiptLeases)
	l.parents = newLoader(recovered, l.readParents)
	l.children = newLoader(recovered, l.readChildren)
	l.closers = newLoader(recovered, l.readClosers)
	l.terminators = newLoader(recovered, l.readTerminators)
	l.acknowledgements = newLoader(recovered, l.readAcknowledgements)
	return l
}

// loadersOf returns the loaders of the response that is being made.
func loadersOf(ctx context.Context) *loaders { return answerOf(ctx).loaders() }

type loader[K comparable, V any] struct{ *dataloader.Loader[K, V] }

// newLoader makes a loader of a function that reads one field for all peers. What panics in it becomes an error.
func newLoader[K comparable, V any](
	recovered func(context.Context, any) error, read func(context.Context, K) (V, error),
) *loader[K, V] {
	guarded := func(ctx context.Context, key K) (result *dataloader.Result[V]) {
		defer func() {
			if value := recover(); value != nil {
				result = &dataloader.Result[V]{Error: recovered(ctx, value)}
			}
		}()
		ctx, span := startField(ctx)
		defer span.End()
		value, err := read(ctx, key)
		return &dataloader.Result[V]{Data: value, Error: err}
	}
	batch := func(ctx context.Context, keys []K) []*dataloader.Result[V] {
		results := make([]*dataloader.Result[V], len(keys))
		for i, key := range keys {
			results[i] = guarded(ctx, key)
		}
		return results
	}
	return &loader[K, V]{dataloader.NewBatchedLoader(batch,
		dataloader.WithBatchCapacity[K, V](1), dataloader.WithInputCapacity[K, V](1))}
}

func (l *loader[K, V]) load(ctx context.Context, key K) (V, error) { return l.Load(ctx, key)() }

// pageKey is what a nested connection is loaded by: whose rows, and which of them.
type pageKey[M any] struct {
	of    *peers[M]
	first int
	after string
	types string
}

const unset = -1 << 31

// pageKeyOf makes the key of a field's arguments.
func pageKeyOf[M any](of *peers[M], types []models.ReceiptType, first *int, after *string) pageKey[M] {
	key := pageKey[M]{of: of, first: unset}
	if first != nil {
		key.first = *first
	}
	if after != nil {
		key.after = "=" + *after
	}
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	slices.Sort(names)
	key.types = strings.Join(slices.Compact(names), " ")
	return key
}

func (k pageKey[M]) page() store.PageArgs {
	var args store.PageArgs
	if k.first != unset {
		args.First = &k.first
	}
	if after, ok := strings.CutPrefix(k.after, "="); ok {
		args.After = &after
	}
	return args
}

func (k pageKey[M]) receiptTypes() []models.ReceiptType {
	var types []models.ReceiptType
	for _, name := range strings.Fields(k.types) {
		types = append(types, models.ReceiptType(name))
	}
	return types
}

// idsOf collects an id of each noun, each once; uuid.Nil is none.
func idsOf[M any](nouns []*M, id func(*M) uuid.UUID) []uuid.UUID {
	seen := make(map[uuid.UUID]bool, len(nouns))
	ids := make([]uuid.UUID, 0, len(nouns))
	for _, noun := range nouns {
		if id := id(noun); id != uuid.Nil && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// chunked reads ids, at most maxIDs with one statement; none without a statement.
func chunked[V any](ids []uuid.UUID, read func([]uuid.UUID) (map[uuid.UUID]V, error)) (map[uuid.UUID]V, error) {
	found := make(map[uuid.UUID]V, len(ids))
	for chunk := range slices.Chunk(ids, maxIDs) {
		part, err := read(chunk)
		if err != nil {
			return nil, err
		}
		for id, value := range part {
			found[id] = value
		}
	}
	return found, nil
}
