package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// ledger checks every receipt by itself, in order, and that the projections know what it brings.
func (a *auditor) ledger(ctx context.Context) error {
	var last int64
	err := walk(ctx, a, "seq", func(r *receiptRow) int64 { return r.Seq }, func(rows []*receiptRow) error {
		var receipts []*models.Receipt
		for _, row := range rows {
			if row.Seq != last+1 {
				a.violation(SeqGap, row.ID, "seq %d follows seq %d", row.Seq, last)
			}
			last = row.Seq
			r, err := row.model()
			if err != nil {
				a.violation(Unreadable, row.ID, "receipt: %v", err)
				continue
			}
			a.receipt(r)
			receipts = append(receipts, r)
		}
		return a.links(ctx, receipts)
	})
	if err != nil {
		return err
	}
	return a.head(ctx, last)
}

func (a *auditor) head(ctx context.Context, newest int64) error {
	var heads []int64
	err := a.tx.NewSelect().Table("ledger_heads").Column("seq").Where("tenant_id = ?", a.tenant).Scan(ctx, &heads)
	if err != nil {
		return err
	}
	var head int64
	if len(heads) > 0 {
		head = heads[0]
	}
	if head != newest {
		a.violation(HeadWrong, uuid.Nil, "the head is %d, the newest receipt has seq %d", head, newest)
	}
	return nil
}

func (a *auditor) receipt(r *models.Receipt) {
	a.counts.Receipts++
	if hash := models.Hash(r.Envelope()); hash != r.Hash {
		a.violation(HashWrong, r.ID, "hash is %s, its envelope gives %s", r.Hash, hash)
	}
	switch text, err := models.ParseJSON([]byte(r.Body)); {
	case err != nil:
		a.violation(BodyNotCanonical, r.ID, "body: %v", err)
	case text != r.Body:
		a.violation(BodyNotCanonical, r.ID, "the body is not its canonical text")
	}
	if r.Archived {
		a.counts.Archived++
		if r.Body != "{}" {
			a.violation(BodyHashWrong, r.ID, "archived, but the body is still here")
		}
		return
	}
	if hash := models.BodyHash(r.Body); hash != r.BodyHash {
		a.violation(BodyHashWrong, r.ID, "body hash is %q, its body gives %q", r.BodyHash, hash)
	}
}

// linked are what the receipts of a page refer to, and the rows that must follow from them.
type linked struct {
	parents map[uuid.UUID]*receiptRow
	tasks   map[uuid.UUID]*taskRow
	leases  map[uuid.UUID]*leaseRow
	owed    map[uuid.UUID]*obligationRow
	awaited map[uuid.UUID]*acknowledgementRow
}

func (a *auditor) links(ctx context.Context, receipts []*models.Receipt) error {
	var own, parents, tasks, leases []uuid.UUID
	for _, r := range receipts {
		own = append(own, r.ID)
		parents = append(parents, r.Parents...)
		tasks, leases = appendID(tasks, r.TaskID), appendID(leases, r.LeaseID)
	}
	var l linked
	var err error
	if l.parents, err = a.receiptsIn(ctx, parents); err != nil {
		return err
	}
	if l.tasks, err = rowsIn(ctx, a, "id", tasks, func(t *taskRow) uuid.UUID { return t.ID }, "id"); err != nil {
		return err
	}
	if l.leases, err = rowsIn(ctx, a, "id", leases, func(l *leaseRow) uuid.UUID { return l.ID }, "id"); err != nil {
		return err
	}
	subjects := slices.Concat(own, parents)
	if l.owed, err = rowsIn(ctx, a, "receipt_id", subjects, func(o *obligationRow) uuid.UUID { return o.ReceiptID }); err != nil {
		return err
	}
	if l.awaited, err = rowsIn(ctx, a, "receipt_id", subjects, func(o *acknowledgementRow) uuid.UUID { return o.ReceiptID }); err != nil {
		return err
	}
	for _, r := range receipts {
		if err := a.linksOf(ctx, r, &l); err != nil {
			return err
		}
	}
	return nil
}

func appendID(ids []uuid.UUID, id uuid.UUID) []uuid.UUID {
	if id == uuid.Nil {
		return ids
	}
	return append(ids, id)
}

