package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func testTasks(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	var created []*models.Task
	for range 5 {
		created = append(created, w.Create(Planner, "t"))
	}
	newest := reversed(taskIDs(created))
	page, err := w.Tenant.Tasks(t.Context(), store.TaskFilter{}, first(3))
	wantEqual(t, "first page", taskIDs(must(page, err)(t).Nodes), newest[:3])
	wantFlags(t, "first page", page, true, false)
	page, err = w.Tenant.Tasks(t.Context(), store.TaskFilter{}, first(3, models.TaskCursor(page.Nodes[2])))
	wantEqual(t, "second page", taskIDs(must(page, err)(t).Nodes), newest[3:])
	wantFlags(t, "second page", page, false, true)
}

func testTaskFilter(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	key, other := "key", models.Principal{Kind: models.KindHuman, ID: "planner"}
	queued := w.Create(Planner, "a", func(t *models.Task) { t.IdempotencyKey = &key })
	leased := w.Create(other, "b")
	w.Claim(leased.ID, Worker)
	done := w.Create(Planner, "b")
	w.Claim(done.ID, Worker)
	w.Complete(done.ID)
	canceled := w.Create(Planner, "it's \\ ? ü")
	w.Cancel(canceled.ID)

	at := func(t *models.Task, d time.Duration) *time.Time {
		moment := t.CreatedAt.Add(d)
		return &moment
	}
	text := func(s string) *string { return &s }
	tests := []struct {
		name   string
		filter store.TaskFilter
		want   []*models.Task
	}{
		{"None", store.TaskFilter{}, []*models.Task{canceled, done, leased, queued}},
		{"Empty", store.TaskFilter{Statuses: []models.TaskStatus{}, Types: []string{}}, []*models.Task{canceled, done, leased, queued}},
		{"Status", store.TaskFilter{Statuses: []models.TaskStatus{models.StatusLeased}}, []*models.Task{leased}},
		{"Statuses", store.TaskFilter{Statuses: []models.TaskStatus{models.StatusQueued, models.StatusCanceled}}, []*models.Task{canceled, queued}},
		{"Succeeded", store.TaskFilter{Statuses: []models.TaskStatus{models.StatusSucceeded, models.StatusQueued}}, []*models.Task{done, queued}},
		{"Type", store.TaskFilter{Types: []string{"b"}}, []*models.Task{done, leased}},
		{"TypeOfAnyText", store.TaskFilter{Types: []string{"it's \\ ? ü"}}, []*models.Task{canceled}},
		{"CreatedBy", store.TaskFilter{CreatedBy: &other}, []*models.Task{leased}},
		{"Key", store.TaskFilter{CreatedBy: &Planner, IdempotencyKey: &key}, []*models.Task{queued}},
		{"KeyOfAnyone", store.TaskFilter{IdempotencyKey: &key}, []*models.Task{queued}},
		{"CreatedAfterIsInclusive", store.TaskFilter{CreatedAfter: at(done, 0)}, []*models.Task{canceled, done}},
		{"CreatedAfterIsFine", store.TaskFilter{CreatedAfter: at(done, time.Nanosecond)}, []*models.Task{canceled}},
		{"CreatedBeforeIsExclusive", store.TaskFilter{CreatedBefore: at(done, 0)}, []*models.Task{leased, queued}},
		{"CreatedBeforeIsFine", store.TaskFilter{CreatedBefore: at(done, time.Nanosecond)}, []*models.Task{done, leased, queued}},
		{"Together", store.TaskFilter{Types: []string{"b"}, CreatedBy: &Planner, CreatedAfter: at(leased, 0)}, []*models.Task{done}},
		{"Ages", store.TaskFilter{CreatedAfter: &time.Time{}, CreatedBefore: at(done, 1<<62)}, []*models.Task{canceled, done, leased, queued}},
		{"NULInType", store.TaskFilter{Types: []string{"b\x00"}}, nil},
		{"NULInOneType", store.TaskFilter{Types: []string{"b\x00", "a"}}, []*models.Task{queued}},
		{"NotUTF8InType", store.TaskFilter{Types: []string{"\xff"}}, nil},
		{"NULInKey", store.TaskFilter{IdempotencyKey: text("key\x00")}, nil},
		{"UnknownStatus", store.TaskFilter{Statuses: []models.TaskStatus{"nonsense"}}, nil},
	}
	for _, test := range tests {
		page, err := w.Tenant.Tasks(t.Context(), test.filter, store.PageArgs{})
		wantEqual(t, test.name, taskIDs(must(page, err)(t).Nodes), taskIDs(test.want))
	}
	for _, p := range malformed {
		_, err := w.Tenant.Tasks(t.Context(), store.TaskFilter{CreatedBy: &p}, store.PageArgs{})
		wantCode(t, "a malformed creator", err, models.CodeBadUserInput)
	}
}

var malformed = []models.Principal{{}, {Kind: "nobody", ID: "x"}, {Kind: models.KindAgent, ID: "a\x00"}, {Kind: models.KindAgent, ID: "\xff"}}

