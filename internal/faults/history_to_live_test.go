package faults_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"
)

// Results commit all the time while readers come and go, and pass from what was to what is: each result arrives once. The
// restless leave after an event or two and come back with its cursor, just when the next result commits; others come with any
// cursor, or also want what nobody has acknowledged, and stay.
func TestHistoryToLive(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, all servers) {
		random := newChance(t).part(0)
		s := newScene(t, all)
		const writers, results = 4, 20
		var tasks [writers][]string
		for i := range tasks {
			tasks[i] = s.tasks(results)
		}
		start := int64(writers * results) // as many receipts as there are tasks
		witness := follow(t, &follower{name: "the witness", caller: s.agent, transport: "SSE", query: followLedger, to: s.to}, "0")
		witness.await(t, start)
		restless := s.restless(3, random)

		var writing sync.WaitGroup
		for i := range tasks {
			writing.Go(func() {
				for _, task := range tasks[i] {
					_ = s.agent.try(t, s.to[i%len(s.to):], `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled } }`,
						vars{"i": vars{"taskId": task}}, nil)
				}
			})
		}
		var staying []reader
		for i := range 10 {
			witness.await(t, start+int64(i*writers*results*2/10)) // a result has two receipts
			staying = append(staying, s.reader(witness, random))
		}
		writing.Wait()

		l := readLedger(t, s.agent, s.to)
		s.wantAll(restless, l, 0)
		for _, r := range staying {
			if r.query == followUnacknowledged { // nobody has acknowledged anything
				r.wantAll(t, l.results("planner"))
			} else {
				r.wantAll(t, l.after(r.start).results("planner"))
			}
		}
		connections := 0
		for _, f := range restless {
			_, n := f.seen()
			connections += n
		}
		t.Logf("%d results; %d readers came %d times, %d came once", len(l.results("planner")), len(restless), connections, len(staying))
	})
}

// tasks creates n tasks and returns their ids.
func (s *scene) tasks(n int) []string {
	s.t.Helper()
	inputs := make([]vars, n)
	for i := range inputs {
		inputs[i] = vars{"type": "t", "idempotencyKey": uuid.NewString()}
	}
	var a struct{ CreateTasks []created }
	s.agent.must(s.t, s.to, `mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { task { id } } }`, vars{"i": inputs}, &a)
	var ids []string
	for _, c := range a.CreateTasks {
		ids = append(ids, c.Task.ID)
	}
	return ids
}

// restless starts followers of results that leave again and again, at most n for each transport.
func (s *scene) restless(n int, random *rand.Rand) []*follower {
	s.t.Helper()
	var all []*follower
	for transport := range transports {
		for i := range n {
			all = append(all, follow(s.t, &follower{
				name: fmt.Sprintf("restless reader %d by %s", i, transport), caller: s.agent, transport: transport,
				query: followResults, to: s.to[i%len(s.to):], leaves: 1 + random.IntN(2),
			}, "0"))
		}
	}
	return all
}

// reader is a follower that begins behind a position.
type reader struct {
	*follower
	start int64
}

// reader starts a follower of results at a server, behind a receipt that the witness has seen.
func (s *scene) reader(witness *follower, random *rand.Rand) reader {
	s.t.Helper()
	seen, _ := witness.seen()
	from := seen[random.IntN(len(seen))]
	if random.IntN(2) == 0 {
		from = seen[len(seen)-1] // no history: straight to what is about to come
	}
	r := reader{start: from.Receipt.Seq, follower: &follower{
		name: fmt.Sprintf("the reader behind %d", from.Receipt.Seq), caller: s.agent,
		transport: []string{"SSE", "WebSocket"}[random.IntN(2)], query: followResults, to: s.to[random.IntN(len(s.to)):][:1],
	}}
	if random.IntN(4) == 0 {
		r.query = followUnacknowledged
		r.name += ", and of what nobody has acknowledged,"
	}
	follow(s.t, r.follower, from.Cursor)
	return r
}
