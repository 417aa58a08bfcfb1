package store_test

import (
	"path/filepath"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, testkit.Postgres(t), store.Options{}) })
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store {
		s := open(t, "sqlite://"+filepath.Join(t.TempDir(), "test.db"), store.Options{})
		mustExec(t, s, "PRAGMA synchronous = OFF") // the suite writes much, and none of it need outlive it
		return s
	})
}

func TestInMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, store.InMemory, store.Options{}) })
}