func testLeases(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	task := w.Create(Planner, "t")
	var all []uuid.UUID
	for range 3 {
		all = append(all, w.Claim(task.ID, Worker).ID)
		w.Release(task.ID)
	}
	all = append(all, w.Claim(task.ID, Worker).ID)
	w.Claim(w.Create(Planner, "t").ID, models.Principal{Kind: models.KindAgent, ID: Worker.ID})
	newest := reversed(all)

	read := func(args store.PageArgs, states ...models.LeaseState) *store.Slice[models.Lease] {
		page, err := w.Tenant.Leases(t.Context(), store.LeaseFilter{Worker: Worker, States: states}, args)
		return must(page, err)(t)
	}
	page := read(first(3))
	wantEqual(t, "first page", leaseIDs(page.Nodes), newest[:3])
	wantFlags(t, "first page", page, true, false)
	page = read(first(3, models.LeaseCursor(page.Nodes[2])))
	wantEqual(t, "second page", leaseIDs(page.Nodes), newest[3:])
	wantFlags(t, "second page", page, false, true)
	wantEqual(t, "active", leaseIDs(read(first(3), models.LeaseActive).Nodes), newest[:1])
	wantEqual(t, "released", leaseIDs(read(first(3), models.LeaseReleased).Nodes), newest[1:])
	wantEqual(t, "active or released", leaseIDs(read(first(9), models.LeaseActive, models.LeaseReleased).Nodes), newest)
	for _, p := range malformed {
		_, err := w.Tenant.Leases(t.Context(), store.LeaseFilter{Worker: p}, store.PageArgs{})
		wantCode(t, "a malformed worker", err, models.CodeBadUserInput)
	}
}

func testReceiptFilter(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	other := models.Principal{Kind: models.KindHuman, ID: Planner.ID}
	lives := w.Lives(Planner, "t", 2)
	second := w.Create(other, "t")
	lease := w.Claim(second.ID, Worker)
	w.Acknowledge(must(w.Tenant.Follow(t.Context(), store.ReceiptFilter{Types: []models.ReceiptType{models.TaskResultReady}}, 0, 99, 1))(t)[0])
	all := must(w.Tenant.Follow(t.Context(), store.ReceiptFilter{}, 0, 99, 99))(t)
	nobody := uuid.New()
	none := uuid.Nil
	middle := all[6].CreatedAt
	finer := middle.Add(time.Nanosecond)
	for name, f := range map[string]store.ReceiptFilter{
		"None":           {},
		"Empty":          {Types: []models.ReceiptType{}},
		"Type":           {Types: []models.ReceiptType{models.TaskAssigned}},
		"Types":          {Types: []models.ReceiptType{models.TaskAssigned, models.ReceiptAcknowledged}},
		"UnknownType":    {Types: []models.ReceiptType{"nonsense", "\x00"}},
		"From":           {From: &Worker},
		"To":             {To: &other},
		"ToAndType":      {To: &Planner, Types: []models.ReceiptType{models.TaskResultReady}},
		"ToAndTypes":     {To: &Planner, Types: []models.ReceiptType{models.TaskResultReady, models.TaskAssigned, models.TaskResultReady}},
		"ToAndFrom":      {To: &Planner, From: &Worker, CreatedAfter: &middle},
		"Task":           {TaskID: &lives[1].ID},
		"NoTask":         {TaskID: &none},
		"Lease":          {LeaseID: &lease.ID},
		"UnknownLease":   {LeaseID: &nobody},
		"NoLease":        {LeaseID: &none},
		"After":          {CreatedAfter: &middle},
		"Before":         {CreatedBefore: &middle},
		"FinerAfter":     {CreatedAfter: &finer},
		"FinerBefore":    {CreatedBefore: &finer},
		"EverythingElse": {From: &Worker, To: &Planner, TaskID: &lives[0].ID, Types: []models.ReceiptType{models.TaskStarted}, CreatedBefore: &middle},
	} {
		var want []*models.Receipt
		for _, r := range all {
			if f.Match(r) {
				want = append(want, r)
			}
		}
		page, err := w.Tenant.Receipts(t.Context(), f, store.LedgerPageArgs{})
		wantEqual(t, name+" of a page", seqs(must(page, err)(t).Nodes), seqs(want))
		wantEqual(t, name+" of small pages", seqs(w.pages(f)), seqs(want))
		wantEqual(t, name+" of small pages from behind", seqs(w.pagesFromBehind(f)), seqs(want))
		wantEqual(t, name+" of a stream", seqs(must(w.Tenant.Follow(t.Context(), f, 0, 99, 99))(t)), seqs(want))
		impossible := name == "UnknownType" || name == "NoTask" || name == "NoLease" || name == "UnknownLease"
		if (len(want) == 0) != impossible {
			t.Errorf("%s: matches %d receipts", name, len(want))
		}
	}
	for _, p := range malformed {
		for _, f := range []store.ReceiptFilter{{From: &p}, {To: &p}} {
			_, err := w.Tenant.Receipts(t.Context(), f, store.LedgerPageArgs{})
			wantCode(t, "a page of a malformed principal", err, models.CodeBadUserInput)
			_, err = w.Tenant.Follow(t.Context(), f, 0, 99, 99)
			wantCode(t, "a stream of a malformed principal", err, models.CodeBadUserInput)
		}
	}
}

// pages reads what f selects in pages of two.
func (w *Writer) pages(f store.ReceiptFilter) (all []*models.Receipt) {
	w.tb.Helper()
	args := store.LedgerPageArgs{First: new(2)}
	for {
		page := must(w.Tenant.Receipts(w.tb.Context(), f, args))(w.tb)
		all = append(all, page.Nodes...)
		if !page.HasNextPage {
			return all
		}
		args.After = new(models.LedgerCursor(w.Tenant.ID(), all[len(all)-1].Seq))
	}
}

// pagesFromBehind is pages, the last page first.
func (w *Writer) pagesFromBehind(f store.ReceiptFilter) (all []*models.Receipt) {
	w.tb.Helper()
	args := store.LedgerPageArgs{Last: new(2)}
	for {
		page := must(w.Tenant.Receipts(w.tb.Context(), f, args))(w.tb)
		all = append(page.Nodes, all...)
		if !page.HasPreviousPage {
			return all
		}
		args.Before = new(models.LedgerCursor(w.Tenant.ID(), all[0].Seq))
	}
}
