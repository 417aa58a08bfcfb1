package archive_test

import (
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/archive"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// A byte that has changed in a chain's lines is found without a manifest too, which whoever changed it could have written anew.
func TestAChangedByteIsFoundWithoutTheManifest(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		w := newWorld(t, s)
		task := w.Create(storetest.Planner, "t", withPayload("[1]"))
		w.Claim(task.ID, storetest.Worker)
		w.Start(task.ID)
		w.Progress(task.ID, 2)
		w.Complete(task.ID)
		w.mustRun(clock.Now().Add(time.Hour))
		const file = "000000000001-000000000007.jsonl"
		whole := w.read(file)
		w.remove(manifest)
		if counts := w.wantProven(); counts.Unlisted != 1 {
			t.Errorf("checked is %+v", counts)
		}
		// Some places in each line; all of them take a minute.
		for i := 0; i < len(whole); i += 31 {
			harmed := []byte(whole)
			harmed[i] ^= 1
			w.write(file, string(harmed))
			found := 0
			_, err := archive.Check(t.Context(), s, []string{w.dir}, &w.ID, func(store.Violation) { found++ })
			if err != nil || found == 0 {
				t.Errorf("byte %d, behind %q: %v, and nothing is found", i, whole[max(0, i-30):i], err)
			}
		}
	})
}
