package graph

import (
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// page is what the three kinds of connections share. Cursors are computed when they are selected.
type page[N any] struct {
	nodes       []*N
	hasNext     bool
	hasPrevious bool
}

// pageOf makes a page of a slice that is read alone.
func pageOf[M, N any](s *store.Slice[M], node func(*M, *peers[M]) *N) page[N] {
	return page[N]{together(s.Nodes, node), s.HasNextPage, s.HasPreviousPage}
}

// pagesOf makes pages of slices that one statement has read; all their rows are peers.
func pagesOf[K comparable, M, N any](slices map[K]*store.Slice[M], node func(*M, *peers[M]) *N) map[K]page[N] {
	with := &peers[M]{}
	pages := make(map[K]page[N], len(slices))
	for key, s := range slices {
		if s == nil {
			continue
		}
		with.all = append(with.all, s.Nodes...)
		nodes := make([]*N, len(s.Nodes))
		for i, noun := range s.Nodes {
			nodes[i] = node(noun, with)
		}
		pages[key] = page[N]{nodes, s.HasNextPage, s.HasPreviousPage}
	}
	return pages
}

func (p page[N]) info(cursor func(*N) string) *PageInfo {
	info := &PageInfo{HasNextPage: p.hasNext, HasPreviousPage: p.hasPrevious}
	if len(p.nodes) > 0 {
		start, end := cursor(p.nodes[0]), cursor(p.nodes[len(p.nodes)-1])
		info.StartCursor, info.EndCursor = &start, &end
	}
	return info
}

func edgesOf[N, E any](p page[N], edge func(*N) *E) []*E {
	edges := make([]*E, len(p.nodes))
	for i, node := range p.nodes {
		edges[i] = edge(node)
	}
	return edges
}

func (t *Task) cursor() string    { return models.TaskCursor(t.Task) }
func (l *Lease) cursor() string   { return models.LeaseCursor(l.Lease) }
func (r *Receipt) cursor() string { return models.LedgerCursor(r.TenantID, r.Seq) }

// TaskConnection is a page of tasks.
type TaskConnection struct{ page page[Task] }

// Nodes are the tasks of the page.
func (c *TaskConnection) Nodes() []*Task { return c.page.nodes }

// Edges are the tasks with their cursors.
func (c *TaskConnection) Edges() []*TaskEdge {
	return edgesOf(c.page, func(t *Task) *TaskEdge { return &TaskEdge{Cursor: t.cursor(), Node: t} })
}

// PageInfo tells where the page stands.
func (c *TaskConnection) PageInfo() *PageInfo { return c.page.info((*Task).cursor) }

// LeaseConnection is a page of leases.
type LeaseConnection struct{ page page[Lease] }

// Nodes are the leases of the page.
func (c *LeaseConnection) Nodes() []*Lease { return c.page.nodes }

// Edges are the leases with their cursors.
func (c *LeaseConnection) Edges() []*LeaseEdge {
	return edgesOf(c.page, func(l *Lease) *LeaseEdge { return &LeaseEdge{Cursor: l.cursor(), Node: l} })
}

// PageInfo tells where the page stands.
func (c *LeaseConnection) PageInfo() *PageInfo { return c.page.info((*Lease).cursor) }

// ReceiptConnection is a page of receipts.
type ReceiptConnection struct{ page page[Receipt] }

// Nodes are the receipts of the page.
func (c *ReceiptConnection) Nodes() []*Receipt { return c.page.nodes }

// Edges are the receipts with their cursors.
func (c *ReceiptConnection) Edges() []*ReceiptEdge {
	return edgesOf(c.page, func(r *Receipt) *ReceiptEdge { return &ReceiptEdge{Cursor: r.cursor(), Node: r} })
}

// PageInfo tells where the page stands.
func (c *ReceiptConnection) PageInfo() *PageInfo { return c.page.info((*Receipt).cursor) }
