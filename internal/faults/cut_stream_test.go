package faults_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
)

// A connection is cut at any byte, of the request, the headers, an event: with the cursor of the last whole event the next
// connection goes on, so that what all of them brought is the ledger, each receipt once, in order.
func TestCutStreams(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, all servers) {
		c := newChance(t)
		s := newScene(t, all)
		var followers []*follower
		var cutters []*cutter
		for i, q := range []string{followLedger, followResults} {
			for j, transport := range []string{"SSE", "WebSocket"} {
				f := &follower{
					name: fmt.Sprintf("the follower of %s by %s", nameOf[q], transport), caller: s.agent, transport: transport, query: q,
				}
				// Each has connections of its own, so that a cut hits one stream.
				f.caller.http = newHTTP(t)
				k := &cutter{wanted: int64(*cuts), random: c.part(uint64(2*i + j))}
				cutters = append(cutters, k)
				for _, server := range all {
					f.to = append(f.to, k.before(t, server.address()))
				}
				followers = append(followers, follow(t, f, "0"))
			}
		}

		made := func() (sum int64, done bool) {
			done = true
			for _, k := range cutters {
				sum += k.made.Load()
				done = done && k.done()
			}
			return sum, done
		}
		batches := 0
		for done := false; !done && !t.Failed(); _, done = made() {
			s.finish(10)
			batches++
			// A little ahead of the slowest, so that streams both replay and follow.
			if batches%3 == 0 {
				s.wantAll(followers, readLedger(t, s.agent, s.to), 0)
			}
		}
		l := readLedger(t, s.agent, s.to)
		s.wantAll(followers, l, 0)
		connections := 0
		for _, f := range followers {
			_, n := f.seen()
			connections += n
		}
		sum, _ := made()
		t.Logf("%d cuts, %d connections that stood, %d receipts, %d results", sum, connections, len(l), len(l.results("planner")))
	})
}

// finish makes n tasks and completes them all.
func (s *scene) finish(n int) {
	s.t.Helper()
	if !s.tryFinish(n) {
		s.t.FailNow()
	}
}

func (s *scene) tryFinish(n int) bool {
	s.t.Helper()
	inputs := make([]vars, n)
	for i := range inputs {
		inputs[i] = vars{"type": "t", "idempotencyKey": uuid.NewString()}
	}
	var a struct {
		ClaimTasks struct{ Leases []struct{ ID string } }
	}
	ok := s.agent.try(s.t, s.to, `mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { created } }`, vars{"i": inputs}, nil) &&
		s.worker.try(s.t, s.to, `mutation($i: ClaimTasksInput!) { claimTasks(input: $i) { leases { id } } }`,
			vars{"i": vars{"maxTasks": n, "ttlSeconds": longLease}}, &a)
	var reports []vars
	for _, l := range a.ClaimTasks.Leases {
		reports = append(reports, vars{"leaseId": l.ID, "result": "done"})
	}
	return ok && s.worker.try(s.t, s.to, `mutation($i: [CompleteTaskInput!]!) { completeTasks(inputs: $i) { error { code } } }`,
		vars{"i": reports}, nil)
}
