package store

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// PageArgs ask for a page: the first rows behind a cursor. First is models.DefaultPageSize when nil, at most
// models.MaxPageSize (more is clamped), and BAD_USER_INPUT below 1; After is the start when nil, and BAD_USER_INPUT when it
// is no cursor of that list and tenant.
type PageArgs struct {
	First *int
	After *string
}

// LedgerPageArgs ask for a page of the ledger: its first rows, or its last, still oldest first, between two cursors.
// BAD_USER_INPUT as PageArgs, and when First and Last are both given.
type LedgerPageArgs struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// Slice is a page of a list.
type Slice[T any] struct {
	Nodes []*T
	// HasNextPage tells whether rows follow; of a page made with Last, whether Before was given.
	HasNextPage bool
	// HasPreviousPage tells whether After was given; of a page made with Last, whether rows lie before.
	HasPreviousPage bool
}

// newSlice makes a page of nodes that were read up to one more than it holds.
func newSlice[T any](nodes []*T, size int, after bool) *Slice[T] {
	return &Slice[T]{Nodes: nodes[:min(size, len(nodes))], HasNextPage: len(nodes) > size, HasPreviousPage: after}
}

func pageSize(name string, n *int) (int, error) {
	switch {
	case n == nil:
		return models.DefaultPageSize, nil
	case *n < 1:
		return 0, models.Errorf(models.CodeBadUserInput, "%s is %d; allowed are 1 to %d", name, *n, models.MaxPageSize)
	default:
		return min(*n, models.MaxPageSize), nil
	}
}

// A placePage is a page of tasks or leases, which are ordered by time and id, newest first.
type placePage struct {
	size  int
	after *models.Place
}

func newPlacePage(args PageArgs, tenant uuid.UUID, parse func(uuid.UUID, string) (models.Place, error)) (placePage, error) {
	size, err := pageSize("first", args.First)
	if err != nil || args.After == nil {
		return placePage{size: size}, err
	}
	after, err := parse(tenant, *args.After)
	return placePage{size: size, after: &after}, err
}

// of makes q read the page, and a row more, of a table by its columns of time and id.
func (p placePage) of(q *bun.SelectQuery, at, id bun.Ident) *bun.SelectQuery {
	if p.after != nil {
		q = q.Where("(?, ?) < (?, ?)", at, id, instant(p.after.At), p.after.ID)
	}
	return q.OrderExpr("? DESC, ? DESC", at, id).Limit(int64(p.size) + 1)
}

// A seqPage is a page of a part of the ledger, oldest first.
type seqPage struct {
	size  int
	after *int64
	// before and last are set by LedgerPageArgs alone.
	before *int64
	last   bool
}

func newSeqPage(args PageArgs, tenant uuid.UUID) (seqPage, error) {
	return newLedgerPage(LedgerPageArgs{First: args.First, After: args.After}, tenant)
}

func newLedgerPage(args LedgerPageArgs, tenant uuid.UUID) (p seqPage, err error) {
	if args.First != nil && args.Last != nil {
		return p, models.Errorf(models.CodeBadUserInput, "first and last exclude each other; pass one of them")
	}
	p.last = args.Last != nil
	name, n := "first", args.First
	if p.last {
		name, n = "last", args.Last
	}
	if p.size, err = pageSize(name, n); err != nil {
		return p, err
	}
	if p.after, err = parseSeq(tenant, args.After); err != nil {
		return p, err
	}
	p.before, err = parseSeq(tenant, args.Before)
	return p, err
}

func parseSeq(tenant uuid.UUID, cursor *string) (*int64, error) {
	if cursor == nil {
		return nil, nil // a bound that is not given
	}
	seq, err := models.ParseLedgerCursor(tenant, *cursor)
	return &seq, err
}

// of makes q read the page, and a row more, by the column of seq.
func (p seqPage) of(q *bun.SelectQuery, seq bun.Ident) *bun.SelectQuery {
	if p.after != nil {
		q = q.Where("? > ?", seq, *p.after)
	}
	if p.before != nil {
		q = q.Where("? < ?", seq, *p.before)
	}
	if p.last {
		return q.OrderExpr("? DESC", seq).Limit(int64(p.size) + 1)
	}
	return q.OrderExpr("?", seq).Limit(int64(p.size) + 1)
}

func (p seqPage) slice(receipts []*models.Receipt) *Slice[models.Receipt] {
	if !p.last {
		return newSlice(receipts, p.size, p.after != nil)
	}
	s := &Slice[models.Receipt]{
		Nodes: receipts[:min(p.size, len(receipts))], HasPreviousPage: len(receipts) > p.size || p.after != nil, HasNextPage: p.before != nil,
	}
	slices.Reverse(s.Nodes)
	return s
}

// check returns BAD_USER_INPUT for a cursor beyond the ledger's head. Rows behind after prove that it is not, so that most
// pages take no statement for this.
func (p seqPage) check(ctx context.Context, t *Tenant, found bool) error {
	far := max(value(p.before), 0)
	if !found {
		far = max(far, value(p.after))
	}
	if far == 0 {
		return nil
	}
	head, err := t.Head(ctx)
	if err == nil && far > head {
		err = models.Errorf(models.CodeBadUserInput, "the cursor lies beyond the end of the ledger; pass one that a query returned")
	}
	return err
}

func value(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}
