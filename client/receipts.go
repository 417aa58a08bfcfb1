package client

import (
	"context"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// Receipt returns a receipt of the tenant by its id. NOT_FOUND: there is none such.
func (c *Client) Receipt(ctx context.Context, id uuid.UUID) (*Receipt, error) {
	data, err := call(ctx, c, operation{name: "receipt"}, func(ctx context.Context, g graphql.Client) (*api.ReceiptResponse, error) {
		return api.Receipt(ctx, g, id)
	})
	if err != nil {
		return nil, err
	}
	return found(data.Receipt, "receipt", receiptOf)
}

// ReceiptFilter says which receipts: those that match every field that is not zero.
type ReceiptFilter struct {
	Types    []ReceiptType
	From, To Principal
	TaskID   uuid.UUID
	LeaseID  uuid.UUID
	// CreatedAfter is inclusive, CreatedBefore exclusive.
	CreatedAfter  time.Time
	CreatedBefore time.Time
}

func (f ReceiptFilter) input() *api.ReceiptFilter {
	return &api.ReceiptFilter{
		Types: named[api.ReceiptType](f.Types), From: f.From.orCaller(), To: f.To.orCaller(),
		TaskId: orNone(f.TaskID), LeaseId: orNone(f.LeaseID),
		CreatedAfter: orNone(f.CreatedAfter), CreatedBefore: orNone(f.CreatedBefore),
	}
}

// Receipts lists the ledger, oldest first.
func (c *Client) Receipts(ctx context.Context, f ReceiptFilter, p PageInput) (*Page[*Receipt], error) {
	data, err := call(ctx, c, operation{name: "receipts"}, func(ctx context.Context, g graphql.Client) (*api.ReceiptsResponse, error) {
		return api.Receipts(ctx, g, f.input(), orNone(p.First), orNone(p.After))
	})
	if err != nil {
		return nil, err
	}
	r := data.Receipts
	return pageOf(r.Nodes, r.PageInfo, receiptOf, p.First, func(ctx context.Context, p PageInput) (*Page[*Receipt], error) {
		return c.Receipts(ctx, f, p)
	}), nil
}

// LedgerHead returns the cursor behind the newest receipt. Take it before reading what is then followed: nothing falls between.
func (c *Client) LedgerHead(ctx context.Context) (string, error) {
	data, err := call(ctx, c, operation{name: "ledgerHead"}, api.LedgerHead)
	if err != nil {
		return "", err
	}
	return data.LedgerHead, nil
}

// OpenObligations lists what a principal (the caller when zero) is still owed, oldest first: the task.assigned receipts that no
// terminal receipt answers.
func (c *Client) OpenObligations(ctx context.Context, of Principal, p PageInput) (*Page[*Receipt], error) {
	o := operation{name: "openObligations"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.OpenObligationsResponse, error) {
		return api.OpenObligations(ctx, g, of.orCaller(), orNone(p.First), orNone(p.After))
	})
	if err != nil {
		return nil, err
	}
	r := data.OpenObligations
	return pageOf(r.Nodes, r.PageInfo, receiptOf, p.First, func(ctx context.Context, p PageInput) (*Page[*Receipt], error) {
		return c.OpenObligations(ctx, of, p)
	}), nil
}
