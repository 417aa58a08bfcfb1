package mcp

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

type acknowledgeReceiptInput struct {
	ReceiptID uuid.UUID `json:"receiptId"`
	Note      string    `json:"note,omitempty" jsonschema:"anything to add, for whoever reads the ledger"`
}

type acknowledgeReceiptOutput struct {
	ReceiptID       uuid.UUID `json:"receiptId"`
	Acknowledgement uuid.UUID `json:"acknowledgementId" jsonschema:"the receipt that says so; the first one, if there was one already"`
}

func acknowledgeReceipt(t *toolbox) {
	add(t, tool{
		name: "acknowledge_receipt", title: "Acknowledge a receipt", repeatable: true,
		description: "Says that you have dealt with a receipt that is addressed to you, such as a result: it is not given to you again. It closes nothing and can be repeated.",
	}, func(ctx context.Context, c *client.Client, in acknowledgeReceiptInput) (acknowledgeReceiptOutput, error) {
		done, err := c.AcknowledgeReceipt(ctx, client.AcknowledgeReceiptInput{ReceiptID: in.ReceiptID, Note: in.Note})
		if err != nil {
			return acknowledgeReceiptOutput{}, err
		}
		return acknowledgeReceiptOutput{ReceiptID: done.Receipt.ID, Acknowledgement: done.Acknowledgement.ID}, nil
	})
}
