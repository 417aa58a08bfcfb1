package faults_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// commitGate holds the first commit that comes: its transaction has written everything and has its places in the ledger.
type commitGate struct {
	noFault
	once    sync.Once
	arrived chan struct{}
	opened  chan bool // true lets the commit pass, false cuts its connection
}

func newCommitGate(t *testing.T) *commitGate {
	t.Helper()
	g := &commitGate{arrived: make(chan struct{}), opened: make(chan bool, 1)}
	t.Cleanup(func() { // a test that has failed leaves nobody at the gate
		select {
		case g.opened <- false:
		default:
		}
	})
	return g
}

func (g *commitGate) statement(_ *connection, text string) (pass bool) {
	pass = true
	if text == "commit" {
		g.once.Do(func() {
			close(g.arrived)
			pass = <-g.opened
		})
	}
	return pass
}

// A writer that has taken its places in the ledger and does not commit: nobody sees a place behind them until it does, or
// is gone, and then everybody sees everything.
func TestLateCommit(t *testing.T) {
	t.Parallel()
	databaseURL := testkit.Postgres(t)
	proxy := startPostgresProxy(t, databaseURL)
	all := serve(t, []string{proxy.databaseURL, databaseURL})
	for _, dies := range []bool{false, true} {
		s := newScene(t, all)
		s.task()
		late, early := s.task(), s.task()
		head := int64(len(readLedger(t, s.agent, s.to)))
		followers := s.followers("0")

		gate := newCommitGate(t)
		proxy.set(gate)
		cancel := `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { task { status } } }`
		var group sync.WaitGroup
		group.Go(func() {
			err := s.agent.once(context.Background(), s.to[0], cancel, vars{"i": vars{"taskId": late}}, nil)
			if dies != (err != nil && again(err)) {
				t.Errorf("the late writer got %v; its connection was cut: %v", err, dies)
			}
		})
		await(t, "the commit at the gate", gate.arrived)
		mustBeLocked(t, databaseURL, s.agent.tenant)
		overtaken := make(chan struct{})
		group.Go(func() {
			defer close(overtaken)
			s.agent.try(t, s.to[1:], cancel, vars{"i": vars{"taskId": early}}, nil)
		})
		mustWaitForALock(t, databaseURL)

		// A tenant that has nothing to do with it is not held up.
		newScene(t, all[1:]).task()
		for i := range all {
			if got := int64(len(readLedger(t, s.agent, s.to[i:i+1]))); got != head {
				t.Errorf("server %d shows %d receipts while the %d are not followed by any commit", i, got, head)
			}
		}
		for _, f := range followers {
			if at, _ := f.last(); at > head {
				t.Errorf("%s got receipt %d while the ledger ends at %d", f.name, at, head)
			}
		}
		select {
		case <-overtaken:
			t.Error("a commit has overtaken the one that was before it")
		default:
		}

		gate.opened <- !dies
		group.Wait()
		proxy.set(nil)
		l := readWhole(t, s.agent, s.to)
		want := []string{late, late, early, early}
		if dies {
			want = want[2:]
		}
		var got []string
		for _, r := range l.after(head) {
			got = append(got, r.taskID())
		}
		if !slices.Equal(got, want) {
			t.Errorf("the ledger got receipts of the tasks %v, want %v", got, want)
		}
		s.wantAll(followers, l, 0)
	}
	t.Log(all.mustVerify(t, databaseURL))
}

// followers are one for each server, transport and kind of stream, from a cursor on.
func (s *scene) followers(after string) []*follower {
	s.t.Helper()
	var all []*follower
	for i := range s.to {
		for transport := range transports {
			for _, q := range []string{followLedger, followResults} {
				all = append(all, follow(s.t, &follower{
					name: fmt.Sprintf("the follower of %s at server %d by %s", nameOf[q], i, transport), caller: s.agent,
					transport: transport, query: q, to: s.to[i : i+1],
				}, after))
			}
		}
	}
	return all
}

var nameOf = map[string]string{followLedger: "the ledger", followResults: "results"}

// wantAll waits for followers that began behind a position, and compares what they got with the ledger.
func (s *scene) wantAll(followers []*follower, l ledger, start int64) {
	s.t.Helper()
	for _, f := range followers {
		if f.query == followLedger {
			f.wantAll(s.t, l.after(start))
		} else {
			f.wantAll(s.t, l.after(start).results("planner"))
		}
	}
}

// await waits for a gate.
func await(t *testing.T, what string, gate <-chan struct{}) {
	t.Helper()
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	select {
	case <-gate:
	case <-timeout.C:
		t.Fatalf("not within %s: %s", within, what)
	}
}

// mustBeLocked waits until a transaction has taken places in the tenant's ledger and not committed.
func mustBeLocked(t *testing.T, databaseURL, tenant string) {
	t.Helper()
	eventually(t, "the ledger's head is locked", func() bool {
		_, err := ask[int64](t, databaseURL, "SELECT seq FROM ledger_heads WHERE tenant_id = $1 FOR UPDATE NOWAIT", tenant)
		return err != nil
	})
}

// mustWaitForALock waits until a server waits for what another one holds.
func mustWaitForALock(t *testing.T, databaseURL string) {
	t.Helper()
	eventually(t, "a server waits for a lock", func() bool {
		n, err := ask[int](t, databaseURL, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
		if err != nil {
			t.Fatal(err)
		}
		return n > 0
	})
}

// ask reads one value behind the servers' backs.
func ask[V any](t *testing.T, databaseURL, query string, args ...any) (value V, err error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	err = conn.QueryRow(t.Context(), query, args...).Scan(&value)
	return value, err
}
