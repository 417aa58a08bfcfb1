package store_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// exec is the part of a URL that does without prepared statements, which PgBouncer 1.18 loses in transaction mode.
const exec = "&default_query_exec_mode=exec"

// TestPgBouncer is the whole suite through PgBouncer in transaction mode, migrations included.
func TestPgBouncer(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) *store.Store {
		return open(t, testkit.PgBouncer(t, testkit.Postgres(t))+exec, store.Options{})
	})
}

func TestNotificationsBehindPgBouncer(t *testing.T) {
	t.Parallel()
	direct := testkit.Postgres(t)
	through := testkit.PgBouncer(t, direct) + exec
	deaf := listen(t, through, store.NotificationOptions{})
	hearer := listen(t, through, store.NotificationOptions{URL: direct})
	teller := listen(t, direct, store.NotificationOptions{})
	hearer.mustBeActive(t)
	teller.mustBeActive(t)
	mustHear(t, teller, hearer)

	eventually(t, "the log says what to do", func() bool {
		return deaf.logged(silence) == 1 && deaf.logged("ASYNCGATE_LISTEN_DATABASE_URL") == 1
	})
	if deaf.Active() || deaf.logged(active) != 0 {
		t.Errorf("through PgBouncer notifications are active:\n%s", &deaf.log)
	}

	// It can tell nevertheless.
	tenant := uuid.New()
	deaf.Announce(tenant, 5)
	eventually(t, "news arrives", func() bool { return hearer.head(tenant) == 5 })
}

// TestPgBouncerWithPreparedStatements: two clients of one session collide, unless a newer PgBouncer keeps them apart.
func TestPgBouncerWithPreparedStatements(t *testing.T) {
	t.Parallel()
	through := testkit.PgBouncer(t, testkit.Postgres(t))
	one, two := open(t, through, store.Options{MaxConnections: 1}), open(t, through, store.Options{MaxConnections: 1})
	for range 3 {
		for _, s := range []*store.Store{one, two} {
			err := s.Batch(t.Context(), uuid.New(), &store.Needs{}, nothing)
			if err != nil && !strings.Contains(err.Error(), "add default_query_exec_mode=exec to the database URL") {
				t.Errorf("the error doesn't say what to do: %v", err)
			}
		}
	}
}
