package client

import (
	"context"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// AcknowledgeReceiptInput says which receipt was taken note of.
type AcknowledgeReceiptInput struct {
	ReceiptID uuid.UUID
	// Note is anything to add.
	Note string
}

// AcknowledgeReceiptPayload is the receipt and its acknowledgement.
type AcknowledgeReceiptPayload struct {
	Receipt *Receipt
	// Acknowledgement is this call's, or the first one whoever sent it.
	Acknowledgement *Receipt
}

// AcknowledgeReceipt takes note of a receipt, by its addressee or an ADMIN. It closes nothing; of a result it says that
// SubscribeResultReady need not give it again. Codes: NOT_FOUND, FORBIDDEN, PAYLOAD_TOO_LARGE (the note).
func (c *Client) AcknowledgeReceipt(ctx context.Context, in AcknowledgeReceiptInput) (*AcknowledgeReceiptPayload, error) {
	input := api.AcknowledgeReceiptInput{ReceiptId: in.ReceiptID, Note: orNone(in.Note)}
	o := operation{name: "acknowledgeReceipt"}
	data, err := call(ctx, c, o, func(ctx context.Context, g graphql.Client) (*api.AcknowledgeReceiptResponse, error) {
		return api.AcknowledgeReceipt(ctx, g, input)
	})
	if err != nil {
		return nil, err
	}
	a := data.AcknowledgeReceipt
	return &AcknowledgeReceiptPayload{Receipt: reportOf(a.Receipt), Acknowledgement: reportOf(a.Acknowledgement)}, nil
}
