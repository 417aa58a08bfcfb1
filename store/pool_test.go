package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
)

// TestBrokenConnections are those of a pool whose server was restarted: nobody who has not begun to write may notice.
func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	s := open(t, url, store.Options{MaxConnections: 8})
	kill := func() {
		// Twice, since one that is new to the pool is tried before it is used again, whatever has happened.
		occupy(t, s, 8)
		occupy(t, s, 8)
		mustExecAt(t, url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'asyncgate' AND datname = current_database()")
	}
	for range 3 {
		kill()
		if err := s.Batch(t.Context(), uuid.New(), &store.Needs{}, nothing); err != nil {
			t.Errorf("the first batch: %v", err)
		}
		kill()
		if _, err := s.Tenant(uuid.New()).Head(t.Context()); err != nil {
			t.Errorf("the first read: %v", err)
		}
	}
}

// TestPreparedStatements: what is asked once is not prepared, and what is asked again is.
func TestPreparedStatements(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Postgres(t), store.Options{MaxConnections: 1})
	prepared := func(what string, want int) {
		t.Helper()
		if n, err := s.Prepared(t.Context()); err != nil || n != want {
			t.Errorf("%s: %d statements are prepared, want %d: %v", what, n, want, err)
		}
	}
	read := func(tenant uuid.UUID) {
		t.Helper()
		if _, err := s.Tenant(tenant).Head(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	prepared("at first", 0)
	prepared("the question itself, asked again", 1)
	for range 20 {
		read(uuid.New())
	}
	prepared("after 20 reads of as many tenants", 1)
	tenant := uuid.New()
	for range 3 {
		read(tenant)
	}
	prepared("after three of one", 2)
	for range 2 {
		if err := s.Batch(t.Context(), tenant, &store.Needs{}, nothing); err != nil {
			t.Fatal(err)
		}
	}
	prepared("after batches", 4) // begin and the clock
}

func nothing(*store.Rows) *store.Writes { return &store.Writes{} }

// occupy takes all n connections of the pool at once, so that it has as many.
func occupy(t *testing.T, s *store.Store, n int) {
	t.Helper()
	var inside, batches sync.WaitGroup
	inside.Add(n)
	for range n {
		batches.Go(func() {
			once := sync.OnceFunc(inside.Done)
			err := s.Batch(t.Context(), uuid.New(), &store.Needs{}, func(*store.Rows) *store.Writes {
				once()
				inside.Wait()
				return &store.Writes{}
			})
			if err != nil {
				t.Error(err)
				once()
			}
		})
	}
	batches.Wait()
}

// TestCanceledReadKeepsItsConnection: a caller that goes away while its read runs must not cost the pool a connection, if the
// read ends soon.
func TestCanceledReadKeepsItsConnection(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	s := open(t, url, store.Options{MaxConnections: 1})
	other, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close(context.Background()) })

	// Soon is a matter of milliseconds, which a busy machine may not keep at once.
	eventually(t, "the connection is kept", func() bool {
		before := mustQuery(t, other, pids)
		lock, err := other.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lock.Exec(t.Context(), "LOCK TABLE ledger_heads"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		read := make(chan error)
		go func() {
			_, err := s.Tenant(uuid.New()).Head(ctx)
			read <- err
		}()
		eventually(t, "the read waits for the lock", func() bool { return mustQuery(t, other, pids+" AND wait_event_type = 'Lock'") != 0 })
		cancel()
		var ended error
		select {
		case ended = <-read: // and the connection with it
		case <-time.After(20 * time.Millisecond):
		}
		if err := lock.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		if ended == nil {
			ended = <-read
		}
		if ended != nil && !errors.Is(ended, context.Canceled) {
			t.Errorf("the canceled read: %v", ended)
		}
		if _, err := s.Tenant(uuid.New()).Head(t.Context()); err != nil {
			t.Fatal(err)
		}
		return mustQuery(t, other, pids) == before
	})
}

const pids = "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE application_name = 'asyncgate' AND datname = current_database()"

func mustQuery(t *testing.T, conn *pgx.Conn, query string) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually polls, since other processes give no signal to wait for.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(60 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("not within a minute: " + what)
		}
	}
}

func mustExecAt(t *testing.T, url, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
