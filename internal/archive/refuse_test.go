package archive_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// A folder takes the chains of one ledger, from one run at a time.
func TestAFolderIsOfOneLedger(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		w := newWorld(t, s)
		w.Lives(storetest.Planner, "t", 1)
		clock.Move(time.Hour)
		_, err := w.run(clock.Now(), at("write", 1, func() error {
			_, err := w.run(clock.Now())
			return err
		}))
		if err == nil || !strings.Contains(err.Error(), "another run is archiving") {
			t.Errorf("two runs at once: %v", err)
		}
		w.mustRun(clock.Now())

		other := *w
		other.on(open(t, "sqlite://"+t.TempDir()+"/other.db", clock))
		other.Lives(storetest.Planner, "t", 2)
		clock.Move(time.Hour)
		if _, err := other.run(clock.Now()); err == nil || !strings.Contains(err.Error(), "of another ledger") {
			t.Errorf("another ledger: %v", err)
		}
		w.remove(manifest)
		if _, err := other.run(clock.Now()); err == nil || len(other.archived()) > 0 {
			t.Errorf("files of another ledger: %v", err)
		}
	})
}

// A file that is not what the ledger says empties nothing.
func TestAFileThatIsWrongEmptiesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		for name, harm := range map[string]func(*world){
			"Body":    replaced(first, `"task_type":"t"`, `"task_type":"T"`),
			"Payload": replaced(first, `"payload":[1]`, `"payload":[2]`),
			"Reason":  replaced(first, `"reason":null`, `"reason":"x"`),
			"Outcome": replaced(first, `"status":"succeeded"`, `"status":"failed"`),
			"Torn":    func(w *world) { w.write(first, w.read(first)[:900]) },
			"NoFile":  func(w *world) { w.write(first, "notes\n") },
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, s)
				task := w.Lives(storetest.Planner, "t", 1, withPayload("[1]"))[0]
				before := clock.Now().Add(time.Hour)
				_, err := w.run(before, at("empty", 1, die))
				if !errors.Is(err, errDeath) {
					t.Fatal(err)
				}
				whole := w.read(first)
				harm(w)
				if _, err := w.run(before); err == nil || !strings.Contains(err.Error(), first) || len(w.archived()) > 0 || w.task(task.ID).Archived {
					t.Errorf("the run: %v; archived are %v", err, w.archived())
				}
				w.write(first, whole)
				w.mustRun(before)
				w.wantProven()
			})
		}
	})
}

// Two runs to two folders at once do no harm: each body is in one of them at least, and they agree.
func TestTwoFoldersAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		w := newWorld(t, s)
		w.Lives(storetest.Planner, "t", 4)
		clock.Move(time.Hour)
		other := *w
		other.dir = w.dir + "-2"
		// The other run goes all its way while this one has written what it has not yet emptied.
		w.mustRun(clock.Now(), at("empty", 1, func() error {
			_, err := other.run(clock.Now())
			return err
		}))
		if counts := w.wantProven(other.dir); counts.Receipts != 40 || len(w.archived()) != 20 {
			t.Errorf("checked is %+v", counts)
		}
		w.wantProven()
		other.wantProven()
	})
}
