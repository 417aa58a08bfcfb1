package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
	"github.com/asyncgate/asyncgate/store/storetest"
)

// succession is a tenant of whose batches one waits for the ledger's head, which the test holds, and another has followed it.
type succession struct {
	*storetest.Writer
	s            *store.Store
	holder       *pgx.Conn // which has the head
	observer     *pgx.Conn // whom a transaction would show the sessions as they were at its beginning
	first, other created
}

// created is a batch that creates a task in the background.
type created struct {
	task *models.Task
	err  error
	done chan struct{}
}

func followClosely(t *testing.T) *succession {
	t.Helper()
	url := testkit.Postgres(t)
	s := open(t, url, store.Options{})
	s.Alone()
	c := &succession{Writer: storetest.NewWriter(t, s), s: s, holder: connect(t, url), observer: connect(t, url)}
	c.Create(storetest.Planner, "before")
	if _, err := c.holder.Exec(t.Context(), "BEGIN; SELECT FROM ledger_heads FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	c.create(&c.first, "first")
	c.await(t, "the first batch waits for the head", "wait_event_type = 'Lock'")
	c.create(&c.other, "other")
	c.await(t, "the other has written everything", "state = 'idle in transaction' AND query LIKE 'INSERT INTO obligations%'")
	return c
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (c *succession) create(into *created, kind string) {
	into.done = make(chan struct{})
	go func() {
		defer close(into.done)
		into.task, into.err = c.TryCreate(storetest.Planner, kind)
	}()
}

// await waits until a session of the database's is such.
func (c *succession) await(t *testing.T, what, such string) {
	t.Helper()
	eventually(t, what, func() bool {
		var n int
		err := c.observer.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "+such).Scan(&n)
		return err == nil && n > 0
	})
}

func (c *succession) release(t *testing.T) {
	t.Helper()
	if _, err := c.holder.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	<-c.first.done
	<-c.other.done
}

// types are those of the tasks in the ledger, in its order.
func (c *succession) types(t *testing.T) (types []string) {
	t.Helper()
	rows, err := c.holder.Query(t.Context(), "SELECT t.type FROM receipts AS r JOIN tasks AS t ON t.id = r.task_id ORDER BY r.seq")
	if err != nil {
		t.Fatal(err)
	}
	if types, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		t.Fatal(err)
	}
	return types
}

func verify(t *testing.T, s *store.Store) {
	t.Helper()
	_, err := s.Verify(t.Context(), nil, func(v store.Violation) { t.Error(v) })
	if err != nil {
		t.Error(err)
	}
}

func TestABatchIsWrittenWhileTheOneBeforeItIs(t *testing.T) {
	t.Parallel()
	c := followClosely(t)
	c.release(t)
	if c.first.err != nil || c.other.err != nil {
		t.Fatal(c.first.err, c.other.err)
	}
	if got := fmt.Sprint(c.types(t)); got != "[before first other]" {
		t.Errorf("the ledger holds %s", got)
	}
	verify(t, c.s)
}

// What was numbered from where a batch should have ended is numbered anew when it doesn't.
func TestABatchOutlivesTheOneBeforeIt(t *testing.T) {
	t.Parallel()
	c := followClosely(t)
	_, err := c.observer.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
	if err != nil {
		t.Fatal(err)
	}
	<-c.first.done
	c.release(t)
	if code := models.CodeOf(c.first.err); code != models.CodeUnavailable || c.other.err != nil {
		t.Errorf("the first batch ends with %v, the other with %v", c.first.err, c.other.err)
	}
	if got := fmt.Sprint(c.types(t)); got != "[before other]" {
		t.Errorf("the ledger holds %s", got)
	}
	verify(t, c.s)
}

// A server that has not heard of another yet loses speed, and nothing else.
func TestServersThatBelieveToBeAloneKeepOneLedger(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	servers := []*store.Store{open(t, url, store.Options{}), open(t, url, store.Options{})}
	w := storetest.NewWriter(t, servers[0])
	w.Create(storetest.Planner, "t")
	var group sync.WaitGroup
	const callers, each = 3, 20
	for _, s := range servers {
		s.Alone()
		for range callers {
			group.Go(func() {
				for range each {
					if _, err := w.On(s).TryCreate(storetest.Planner, "t"); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	group.Wait()
	if head, err := w.Tenant.Head(t.Context()); err != nil || head != 1+int64(len(servers)*callers*each) {
		t.Errorf("the ledger stands at %d, %v", head, err)
	}
	if servers[0].IsAlone() && servers[1].IsAlone() {
		t.Error("both still believe to be alone")
	}
	verify(t, servers[0])
}
