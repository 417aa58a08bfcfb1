package engine

import (
	"context"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// AcknowledgeReceipt says that a receipt has been taken notice of.
type AcknowledgeReceipt struct {
	ReceiptID uuid.UUID
	Note      *string
}

// Acknowledged is the answer of AcknowledgeReceipt: the receipt, and the receipt.acknowledged that answers it.
type Acknowledged struct {
	Receipt         *models.Receipt
	Acknowledgement *models.Receipt
}

// AcknowledgeReceipt acknowledges a receipt; it closes nothing. Of several acknowledgements the first counts, whoever sent
// it, and later ones return it and write nothing. It returns NOT_FOUND, FORBIDDEN unless the receipt is addressed to the
// caller or the caller is ADMIN, or PAYLOAD_TOO_LARGE.
func (e *Engine) AcknowledgeReceipt(ctx context.Context, v models.Viewer, c AcknowledgeReceipt) (Acknowledged, error) {
	body := models.Object(map[string]models.JSON{"note": models.StringOrNull(c.Note)})
	if err := check(body); err != nil {
		return Acknowledged{}, err
	}
	done, err := do[acknowledged](ctx, e, v, &acknowledgeReceipt{receipt: c.ReceiptID, body: body})
	if err != nil {
		return Acknowledged{}, err
	}
	if done.acknowledgement == nil {
		found, err := e.store.Tenant(v.TenantID).ReceiptsByID(ctx, []uuid.UUID{done.id})
		if err != nil {
			return Acknowledged{}, err
		}
		done.acknowledgement = found[done.id]
	}
	return Acknowledged{Receipt: done.receipt, Acknowledgement: done.acknowledgement}, nil
}

// acknowledged is the command's answer; of an earlier acknowledgement it has only the id.
type acknowledged struct {
	receipt, acknowledgement *models.Receipt
	id                       uuid.UUID
}

type acknowledgeReceipt struct {
	receipt uuid.UUID
	body    models.JSON
}

func (c *acknowledgeReceipt) needs(n *store.Needs) {
	n.Receipts = append(n.Receipts, c.receipt)
	n.Acknowledged = append(n.Acknowledged, c.receipt)
}

func (c *acknowledgeReceipt) decide(s *state) (any, error) {
	r := s.Receipts[c.receipt]
	if r == nil {
		return nil, models.Errorf(models.CodeNotFound, "no receipt has the id %s", c.receipt)
	}
	if !s.viewer.Owns(r.To) {
		return nil, models.Errorf(models.CodeForbidden, "only the receipt's addressee, or ADMIN, may acknowledge it")
	}
	if first := s.Acknowledged[r.ID]; first != uuid.Nil {
		return acknowledged{receipt: r, id: first}, nil
	}
	a := s.emit(draft{
		kind: models.ReceiptAcknowledged, from: s.viewer.Principal, to: models.ServerPrincipal, parents: []uuid.UUID{r.ID}, body: c.body,
	})
	s.acknowledged[a.ID] = r
	s.Acknowledged[r.ID] = a.ID
	return acknowledged{receipt: r, acknowledgement: a, id: a.ID}, nil
}
