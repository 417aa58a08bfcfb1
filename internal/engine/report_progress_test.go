package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func TestReportProgress(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		task, l := w.leased(engine.CreateTask{})
		report := func(progress models.JSON, sequence *int) (*models.Task, error) {
			return w.engine.ReportProgress(w.ctx(), w.worker, engine.ReportProgress{LeaseID: l.ID, Progress: progress, Sequence: sequence})
		}
		said := func(progress models.JSON, sequence int) told {
			return told{models.TaskProgressed, w.worker.Principal, w.agent.Principal, l.ID, []uuid.UUID{task.ObligationID},
				fmt.Sprintf(`{"progress":%s,"sequence":%d}`, progress, sequence)}
		}
		t.Run("TheFirstStarts", func(t *testing.T) {
			got, err := report(`{"done":0.5}`, nil)
			if err != nil || got.Status != models.StatusRunning || got.Progress.Data != `{"done":0.5}` {
				t.Fatalf("got %+v, %v", got, err)
			}
			w.wantTypes(task.ID, "assigned accepted started progress")
			w.wantLast(task.ID, said(`{"done":0.5}`, 1))
			wantTime(t, "startedAt", w.task(task.ID).StartedAt, w.clock.Now())
		})
		t.Run("TheNextOnlyReports", func(t *testing.T) {
			w.clock.Move(time.Second)
			if _, err := report(`{"done":0.5}`, nil); err != nil {
				t.Fatal(err)
			}
			w.wantLast(task.ID, said(`{"done":0.5}`, 1), said(`{"done":0.5}`, 2))
			wantTime(t, "progressAt", &w.task(task.ID).Progress.UpdatedAt, w.clock.Now())
			if l := w.lease(l.ID); l.ProgressSequence != 2 {
				t.Errorf("the lease has sequence %d", l.ProgressSequence)
			}
		})
		t.Run("AKnownSequenceWritesNothing", func(t *testing.T) {
			for _, n := range []int{1, 2} {
				w.writesNothing(func() {
					if got, err := report(`"other"`, &n); err != nil || got.Progress.Data != `{"done":0.5}` {
						t.Errorf("got %+v, %v", got, err)
					}
				})
			}
		})
		t.Run("SequencesMayJump", func(t *testing.T) {
			_, err := report(`null`, ptr(7))
			wantCode(t, err, "")
			_, err = report("", nil)
			wantCode(t, err, "")
			w.wantLast(task.ID, said(`null`, 7), said(`null`, 8))
		})
		t.Run("Limits", func(t *testing.T) {
			for _, n := range []int{0, -1, 1 << 31} {
				w.refuses(models.CodeBadUserInput, func() error { _, err := report(`1`, &n); return err })
			}
			text := func(n int) models.JSON { return models.String(strings.Repeat("x", n)) }
			room := models.MaxBodyBytes - len(`{"progress":"","sequence":9}`)
			w.refuses(models.CodePayloadTooLarge, func() error { _, err := report(text(room+1), nil); return err })
			_, err := report(text(room), nil)
			wantCode(t, err, "")
		})
		t.Run("TheNextHolderCountsFromOneAndSeesTheLast", func(t *testing.T) {
			_, err := w.engine.ReleaseLease(w.ctx(), w.worker, engine.ReleaseLease{LeaseID: l.ID})
			wantCode(t, err, "")
			if again := w.task(task.ID); again.Progress == nil || again.StartedAt != nil {
				t.Errorf("the task is %+v", again)
			}
			l = w.claim()
			_, err = report(`{"done":0.5}`, nil)
			wantCode(t, err, "")
			w.wantLast(task.ID, said(`{"done":0.5}`, 1))
		})
		w.verify()
	})
}
