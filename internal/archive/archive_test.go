package archive_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/archive"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// Chains move as a whole, when they are closed and their last receipt is old.
func TestOldClosedChainsMove(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		w := newWorld(t, s)
		w.Everything()
		done := w.Create(storetest.Planner, "t", withPayload(`{"n":1.0,"é":"<&>"}`))
		w.Claim(done.ID, storetest.Worker)
		w.Start(done.ID)
		w.Progress(done.ID, 2)
		results := w.Complete(done.ID)
		late := w.Create(storetest.Planner, "t") // its result is acknowledged when it is old
		lateResult := w.Cancel(late.ID)[1]
		clock.Move(time.Hour)
		before := clock.Now()
		young := w.Acknowledge(results[1]) // makes its whole chain young
		texts := w.texts(done, late)

		if sum := w.mustRun(before); sum != (archive.Summary{Files: 1, Tasks: 5, Receipts: len(w.archived())}) {
			t.Errorf("archived is %+v", sum)
		}
		w.wantProven()
		for _, r := range w.ledger() {
			if r.Type == models.ReceiptAcknowledged {
				if r.Archived != (r.ID != young.ID) {
					t.Errorf("acknowledgement %d: archived is %v", r.Seq, r.Archived)
				}
				continue
			}
			task := w.task(r.TaskID)
			if want := task.Status.Terminal() && task.ID != done.ID; r.Archived != want || task.Archived != want {
				t.Errorf("receipt %d of a task that is %s: archived is %v", r.Seq, task.Status, r.Archived)
			}
			if r.Archived && (r.Body != "{}" || r.Hash != models.Hash(r.Envelope())) {
				t.Errorf("receipt %d has the body %s", r.Seq, r.Body)
			}
		}

		clock.Move(time.Hour)
		w.Acknowledge(w.Acknowledge(lateResult)) // by an administrator
		ends := clock.Now().Add(time.Hour)
		if sum := w.mustRun(ends); sum.Tasks != 1 || sum.Receipts != 10 {
			t.Errorf("archived is %+v", sum)
		}
		if counts := w.wantProven(); counts.Files != 2 || counts.Tasks != 6 || counts.Full != 0 {
			t.Errorf("checked is %+v", counts)
		}
		for id, text := range w.texts(done, late) {
			if was, known := texts[id]; known && was != text {
				t.Errorf("%s was %s and is %s", id, was, text)
			}
			delete(texts, id)
		}
		if len(texts) > 0 {
			t.Errorf("lost are %v", slices.Collect(maps.Keys(texts)))
		}
		if sum := w.mustRun(ends); sum != (archive.Summary{}) {
			t.Errorf("archived again is %+v", sum)
		}
	})
}

// What is archived answers as docs/retention.md says.
func TestAnArchivedTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		w := newWorld(t, s)
		task := w.Create(storetest.Planner, "t", withPayload("{}"))
		w.Cancel(task.ID)
		was := w.task(task.ID)
		clock.Move(time.Hour)
		w.mustRun(clock.Now())
		is := w.task(task.ID)
		if !is.Archived || is.Payload != "" || is.PayloadHash != models.PayloadHash("{}") || is.Progress != nil || !is.UpdatedAt.Equal(was.UpdatedAt) {
			t.Errorf("the task is %+v", is)
		}
		if o := is.Outcome; o == nil || o.Status != models.StatusCanceled || !o.CompletedAt.Equal(was.Outcome.CompletedAt) || o.Artifacts == nil {
			t.Errorf("its outcome is %+v", o)
		}
	})
}

// Files take no further chain once they are large enough, and a chain that no transaction holds moves all the same.
func TestFilesAndTransactionsAreBounded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		w := newWorld(t, s)
		w.Lives(storetest.Planner, "t", 3)
		long := w.Create(storetest.Planner, "t")
		w.Claim(long.ID, storetest.Worker)
		w.Start(long.ID)
		w.Progress(long.ID, 1100) // more than is read at once
		w.Complete(long.ID)
		clock.Move(time.Hour)
		var empties int
		count := func(o *archive.Options) {
			o.FileBytes = 1
			o.At(func(step string) error {
				if step == "empty" {
					empties++
				}
				return nil
			})
		}
		if sum := w.mustRun(clock.Now(), count); sum.Files != 4 || sum.Tasks != 4 || sum.Receipts != 15+1105 {
			t.Errorf("archived is %+v", sum)
		}
		if empties < 6 {
			t.Errorf("the database was emptied in %d transactions", empties)
		}
		w.wantProven()
	})
}

func (w *world) task(id uuid.UUID) *models.Task {
	w.t.Helper()
	tasks, err := w.Tenant.TasksByID(w.t.Context(), []uuid.UUID{id})
	if err != nil || tasks[id] == nil {
		w.t.Fatalf("the task is %v, %v", tasks[id], err)
	}
	return tasks[id]
}
