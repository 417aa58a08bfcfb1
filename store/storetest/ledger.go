package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func testHead(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	if head := must(w.Tenant.Head(t.Context()))(t); head != 0 {
		t.Errorf("the head of an empty ledger is %d", head)
	}
	w.Lives(Planner, "t", 1)
	if head := must(w.Tenant.Head(t.Context()))(t); head != 5 {
		t.Errorf("the head of five receipts is %d", head)
	}
}

func testFollow(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	w.Lives(Planner, "t", 2)
	read := func(after, upTo int64, limit int, types ...models.ReceiptType) []int64 {
		return seqs(must(w.Tenant.Follow(t.Context(), store.ReceiptFilter{Types: types}, after, upTo, limit))(t))
	}
	wantEqual(t, "all", read(0, 99, 99), []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	wantEqual(t, "a part", read(2, 6, 99), []int64{3, 4, 5, 6})
	wantEqual(t, "limited", read(2, 6, 2), []int64{3, 4})
	wantEqual(t, "behind the end", read(10, 99, 9), nil)
	wantEqual(t, "by types", read(0, 99, 99, models.TaskAssigned, models.TaskCompleted), []int64{1, 4, 6, 9})
}

func testLeaseReceipt(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	task := w.Create(Planner, "t")
	w.Claim(task.ID, Worker)
	w.Retry(task.ID, 0)
	lease := w.Claim(task.ID, Worker)
	w.Start(task.ID)
	progress := w.Progress(task.ID, 3)
	read := func(types ...models.ReceiptType) (*models.Receipt, error) {
		return w.Tenant.LeaseReceipt(t.Context(), task.ID, lease.ID, types...)
	}
	if r := must(read(models.TaskAccepted, models.TaskProgressed))(t); r.ID != progress[2].ID {
		t.Errorf("the newest progress is %s of seq %d", r.Type, r.Seq)
	}
	if r := must(read(models.TaskAccepted))(t); r.LeaseID != lease.ID {
		t.Error("the acceptance is another lease's")
	}
	_, err := read(models.TaskRetryScheduled)
	wantCode(t, "no such receipt", err, models.CodeNotFound)
	_, err = w.Tenant.LeaseReceipt(t.Context(), uuid.New(), lease.ID)
	wantCode(t, "another task", err, models.CodeNotFound)
}

func testQueueStats(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	later := time.Now().Add(time.Hour)
	delay := func(t *models.Task) { t.NextEligibleAt = &later }
	oldest := w.Create(Planner, "a")
	w.Create(Planner, "a")
	retried := w.Create(Planner, "b")
	w.Create(Planner, "b", delay)
	w.Claim(retried.ID, Worker)
	w.Retry(retried.ID, -time.Microsecond)
	w.Create(Planner, "c", delay)
	w.Lives(Planner, "c", 2)
	w.Claim(w.Create(Planner, "a").ID, Worker)

	got := must(w.Tenant.QueueStats(t.Context()))(t)
	now := must(w.Tenant.TasksByID(t.Context(), []uuid.UUID{retried.ID}))(t)[retried.ID]
	describe := func(kind string, status models.TaskStatus, n int64, at *time.Time) string {
		since := "never"
		if at != nil {
			since = models.FormatTime(*at)
		}
		return fmt.Sprintf("%d %s %s since %s", n, status, kind, since)
	}
	var lines []string
	for _, q := range got {
		lines = append(lines, describe(q.Type, q.Status, q.Count, q.OldestEligibleAt))
	}
	wantEqual(t, "queue stats", lines, []string{
		describe("a", models.StatusLeased, 1, nil),
		describe("a", models.StatusQueued, 2, &oldest.CreatedAt),
		describe("b", models.StatusQueued, 2, now.NextEligibleAt),
		describe("c", models.StatusQueued, 1, nil),
		describe("c", models.StatusSucceeded, 2, nil),
	})
}

func testWriterIsVerified(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	w.Everything()
	counts, err := s.Verify(t.Context(), &w.ID, func(v store.Violation) { t.Errorf("%s of %s: %s", v.Kind, v.ID, v.Detail) })
	want := store.Counts{
		Tenants: 1, Receipts: must(w.Tenant.Head(t.Context()))(t), OpenObligations: 3, ClosedObligations: 4, Acknowledged: 2, Unacknowledged: 3,
		Tasks: 7, Leases: 9,
	}
	if err != nil || counts != want {
		t.Errorf("verified are %+v, error %v; want %+v", counts, err, want)
	}
}
