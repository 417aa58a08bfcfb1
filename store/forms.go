package store

import (
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// A form is a kind of multi-row statement of batches: what is done to the rows of which table. There are few, and each is put
// into the database's words once, when the store is opened.
type form struct {
	kind  formKind
	table string
	// columns are the fields that are sent: all for an insert or upsert, keys and changes for an update.
	columns []*schema.Field
	// set are the columns that an update writes.
	set []string
	// guard is what else must hold for a row to be updated.
	guard string
	// text is the statement; single the one for a single row, where that is another.
	text, single string
}

type formKind int

const (
	insert formKind = iota
	update
	// upsert adds the counts to those that are there.
	upsert
)

// forms are all that batches write, but for the ledger's head.
type forms struct {
	newTasks, changedTasks   form
	newLeases, changedLeases form
	receipts                 form
	opened, closed           form // obligations
	awaiting, acknowledged   form
	counts                   form
}

func newForms(db *bun.DB, words func(*form) (text, single string)) *forms {
	f := &forms{
		newTasks: formOf[taskRow](db, insert, ""),
		changedTasks: formOf[taskRow](db, update, "",
			"status", "attempt", "expiry_count", "updated_at", "next_eligible_at", "started_at", "outcome", "progress", "progress_at", "lane"),
		newLeases: formOf[leaseRow](db, insert, ""),
		changedLeases: formOf[leaseRow](db, update, "t.ended_at IS NULL",
			"state", "expires_at", "ended_at", "renewal_count", "progress_sequence", "report_hash"),
		receipts:     formOf[receiptRow](db, insert, ""),
		opened:       formOf[obligationRow](db, insert, ""),
		closed:       formOf[obligationRow](db, update, "t.closed_by IS NULL", "closed_by", "closed_seq"),
		awaiting:     formOf[acknowledgementRow](db, insert, ""),
		acknowledged: formOf[acknowledgementRow](db, update, "t.acknowledged_by IS NULL", "acknowledged_by", "acknowledged_seq"),
		counts:       formOf[taskCountRow](db, upsert, ""),
	}
	for _, one := range f.all() {
		one.text, one.single = words(one)
	}
	return f
}

func (f *forms) all() []*form {
	return []*form{
		&f.newTasks, &f.changedTasks, &f.newLeases, &f.changedLeases,
		&f.receipts, &f.opened, &f.closed, &f.awaiting, &f.acknowledged, &f.counts,
	}
}

func formOf[R any](db *bun.DB, kind formKind, guard string, set ...string) form {
	table := db.Table(reflect.TypeFor[R]())
	f := form{kind: kind, table: table.Name, columns: table.Fields, set: set, guard: guard}
	if kind == update {
		f.columns = slices.DeleteFunc(slices.Clone(table.Fields), func(c *schema.Field) bool { return !c.IsPK && !slices.Contains(set, c.Name) })
	}
	return f
}

// relative tells whether a column holds a seq that may count back from the new head.
func relative(f *schema.Field) bool { return f.Name == "seq" || strings.HasSuffix(f.Name, "_seq") }
