package testkit

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestPgBouncerSharesSessions(t *testing.T) {
	t.Parallel()
	direct := Postgres(t)
	through := PgBouncer(t, direct)
	mustExec(t, through, "CREATE TABLE mark (x int)")
	if n := mustCount(t, direct, "SELECT count(*) FROM mark"); n != 0 {
		t.Errorf("%d rows in a new table", n)
	}

	// In transaction mode two clients that wait for each other never share a session, and two that don't may.
	one, two := mustConnect(t, through), mustConnect(t, through)
	pid := func(c *pgx.Conn) (pid int) {
		t.Helper()
		if err := c.QueryRow(t.Context(), "SELECT pg_backend_pid()", pgx.QueryExecModeExec).Scan(&pid); err != nil {
			t.Fatal(err)
		}
		return pid
	}
	if first, second := pid(one), pid(two); first != second {
		t.Errorf("two clients in turn had the sessions %d and %d", first, second)
	}
}
