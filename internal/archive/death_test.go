package archive_test

import (
	"errors"
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

// dieAt ends a run at a step, counted from 0, of writing lines at every fifth; what would be tidied up after it is not.
func dieAt(n int) func(*archive.Options) {
	return func(o *archive.Options) {
		small(o)
		lines := 0
		o.At(func(step string) error {
			if step == "write" {
				lines++
			}
			if step == "write" && lines%5 != 1 && n >= 0 {
				return nil
			}
			if n--; n < 0 {
				return errDeath
			}
			return nil
		})
	}
}

// Wherever a run ends, nothing is lost, nothing is wrong, and the next run completes it.
func TestARunMayDieAnywhere(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		for n := 0; ; n++ {
			w := newWorld(t, s)
			tasks := []*models.Task{w.Create(storetest.Planner, "t", withPayload(`["p"]`)), w.Create(storetest.Planner, "t"), w.Create(storetest.Planner, "t")}
			w.Acknowledge(w.Cancel(tasks[1].ID)[1])
			w.Claim(tasks[0].ID, storetest.Worker)
			w.Complete(tasks[0].ID)
			open := w.Create(storetest.Planner, "t").ObligationID
			w.Cancel(tasks[2].ID)
			texts := w.texts(tasks...)
			clock.Move(time.Hour)

			_, err := w.run(clock.Now(), dieAt(n))
			if err != nil && !errors.Is(err, errDeath) {
				t.Fatal(err)
			}
			w.wantProven()
			w.wantTexts(texts, tasks)
			died := err != nil

			w.mustRun(clock.Now(), small)
			w.wantTexts(texts, tasks)
			if counts := w.wantProven(); counts.Receipts != len(texts)-len(tasks)-1 || counts.Tasks != len(tasks) || counts.Full != 0 || counts.Files < 2 {
				t.Errorf("step %d: checked is %+v", n, counts)
			}
			for _, r := range w.ledger() {
				if r.Archived == (r.ID == open) {
					t.Errorf("step %d: receipt %d, archived is %v", n, r.Seq, r.Archived)
				}
			}
			if t.Failed() || !died {
				if n < 10 {
					t.Errorf("there were %d steps", n)
				}
				return
			}
		}
	})
}

func (w *world) wantTexts(want map[uuid.UUID]string, tasks []*models.Task) {
	w.t.Helper()
	if got := w.texts(tasks...); !maps.Equal(got, want) {
		w.t.Errorf("there is %v, was %v", slices.Sorted(maps.Values(got)), slices.Sorted(maps.Values(want)))
	}
}

// A chain of several transactions is completed from its file alone.
func TestALongChainGoesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		w := newWorld(t, s)
		task := w.Create(storetest.Planner, "t")
		w.Claim(task.ID, storetest.Worker)
		w.Start(task.ID)
		w.Progress(task.ID, 500)
		w.Complete(task.ID)
		clock.Move(time.Hour)
		_, err := w.run(clock.Now(), at("empty", 2, die))
		if n := len(w.archived()); !errors.Is(err, errDeath) || n == 0 || n >= 505 {
			t.Errorf("archived are %d receipts, %v", n, err)
		}
		if counts := w.wantProven(); counts.Full == 0 {
			t.Errorf("checked is %+v", counts)
		}
		if sum := w.mustRun(clock.Now()); sum.Receipts != 505 || len(w.archived()) != 505 {
			t.Errorf("archived is %+v", sum)
		}
		w.wantProven()
	})
}

// A lost manifest is made anew from the files, and two folders of one database do no harm.
func TestAManifestThatIsLostIsMadeAnew(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		w := newWorld(t, s)
		w.Lives(storetest.Planner, "t", 2)
		clock.Move(time.Hour)
		w.mustRun(clock.Now(), func(o *archive.Options) { o.FileBytes = 1 })
		was := w.read(manifest)
		w.remove(manifest)
		if counts := w.wantProven(); counts.Files != 2 {
			t.Errorf("checked is %+v", counts)
		}
		w.mustRun(clock.Now())
		if is := w.read(manifest); is != was {
			t.Errorf("the manifest is %s, was %s", is, was)
		}

		first := w.dir
		w.dir += "-2"
		w.Lives(storetest.Planner, "t", 1)
		clock.Move(time.Hour)
		w.mustRun(clock.Now())
		if counts := w.wantProven(first); counts.Receipts != 15 || counts.Files != 3 {
			t.Errorf("checked is %+v", counts)
		}
	})
}
