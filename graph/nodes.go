package graph

import (
	"github.com/asyncgate/asyncgate/models"
)

// A node is a noun in a response that knows its peers: all nouns that were read together with it. A nested field of one
// node is read for all its peers at once, so it costs one statement whatever the length of the list; see load.go.

// peers are nouns that were read together. Their address is what loaders know them by.
type peers[M any] struct{ all []*M }

// Task is a task of a response.
type Task struct {
	*models.Task
	peers *peers[models.Task]
}

// Lease is a lease of a response.
type Lease struct {
	*models.Lease
	peers *peers[models.Lease]
}

// Receipt is a receipt of a response.
type Receipt struct {
	*models.Receipt
	peers *peers[models.Receipt]
}

// IsObligation tells whether it stays owed until a terminal receipt answers it.
func (r *Receipt) IsObligation() bool { return r.Type.IsObligation() }

// BodyHash is the digest of its body, nil when that was written empty.
func (r *Receipt) BodyHash() *string {
	if r.Receipt.BodyHash == "" {
		return nil
	}
	return &r.Receipt.BodyHash
}

func taskNode(t *models.Task, with *peers[models.Task]) *Task             { return &Task{t, with} }
func leaseNode(l *models.Lease, with *peers[models.Lease]) *Lease         { return &Lease{l, with} }
func receiptNode(r *models.Receipt, with *peers[models.Receipt]) *Receipt { return &Receipt{r, with} }

// together makes nodes of nouns that were read together.
func together[M, N any](nouns []*M, node func(*M, *peers[M]) *N) []*N {
	with := &peers[M]{nouns}
	nodes := make([]*N, len(nouns))
	for i, noun := range nouns {
		nodes[i] = node(noun, with)
	}
	return nodes
}

// alone makes a node of a noun that has no peers; nil stays nil.
func alone[M, N any](noun *M, node func(*M, *peers[M]) *N) *N {
	if noun == nil {
		return nil
	}
	return node(noun, &peers[M]{[]*M{noun}})
}

// togetherByKey makes nodes of what one statement has found for many keys.
func togetherByKey[K comparable, M, N any](nouns map[K]*M, node func(*M, *peers[M]) *N) map[K]*N {
	with := &peers[M]{make([]*M, 0, len(nouns))}
	nodes := make(map[K]*N, len(nouns))
	for key, noun := range nouns {
		if noun != nil {
			with.all = append(with.all, noun)
			nodes[key] = node(noun, with)
		}
	}
	return nodes
}