func (a *auditor) linksOf(ctx context.Context, r *models.Receipt, l *linked) error {
	if r.TaskID != uuid.Nil && l.tasks[r.TaskID] == nil {
		a.violation(ReceiptTaskMissing, r.ID, "there is no task %s", r.TaskID)
	}
	if r.LeaseID != uuid.Nil && l.leases[r.LeaseID] == nil {
		a.violation(ReceiptLeaseMissing, r.ID, "there is no lease %s", r.LeaseID)
	}
	if r.Type.IsObligation() && l.owed[r.ID] == nil {
		a.violation(ObligationMissing, r.ID, "the obligation has no row")
	}
	if r.Type == models.TaskResultReady && l.awaited[r.ID] == nil {
		a.violation(AcknowledgementMissing, r.ID, "the result has no row")
	}
	for _, id := range r.Parents {
		parent := l.parents[id]
		if parent == nil || parent.Seq >= r.Seq {
			a.violation(ParentMissing, r.ID, "its parent %s is not in the ledger before it", id)
			continue
		}
		if r.Terminates(obligationOf(parent, a.tenant)) {
			if err := a.termination(ctx, r, l.owed[id]); err != nil {
				return err
			}
		}
		if r.Type == models.ReceiptAcknowledged {
			a.acknowledgement(r, id, l.awaited[id])
		}
	}
	return nil
}

// obligationOf has what Terminates looks at.
func obligationOf(row *receiptRow, tenant uuid.UUID) *models.Receipt {
	return &models.Receipt{ID: row.ID, TenantID: tenant, Type: models.ReceiptType(row.Type), TaskID: row.TaskID.UUID}
}

// termination checks that the obligation that r terminates is closed by it and by nothing else. An obligation without a row
// is reported with its own receipt.
func (a *auditor) termination(ctx context.Context, r *models.Receipt, row *obligationRow) error {
	switch {
	case row == nil, row.ClosedBy.UUID == r.ID:
		return nil
	case !row.ClosedBy.Valid:
		a.violation(ObligationWrong, row.ReceiptID, "open, but receipt %s terminates it", r.ID)
		return nil
	}
	other, err := a.terminates(ctx, row.ClosedBy.UUID, row.ReceiptID)
	if err != nil {
		return err
	}
	kind, detail := ObligationWrong, fmt.Sprintf("closed by receipt %s, but receipt %s terminates it", row.ClosedBy.UUID, r.ID)
	if other {
		kind, detail = TerminatedTwice, fmt.Sprintf("receipts %s and %s both terminate it", row.ClosedBy.UUID, r.ID)
	}
	a.violation(kind, row.ReceiptID, "%s", detail)
	return nil
}

func (a *auditor) terminates(ctx context.Context, id, obligation uuid.UUID) (bool, error) {
	rows, err := rowsOf[receiptRow](ctx, a, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.id IN (?)", bun.List([]uuid.UUID{id, obligation}))
	})
	if err != nil || len(rows) != 2 {
		return false, err
	}
	found, err := modelsOf[models.Receipt](rows)
	if err != nil {
		return false, nil // an unreadable receipt terminates nothing, and is reported as such
	}
	return found[0].Terminates(found[1]) || found[1].Terminates(found[0]), nil
}

// acknowledgement checks the row of a receipt that r acknowledges; of several acknowledgements the first counts.
func (a *auditor) acknowledgement(r *models.Receipt, answered uuid.UUID, row *acknowledgementRow) {
	switch {
	case row == nil:
		a.violation(AcknowledgementMissing, answered, "receipt %s acknowledges it, but it has no row", r.ID)
	case !row.AcknowledgedBy.Valid:
		a.violation(AcknowledgementWrong, answered, "unacknowledged, but receipt %s acknowledges it", r.ID)
	case row.AcknowledgedBy.UUID != r.ID && (row.AcknowledgedSeq == nil || *row.AcknowledgedSeq > r.Seq):
		a.violation(AcknowledgementWrong, answered, "acknowledged by receipt %s, but receipt %s was first", row.AcknowledgedBy.UUID, r.ID)
	}
}
