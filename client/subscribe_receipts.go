package client

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// ReceiptEvent is a receipt of the ledger.
type ReceiptEvent struct {
	// Cursor is the place behind it: to go on from there, in a subscription or a list.
	Cursor  string
	Receipt *Receipt
}

// SubscribeReceipts gives the receipts that match the filter, as the ledger grows, behind the cursor after; when that is empty,
// behind the newest one as the loop begins. Otherwise it is as [Client.SubscribeResultReady].
func (c *Client) SubscribeReceipts(ctx context.Context, f ReceiptFilter, after string) iter.Seq2[ReceiptEvent, error] {
	return func(yield func(ReceiptEvent, error) bool) {
		p := &place{c: c, start: after}
		s := subscription[ReceiptEvent]{
			name: "receipts", document: api.ReceiptAdded_Operation,
			variables: func(ctx context.Context) (map[string]any, error) {
				after, _, err := p.resume(ctx)
				return map[string]any{"filter": f.input(), "after": after}, err
			},
			read: func(data json.RawMessage) (ReceiptEvent, bool, error) {
				var d api.ReceiptAddedResponse
				if err := json.Unmarshal(data, &d); err != nil {
					return ReceiptEvent{}, false, err
				}
				event := ReceiptEvent{Cursor: d.Receipts.Cursor, Receipt: receiptOf(d.Receipts.Receipt)}
				return event, p.pass(event.Cursor, event.Receipt.Seq), nil
			},
		}
		s.events(ctx, c)(yield)
	}
}
