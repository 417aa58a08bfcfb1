package store

import (
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/asyncgate/asyncgate/models"
)

// A plan is what a batch writes, in the order in which it is written: the ledger's head after tasks and leases, so that it
// is held shortest, then the receipts and what follows from them.
//
// A seq in a row is either the absolute one of a receipt that exists, which is positive, or counts back from the new
// head: 0 is the batch's last receipt, -1 the one before. The databases resolve it.
type plan struct {
	tenant uuid.UUID
	before []bulk // tasks and leases
	head   int    // how far the ledger's head moves
	after  []bulk // receipts, projections, counts
}

// bulk is one multi-row statement.
type bulk struct {
	kind  bulkKind
	table *schema.Table
	rows  []any // pointers to row structs of the table
	// set are the columns that an update or upsert writes; an upsert adds them to what is there.
	set []string
	// guard is what else must hold for a row to be updated.
	guard string
}

type bulkKind int

const (
	insert bulkKind = iota
	update
	upsert
)

var (
	taskChanges  = []string{"status", "attempt", "expiry_count", "updated_at", "next_eligible_at", "started_at", "outcome", "progress", "progress_at"}
	leaseChanges = []string{"state", "expires_at", "ended_at", "renewal_count", "progress_sequence", "report_hash"}
)

func newPlan(db *bun.DB, tenant uuid.UUID, w *Writes) *plan {
	p := &plan{tenant: tenant, head: len(w.Receipts)}
	p.before = add(p.before, db, insert, each(w.NewTasks, newTaskRow), nil, "")
	p.before = add(p.before, db, update, each(w.ChangedTasks, newTaskRow), taskChanges, "")
	// Leases that end come before leases that begin: a task may change hands within a batch.
	p.before = add(p.before, db, update, each(w.ChangedLeases, newLeaseRow), leaseChanges, "t.ended_at IS NULL")
	p.before = add(p.before, db, insert, each(w.NewLeases, newLeaseRow), nil, "")

	receipts := each(w.Receipts, newReceiptRow)
	for i, r := range receipts {
		r.Seq = int64(i + 1 - p.head)
	}
	opened, closed := obligationRows(receipts, w.Receipts)
	awaiting, acknowledged := acknowledgementRows(receipts, w)
	p.after = add(p.after, db, insert, receipts, nil, "")
	p.after = add(p.after, db, insert, opened, nil, "")
	p.after = add(p.after, db, update, closed, []string{"closed_by", "closed_seq"}, "t.closed_by IS NULL")
	p.after = add(p.after, db, insert, awaiting, nil, "")
	p.after = add(p.after, db, update, acknowledged, []string{"acknowledged_by", "acknowledged_seq"}, "t.acknowledged_by IS NULL")
	p.after = add(p.after, db, upsert, countRows(tenant, w.Counts), []string{"count"}, "")
	return p
}

func each[M, R any](nouns []*M, row func(*M) *R) []*R {
	rows := make([]*R, len(nouns))
	for i, n := range nouns {
		rows[i] = row(n)
	}
	return rows
}

func add[R any](bulks []bulk, db *bun.DB, kind bulkKind, rows []*R, set []string, guard string) []bulk {
	if len(rows) == 0 {
		return bulks
	}
	anys := make([]any, len(rows))
	for i, r := range rows {
		anys[i] = r
	}
	return append(bulks, bulk{kind: kind, table: db.Table(reflect.TypeFor[R]()), rows: anys, set: set, guard: guard})
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

// columns returns the fields that a bulk sends: all for an insert or upsert, keys and changes for an update.
func (b *bulk) columns() []*schema.Field {
	if b.kind != update {
		return b.table.Fields
	}
	var fields []*schema.Field
	for _, f := range b.table.Fields {
		if f.IsPK || slices.Contains(b.set, f.Name) {
			fields = append(fields, f)
		}
	}
	return fields
}

// relative tells whether a column holds a seq that may count back from the new head.
func relative(f *schema.Field) bool { return f.Name == "seq" || strings.HasSuffix(f.Name, "_seq") }
