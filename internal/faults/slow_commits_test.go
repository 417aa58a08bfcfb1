package faults_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// slowCommits lets each commit wait for a while, another one each time.
type slowCommits struct {
	noFault
	ctx    context.Context
	mu     sync.Mutex
	random *rand.Rand
}

func (f *slowCommits) statement(_ *connection, text string) bool {
	if text != "commit" {
		return true
	}
	f.mu.Lock()
	d := time.Duration(f.random.Int64N(int64(20 * time.Millisecond)))
	f.mu.Unlock()
	pause(f.ctx, d)
	return true
}

// Many writers on two servers whose commits take their time, in whatever order: every page and every stream is the ledger
// without a gap from the place where it began.
func TestSlowCommits(t *testing.T) {
	t.Parallel()
	c := newChance(t)
	databaseURL := testkit.Postgres(t)
	var urls []string
	for i := range 2 {
		proxy := startPostgresProxy(t, databaseURL)
		proxy.set(&slowCommits{ctx: t.Context(), random: c.part(uint64(i))})
		urls = append(urls, proxy.databaseURL)
	}
	all := serve(t, urls)
	s := newScene(t, all)
	s.task()
	followers := s.followers("0")

	ctx, stop := context.WithCancel(t.Context())
	var readers, writers sync.WaitGroup
	for i := range all {
		readers.Go(func() { s.page(ctx, i) })
	}
	for i := range 6 {
		random := c.part(uint64(10 + i))
		writers.Go(func() {
			for range 15 {
				s.write(i%len(all), random)
			}
		})
	}
	writers.Wait()
	stop()
	readers.Wait()
	l := readLedger(t, s.agent, s.to)
	s.wantAll(followers, l, 0)
	t.Logf("%d receipts; %s", len(l), all.mustVerify(t, databaseURL))
}

// write creates some tasks at once and cancels one of them.
func (s *scene) write(server int, random *rand.Rand) {
	inputs := make([]vars, 1+random.IntN(5))
	for i := range inputs {
		inputs[i] = vars{"type": "t", "idempotencyKey": uuid.NewString()}
	}
	var a map[string]any
	to := s.to[server : server+1]
	_ = s.agent.try(s.t, to, `mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { task { id } } }`, vars{"i": inputs}, &a) &&
		s.agent.try(s.t, to, `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled } }`,
			vars{"i": vars{"taskId": dig(a, "createTasks.0.task.id")}}, nil)
}

// page reads the ledger of a server as it grows, by small pages, until ctx ends: no place is left out.
func (s *scene) page(ctx context.Context, server int) {
	after, at := "0", int64(0)
	for ctx.Err() == nil {
		var a struct {
			Receipts struct {
				Edges []struct {
					Cursor string
					Node   receipt
				}
			}
		}
		err := s.agent.once(ctx, s.to[server], `query($after: String) { receipts(first: 7, after: $after) { edges { cursor node { seq } } } }`,
			vars{"after": after}, &a)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.t.Error(err)
			return
		}
		for _, e := range a.Receipts.Edges {
			if e.Node.Seq != at+1 {
				s.t.Errorf("server %d shows receipt %d behind %d", server, e.Node.Seq, at)
				return
			}
			after, at = e.Cursor, e.Node.Seq
		}
	}
}
