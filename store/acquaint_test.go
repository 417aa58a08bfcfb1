package store_test

import (
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// Autovacuum would look too, once a minute: what the test sees it sees at once.
func TestAGrowingTableIsLookedAt(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	s := open(t, url, store.Options{})
	w := storetest.NewWriter(t, s)
	observer := connect(t, url)
	for _, step := range []struct{ grow, known int }{{350, 350}, {2_000, 350}, {1_000, 3_350}} {
		w.CreateMany(step.grow, "report")
		var known float64
		err := observer.QueryRow(t.Context(), "SELECT reltuples FROM pg_class WHERE oid = 'tasks'::regclass").Scan(&known)
		if err != nil || known < float64(step.known) {
			t.Errorf("with %d tasks more PostgreSQL plans for %v, want %d (%v)", step.grow, known, step.known, err)
		}
	}
}
