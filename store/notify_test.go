package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/store"
)

// heartbeat is short, so that what is found out by it is found out soon, and long enough for a busy machine.
const heartbeat = time.Second

// An ear is a server's end of the notifications, and remembers what it was told.
type ear struct {
	*store.Notifications
	stop func()

	mu     sync.Mutex
	heads  map[uuid.UUID]int64
	missed int
	log    bytes.Buffer
}

// listen runs the notifications of one server until the test ends.
func listen(t *testing.T, url string, o store.NotificationOptions) *ear {
	t.Helper()
	e := newEar(t, url, o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.run(ctx) }()
	e.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(e.stop)
	return e
}

// newEar is one that does not run.
func newEar(t *testing.T, url string, o store.NotificationOptions) *ear {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{MaxConnections: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	e := &ear{heads: map[uuid.UUID]int64{}}
	o.Heartbeat = heartbeat
	o.Logger = slog.New(slog.NewTextHandler(e, nil))
	if e.Notifications, err = s.Notifications(o); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *ear) run(ctx context.Context) error {
	return e.Run(ctx, func(tenant uuid.UUID, seq int64) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heads[tenant] = seq
	}, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.missed++
	})
}

// Write takes what is logged.
func (e *ear) Write(line []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.log.Write(line)
}

func (e *ear) head(tenant uuid.UUID) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heads[tenant]
}

func (e *ear) missedTimes() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.missed
}

// logged returns how often a text was logged.
func (e *ear) logged(text string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Count(e.log.String(), text)
}

const (
	active  = "notifications between servers are active"
	silence = "notifications between servers do not arrive"
)

func (e *ear) mustBeActive(t *testing.T) {
	t.Helper()
	eventually(t, "notifications arrive", e.Active)
}

func TestNotificationsReachTheOthers(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	one, two, three := listen(t, url, store.NotificationOptions{}), listen(t, url, store.NotificationOptions{}), listen(t, url, store.NotificationOptions{})
	for _, e := range []*ear{one, two, three} {
		e.mustBeActive(t)
	}

	tenants := make([]uuid.UUID, 20)
	var announcing sync.WaitGroup
	for i := range tenants {
		tenants[i] = uuid.New()
		announcing.Go(func() {
			for seq := range int64(50) {
				[]*ear{one, two}[i%2].Announce(tenants[i], seq+1)
			}
		})
	}
	announcing.Wait()
	for i, tenant := range tenants {
		eventually(t, "the last of each tenant's 50 positions arrives", func() bool {
			return three.head(tenant) == 50 && []*ear{two, one}[i%2].head(tenant) == 50
		})
		if seq := []*ear{one, two}[i%2].head(tenant); seq != 0 {
			t.Errorf("a server was told %d of its own commits", seq)
		}
	}
	if n := three.missedTimes(); n != 1 {
		t.Errorf("positions were to be read %d times, not once at the start", n)
	}
	if three.logged(active) != 1 || three.logged(silence) != 0 {
		t.Errorf("the log doesn't say, once, that notifications are active:\n%s", &three.log)
	}
}

// A server that is alone tells its news to nobody, until another comes.
func TestNotificationsOfOneAlone(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	first := listen(t, url, store.NotificationOptions{})
	first.mustBeActive(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "LISTEN asyncgate_ledger"); err != nil {
		t.Fatal(err)
	}
	tenant := uuid.New()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for told := true; told; {
		first.Announce(tenant, 1)
		heard, err := conn.WaitForNotification(ctx)
		if err != nil {
			t.Fatal(err)
		}
		told = strings.Contains(heard.Payload, "=")
	}
	second := listen(t, url, store.NotificationOptions{})
	second.mustBeActive(t)
	eventually(t, "the other hears what the first has to tell", func() bool {
		first.Announce(tenant, 2)
		return second.head(tenant) == 2
	})
}

func TestNotificationsThatDoNotFitIntoOne(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	hearer := listen(t, url, store.NotificationOptions{})
	hearer.mustBeActive(t)

	// Announced before it runs, so that all is sent at once.
	some := newEar(t, url, store.NotificationOptions{})
	tenants := make([]uuid.UUID, 1000)
	for i := range tenants {
		tenants[i] = uuid.New()
		some.Announce(tenants[i], int64(i+1))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = some.run(ctx) })
	for i, tenant := range tenants {
		eventually(t, "1,000 tenants' positions arrive", func() bool { return hearer.head(tenant) == int64(i+1) })
	}
	before := hearer.missedTimes()

	// More than is kept for sending: one word for all.
	many := newEar(t, url, store.NotificationOptions{})
	for range 10_001 {
		many.Announce(uuid.New(), 1)
	}
	running.Go(func() { _ = many.run(ctx) })
	eventually(t, "positions are to be read", func() bool { return hearer.missedTimes() == before+1 })
	cancel()
	running.Wait()

	mustExecAt(t, url, "SELECT pg_notify('asyncgate_ledger', 'of another version')")
	eventually(t, "positions are to be read after what can't be understood", func() bool { return hearer.missedTimes() == before+2 })
}

