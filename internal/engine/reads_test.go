package engine_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// What tests read back: through the store's reads, and behind its back.

func (w *world) task(id uuid.UUID) *models.Task {
	w.t.Helper()
	found, err := w.store.Tenant(w.tenant).TasksByID(context.Background(), []uuid.UUID{id})
	if err != nil {
		w.t.Fatal(err)
	}
	if found[id] == nil {
		w.t.Fatalf("no task %s", id)
	}
	return found[id]
}

func (w *world) lease(id uuid.UUID) *models.Lease {
	w.t.Helper()
	found, err := w.store.Tenant(w.tenant).LeasesByID(context.Background(), []uuid.UUID{id})
	if err != nil {
		w.t.Fatal(err)
	}
	if found[id] == nil {
		w.t.Fatalf("no lease %s", id)
	}
	return found[id]
}

// ledger returns the receipts of a task in order; all of the tenant for uuid.Nil.
func (w *world) ledger(task uuid.UUID) []*models.Receipt {
	w.t.Helper()
	filter := store.ReceiptFilter{}
	if task != uuid.Nil {
		filter.TaskID = &task
	}
	var all []*models.Receipt
	args := store.LedgerPageArgs{First: ptr(models.MaxPageSize)}
	for {
		page, err := w.store.Tenant(w.tenant).Receipts(context.Background(), filter, args)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, page.Nodes...)
		if !page.HasNextPage {
			return all
		}
		args.After = ptr(models.LedgerCursor(w.tenant, all[len(all)-1].Seq))
	}
}

// types returns the types of a task's receipts, in order and without their "task.".
func (w *world) types(task uuid.UUID) string {
	w.t.Helper()
	var types []string
	for _, r := range w.ledger(task) {
		types = append(types, strings.TrimPrefix(string(r.Type), "task."))
	}
	return strings.Join(types, " ")
}

// open returns the tasks whose obligations are open for p.
func (w *world) open(p models.Principal) []uuid.UUID {
	w.t.Helper()
	page, err := w.store.Tenant(w.tenant).OpenObligations(context.Background(), p, store.PageArgs{First: ptr(models.MaxPageSize)})
	if err != nil {
		w.t.Fatal(err)
	}
	var tasks []uuid.UUID
	for _, r := range page.Nodes {
		tasks = append(tasks, r.TaskID)
	}
	return tasks
}

// told is what a receipt is expected to say.
type told struct {
	kind    models.ReceiptType
	from    models.Principal
	to      models.Principal
	lease   uuid.UUID
	parents []uuid.UUID
	body    string
}

func (d told) String() string {
	return fmt.Sprintf("%s %s→%s lease %s parents %v\n    %s", d.kind, d.from, d.to, d.lease, d.parents, d.body)
}

// wantLast compares the task's newest receipts, and that nothing but seq and hash is amiss with any of them.
func (w *world) wantLast(task uuid.UUID, want ...told) []*models.Receipt {
	w.t.Helper()
	all := w.ledger(task)
	if len(all) < len(want) {
		w.t.Fatalf("%d receipts, want at least %d", len(all), len(want))
	}
	last := all[len(all)-len(want):]
	for i, r := range last {
		got := told{r.Type, r.From, r.To, r.LeaseID, r.Parents, string(r.Body)}
		if got.String() != want[i].String() {
			w.t.Errorf("receipt %d is\n  %s\nwant\n  %s", i, got, want[i])
		}
		if r.TaskID != task || r.TenantID != w.tenant || r.Hash != models.Hash(r.Envelope()) || r.BodyHash != models.BodyHash(r.Body) {
			w.t.Errorf("receipt %d has a wrong task, tenant or hash", i)
		}
		if i > 0 && r.Seq != last[i-1].Seq+1 {
			w.t.Errorf("receipt %d has seq %d after %d", i, r.Seq, last[i-1].Seq)
		}
	}
	return last
}

func (w *world) wantTypes(task uuid.UUID, want string) {
	w.t.Helper()
	if got := w.types(task); got != want {
		w.t.Errorf("the task's receipts are\n  %s\nwant\n  %s", got, want)
	}
}

func wantCode(t testing.TB, err error, want models.Code) {
	t.Helper()
	if got := models.CodeOf(err); got != want {
		t.Errorf("the error is %v, want code %q", err, want)
	}
}

func wantTime(t testing.TB, what string, got *time.Time, want time.Time) {
	t.Helper()
	if got == nil || !got.Equal(want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// refuses runs an operation that must end with this code and write nothing.
func (w *world) refuses(want models.Code, operation func() error) {
	w.t.Helper()
	w.writesNothing(func() { w.t.Helper(); wantCode(w.t, operation(), want) })
}

// writesNothing compares every row of the database before and after.
func (w *world) writesNothing(operation func()) {
	w.t.Helper()
	before := w.dump()
	operation()
	if after := w.dump(); after != before {
		w.t.Errorf("something was written:\n%s", difference(before, after))
	}
}

// exec runs a statement behind the store's back.
func (w *world) exec(statement string) {
	w.t.Helper()
	if _, err := w.db.ExecContext(context.Background(), statement); err != nil {
		w.t.Fatal(err)
	}
}

// dump is every row that batches write, as text.
func (w *world) dump() string {
	w.t.Helper()
	var lines []string
	for _, table := range []string{"tasks", "leases", "receipts", "obligations", "acknowledgements", "task_counts", "ledger_heads"} {
		lines = append(lines, dumpTable(w.t, w.db, table)...)
	}
	return strings.Join(lines, "\n")
}

func dumpTable(t testing.TB, db *sql.DB, table string) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		line := table
		for i, v := range values {
			if text, ok := v.([]byte); ok {
				v = string(text)
			}
			line += fmt.Sprintf(" %s=%v", columns[i], v)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

// difference is the lines that only one of two dumps has.
func difference(before, after string) string {
	b, a := strings.Split(before, "\n"), strings.Split(after, "\n")
	var out []string
	for _, line := range b {
		if !slices.Contains(a, line) {
			out = append(out, "- "+line)
		}
	}
	for _, line := range a {
		if !slices.Contains(b, line) {
			out = append(out, "+ "+line)
		}
	}
	return strings.Join(out, "\n")
}

// verify audits the tenant: the ledger's seq, hashes and projections against the receipts.
func (w *world) verify() {
	w.t.Helper()
	_, err := w.store.Verify(context.Background(), &w.tenant, func(v store.Violation) { w.t.Errorf("verify: %+v", v) })
	if err != nil {
		w.t.Error(err)
	}
}
