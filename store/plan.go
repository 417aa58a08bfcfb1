package store

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// A plan is what a batch writes, in the order in which it is written: the ledger's head after tasks and leases, so that it
// is held shortest, then the receipts and what follows from them.
//
// A seq in a row is either absolute, which is positive, or counts back from the new head: 0 is the batch's last receipt, -1 the
// one before. The databases resolve it.
type plan struct {
	tenant uuid.UUID
	before []bulk // tasks and leases
	head   int    // how far the ledger's head moves
	after  []bulk // receipts and projections
	counts []bulk
}

// bulk is one multi-row statement, with its rows.
type bulk struct {
	*form
	rows []any // pointers to row structs of the form's table
}

// newPlan plans what is decided. end is where the ledger's head will be then; 0 when only the database knows.
func newPlan(f *forms, tenant uuid.UUID, w *Writes, end int64) *plan {
	p := &plan{tenant: tenant, head: len(w.Receipts)}
	p.before = add(p.before, &f.newTasks, each(w.NewTasks, newTaskRow))
	p.before = add(p.before, &f.changedTasks, each(w.ChangedTasks, newTaskRow))
	// Leases that end come before leases that begin: a task may change hands within a batch.
	p.before = add(p.before, &f.changedLeases, each(w.ChangedLeases, newLeaseRow))
	p.before = add(p.before, &f.newLeases, each(w.NewLeases, newLeaseRow))

	receipts := each(w.Receipts, newReceiptRow)
	for i, r := range receipts {
		r.Seq = end + int64(i+1-p.head)
	}
	opened, closed := obligationRows(receipts, w.Receipts)
	awaiting, acknowledged := acknowledgementRows(receipts, w)
	p.after = add(p.after, &f.receipts, receipts)
	p.after = add(p.after, &f.opened, opened)
	p.after = add(p.after, &f.closed, closed)
	p.after = add(p.after, &f.awaiting, awaiting)
	p.after = add(p.after, &f.acknowledged, acknowledged)
	p.counts = add(p.counts, &f.counts, countRows(tenant, w.Counts))
	return p
}

// updates tells whether rows that exist are changed.
func (p *plan) updates() bool {
	change := func(b bulk) bool { return b.kind == update }
	return slices.ContainsFunc(p.before, change) || slices.ContainsFunc(p.after, change)
}

func each[M, R any](nouns []*M, row func(*M) *R) []*R {
	rows := make([]*R, len(nouns))
	for i, n := range nouns {
		rows[i] = row(n)
	}
	return rows
}

func add[R any](bulks []bulk, f *form, rows []*R) []bulk {
	if len(rows) == 0 {
		return bulks
	}
	anys := make([]any, len(rows))
	for i, r := range rows {
		anys[i] = r
	}
	return append(bulks, bulk{form: f, rows: anys})
}

// obligationRows follow from the receipts alone: those that are owed open a row, those that terminate close one. An
// obligation that is opened and closed in one batch is inserted closed.
func obligationRows(rows []*receiptRow, receipts []*models.Receipt) (opened, closed []*obligationRow) {
	fresh := map[uuid.UUID]*obligationRow{}
	for i, r := range receipts {
		if r.Type.IsObligation() {
			row := &obligationRow{
				TenantID: r.TenantID, ReceiptID: r.ID, Seq: rows[i].Seq, ToKind: rows[i].ToKind, ToID: rows[i].ToID, TaskID: r.TaskID,
			}
			fresh[r.ID] = row
			opened = append(opened, row)
		}
		if !r.Type.Terminates(models.TaskAssigned) {
			continue
		}
		// Its only parent is the task's obligation: the engine writes terminal receipts so.
		seq := rows[i].Seq
		row := fresh[r.Parents[0]]
		if row == nil {
			row = &obligationRow{TenantID: r.TenantID, ReceiptID: r.Parents[0]}
			closed = append(closed, row)
		}
		row.ClosedBy, row.ClosedSeq = nullID(r.ID), &seq
	}
	return opened, closed
}

// acknowledgementRows: a result awaits its acknowledgement from the start, any other receipt gets its row with it.
func acknowledgementRows(rows []*receiptRow, w *Writes) (awaiting, acknowledged []*acknowledgementRow) {
	for i, r := range w.Receipts {
		switch r.Type {
		case models.TaskResultReady:
			awaiting = append(awaiting, &acknowledgementRow{
				TenantID: r.TenantID, ReceiptID: r.ID, Seq: rows[i].Seq, ToKind: rows[i].ToKind, ToID: rows[i].ToID,
			})
		case models.ReceiptAcknowledged:
			seq := rows[i].Seq
			answered := w.Acknowledged[r.ID]
			row := &acknowledgementRow{
				TenantID: r.TenantID, ReceiptID: answered.ID, Seq: answered.Seq, ToKind: string(answered.To.Kind), ToID: answered.To.ID,
				AcknowledgedBy: nullID(r.ID), AcknowledgedSeq: &seq,
			}
			if answered.Type == models.TaskResultReady {
				acknowledged = append(acknowledged, row)
			} else {
				awaiting = append(awaiting, row)
			}
		}
	}
	return awaiting, acknowledged
}

// countRows are sorted, so that two replicas never wait for each other crosswise.
func countRows(tenant uuid.UUID, counts map[Count]int) []*taskCountRow {
	var rows []*taskCountRow
	for c, n := range counts {
		if n != 0 {
			rows = append(rows, &taskCountRow{TenantID: tenant, Type: c.Type, Status: string(c.Status), Count: int64(n)})
		}
	}
	slices.SortFunc(rows, func(a, b *taskCountRow) int {
		if c := strings.Compare(a.Type, b.Type); c != 0 {
			return c
		}
		return strings.Compare(a.Status, b.Status)
	})
	return rows
}
