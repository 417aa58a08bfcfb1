package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// obligations checks every row of the projection against the receipts that it names. That the ledger has no obligation
// without a row, and no terminator without its mark, is seen in the ledger's order.
func (a *auditor) obligations(ctx context.Context) error {
	return walk(ctx, a, "receipt_id", func(o *obligationRow) uuid.UUID { return o.ReceiptID }, func(rows []*obligationRow) error {
		var named []uuid.UUID
		for _, o := range rows {
			named = appendID(append(named, o.ReceiptID), o.ClosedBy.UUID)
		}
		receipts, err := a.receiptsIn(ctx, named)
		if err != nil {
			return err
		}
		for _, o := range rows {
			a.obligation(o, receipts[o.ReceiptID], receipts[o.ClosedBy.UUID])
		}
		return nil
	})
}

func (a *auditor) obligation(o *obligationRow, owed, closer *receiptRow) {
	if o.ClosedBy.Valid {
		a.counts.ClosedObligations++
	} else {
		a.counts.OpenObligations++
	}
	if owed == nil || !models.ReceiptType(owed.Type).IsObligation() {
		a.violation(ObligationExtra, o.ReceiptID, "the ledger has no such obligation")
		return
	}
	if o.Seq != owed.Seq || o.ToKind != owed.ToKind || o.ToID != owed.ToID || o.TaskID != owed.TaskID.UUID {
		a.violation(ObligationWrong, o.ReceiptID, "seq, addressee or task differ from the receipt's")
	}
	switch {
	case !o.ClosedBy.Valid && o.ClosedSeq == nil:
	case !o.ClosedBy.Valid:
		a.violation(ObligationWrong, o.ReceiptID, "open, but with the closing seq %d", *o.ClosedSeq)
	case closer == nil || !terminates(closer, owed):
		a.violation(ObligationWrong, o.ReceiptID, "closed by receipt %s, which does not terminate it", o.ClosedBy.UUID)
	case o.ClosedSeq == nil || *o.ClosedSeq != closer.Seq:
		a.violation(ObligationWrong, o.ReceiptID, "its closing seq is not that of receipt %s", closer.ID)
	}
}

func terminates(closer, owed *receiptRow) bool {
	r := obligationOf(closer, owed.TenantID)
	r.Parents = parentsOf(closer)
	return r.Terminates(obligationOf(owed, owed.TenantID))
}

// parentsOf has none when they can't be read, which is reported with the receipt.
func parentsOf(row *receiptRow) (parents []uuid.UUID) {
	_ = json.Unmarshal([]byte(row.Parents), &parents)
	return parents
}

// acknowledgements does the same for that projection.
func (a *auditor) acknowledgements(ctx context.Context) error {
	return walk(ctx, a, "receipt_id", func(o *acknowledgementRow) uuid.UUID { return o.ReceiptID }, func(rows []*acknowledgementRow) error {
		var named []uuid.UUID
		for _, o := range rows {
			named = appendID(append(named, o.ReceiptID), o.AcknowledgedBy.UUID)
		}
		receipts, err := a.receiptsIn(ctx, named)
		if err != nil {
			return err
		}
		for _, o := range rows {
			a.acknowledged(o, receipts[o.ReceiptID], receipts[o.AcknowledgedBy.UUID])
		}
		return nil
	})
}

func (a *auditor) acknowledged(o *acknowledgementRow, answered, answer *receiptRow) {
	if o.AcknowledgedBy.Valid {
		a.counts.Acknowledged++
	} else {
		a.counts.Unacknowledged++
	}
	if answered == nil || !o.AcknowledgedBy.Valid && models.ReceiptType(answered.Type) != models.TaskResultReady {
		a.violation(AcknowledgementExtra, o.ReceiptID, "the ledger has no such acknowledgement, and no such result that awaits one")
		return
	}
	if o.Seq != answered.Seq || o.ToKind != answered.ToKind || o.ToID != answered.ToID {
		a.violation(AcknowledgementWrong, o.ReceiptID, "seq or addressee differ from the receipt's")
	}
	switch {
	case !o.AcknowledgedBy.Valid && o.AcknowledgedSeq == nil:
	case !o.AcknowledgedBy.Valid:
		a.violation(AcknowledgementWrong, o.ReceiptID, "unacknowledged, but with the seq %d", *o.AcknowledgedSeq)
	case answer == nil || models.ReceiptType(answer.Type) != models.ReceiptAcknowledged || !slices.Contains(parentsOf(answer), o.ReceiptID):
		a.violation(AcknowledgementWrong, o.ReceiptID, "receipt %s does not acknowledge it", o.AcknowledgedBy.UUID)
	case o.AcknowledgedSeq == nil || *o.AcknowledgedSeq != answer.Seq:
		a.violation(AcknowledgementWrong, o.ReceiptID, "its seq is not that of receipt %s", answer.ID)
	}
}

// taskCounts compares the projection behind QueueStats with the tasks.
func (a *auditor) taskCounts(ctx context.Context) error {
	var rows []struct {
		Type, Status    string
		Counted, Stored int64
	}
	err := a.tx.NewRaw(`SELECT coalesce(t.type, c.type) AS type, coalesce(t.status, c.status) AS status,
			coalesce(t.n, 0) AS counted, coalesce(c.count, 0) AS stored
		FROM (SELECT type, status, count(*) AS n FROM tasks WHERE tenant_id = ? GROUP BY type, status) AS t
		FULL JOIN (SELECT type, status, count FROM task_counts WHERE tenant_id = ?) AS c ON c.type = t.type AND c.status = t.status
		WHERE coalesce(t.n, 0) <> coalesce(c.count, 0)`, a.tenant, a.tenant).Scan(ctx, &rows)
	for _, r := range rows {
		a.violation(TaskCountWrong, uuid.Nil, "%d tasks of type %q are %s, %d are counted", r.Counted, r.Type, r.Status, r.Stored)
	}
	return err
}

// edges compares the edges that children are read from, where a database has them, with the parents.
func (a *auditor) edges(ctx context.Context, d dialect) error {
	for kind, query := range d.edgeFaults() {
		var rows []struct {
			ParentID string
			Seq      int64
		}
		if err := a.tx.NewRaw(query, a.tenant).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			parent, _ := uuid.Parse(r.ParentID) // of parents that can't be read it may be anything
			a.violation(kind, parent, "the edge from %q to the receipt of seq %d", r.ParentID, r.Seq)
		}
	}
	return nil
}