func TestNotificationsAreSentBeforeTheEnd(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	hearer, leaver := listen(t, url, store.NotificationOptions{}), listen(t, url, store.NotificationOptions{})
	hearer.mustBeActive(t)
	leaver.mustBeActive(t)
	tenant := uuid.New()
	for seq := range int64(100) {
		leaver.Announce(tenant, seq+1)
	}
	leaver.stop()
	eventually(t, "the last word arrives", func() bool { return hearer.head(tenant) == 100 })
	if leaver.Active() {
		t.Error("one that has ended is active")
	}
}

func TestNotificationsAreRebuilt(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"listener", "sender"} {
		t.Run(end+" killed", func(t *testing.T) {
			t.Parallel()
			url := testkit.Postgres(t)
			hearer := listen(t, url+"&application_name=hearer", store.NotificationOptions{})
			teller := listen(t, url+"&application_name=teller", store.NotificationOptions{})
			hearer.mustBeActive(t)
			teller.mustBeActive(t)
			mustExecAt(t, url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hearer "+end+"'")
			mustBeToldOnce(t, hearer, 2)
			mustHear(t, teller, hearer)
			mustHear(t, hearer, teller)
		})
	}

	t.Run("server restarted", func(t *testing.T) {
		t.Parallel()
		server := testkit.StartPostgres(t)
		hearer := listen(t, server.URL("postgres"), store.NotificationOptions{})
		teller := listen(t, server.URL("postgres"), store.NotificationOptions{})
		hearer.mustBeActive(t)
		teller.mustBeActive(t)
		server.Stop("immediate")
		eventually(t, "the end is noticed", func() bool { return !hearer.Active() && !teller.Active() })
		tenant := uuid.New()
		teller.Announce(tenant, 7)
		server.Start()
		mustBeToldOnce(t, hearer, 2)
		mustBeToldOnce(t, teller, 2)
		mustHear(t, teller, hearer)
	})

	t.Run("swallowed", func(t *testing.T) {
		t.Parallel()
		url := testkit.Postgres(t)
		swamp := newSwamp(t, url)
		hearer := listen(t, url, store.NotificationOptions{URL: swamp.url})
		teller := listen(t, url, store.NotificationOptions{})
		hearer.mustBeActive(t)
		teller.mustBeActive(t)
		swamp.swallow(true)
		eventually(t, "silence is noticed", func() bool { return !hearer.Active() })
		swamp.swallow(false)
		mustBeToldOnce(t, hearer, 2)
		mustHear(t, teller, hearer)
		mustHear(t, hearer, teller)

		// It must also be able to end while nobody answers.
		swamp.swallow(true)
		hearer.stop()
	})
}

// mustBeToldOnce waits until notifications arrive again, and fails unless the outage was told once and positions were to be
// read each time.
func mustBeToldOnce(t *testing.T, e *ear, starts int) {
	t.Helper()
	eventually(t, "notifications arrive again", func() bool { return e.logged(active) == starts && e.Active() })
	if n := e.missedTimes(); n != starts {
		t.Errorf("positions were to be read %d times, want %d", n, starts)
	}
	if n := e.logged(silence); n != starts-1 {
		t.Errorf("%d warnings, want %d:\n%s", n, starts-1, &e.log)
	}
}

func mustHear(t *testing.T, teller, hearer *ear) {
	t.Helper()
	tenant := uuid.New()
	teller.Announce(tenant, 3)
	eventually(t, "news arrives", func() bool { return hearer.head(tenant) == 3 })
}

func TestNotificationsThatCanNotBe(t *testing.T) {
	t.Parallel()

	t.Run("at a dead address", func(t *testing.T) {
		t.Parallel()
		url := testkit.Postgres(t)
		swamp := newSwamp(t, url)
		swamp.swallow(true)
		e := listen(t, url, store.NotificationOptions{URL: swamp.url})
		eventually(t, "it is told", func() bool { return e.logged(silence) == 1 })
		if e.Active() || e.missedTimes() != 0 {
			t.Error("it claims to hear")
		}
	})

	t.Run("on SQLite", func(t *testing.T) {
		t.Parallel()
		e := listen(t, "sqlite://"+filepath.Join(t.TempDir(), "n.db"), store.NotificationOptions{})
		e.Announce(uuid.New(), 1)
		if e.Active() {
			t.Error("it claims to hear")
		}
		e.stop()
		if e.log.Len() != 0 {
			t.Errorf("it logs %s", &e.log)
		}
	})

	t.Run("at a malformed URL", func(t *testing.T) {
		t.Parallel()
		s := open(t, testkit.Postgres(t), store.Options{})
		_, err := s.Notifications(store.NotificationOptions{URL: "postgres://u:secret@h:port/d"})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("the error is %v", err)
		}
	})
}
