package client

import (
	"context"
	"iter"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// PageInput says which page of a list is wanted. The zero value is the first one.
type PageInput struct {
	// First is how many rows at most: 1 to 200, 50 when it is 0.
	First int
	// After is the cursor behind which the page begins, as a page's EndCursor.
	After string
}

// Page is a part of a list.
type Page[T any] struct {
	Nodes []T
	// EndCursor is the place behind the last row; "" for an empty page. Cursors never grow stale.
	EndCursor string
	// HasNextPage tells whether more follows.
	HasNextPage bool

	next func(ctx context.Context, after string) (*Page[T], error)
}

// Next asks for the page behind this one; nil when there is none.
func (p *Page[T]) Next(ctx context.Context) (*Page[T], error) {
	if !p.HasNextPage {
		return nil, nil
	}
	return p.next(ctx, p.EndCursor)
}

// All is the rows of this page and of all behind it, which are asked for when they are needed. An error is the last thing
// that it gives.
func (p *Page[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page := p; page != nil; {
			for _, node := range page.Nodes {
				if !yield(node, nil) {
					return
				}
			}
			var err error
			if page, err = page.Next(ctx); err != nil {
				yield(*new(T), err)
				return
			}
		}
	}
}

func pageOf[A, B any](
	nodes []A, info api.PageFields, convert func(A) B, size int, next func(context.Context, PageInput) (*Page[B], error),
) *Page[B] {
	return &Page[B]{
		Nodes: mapped(nodes, convert), EndCursor: valueOf(info.EndCursor), HasNextPage: info.HasNextPage,
		next: func(ctx context.Context, after string) (*Page[B], error) {
			return next(ctx, PageInput{First: size, After: after})
		},
	}
}
