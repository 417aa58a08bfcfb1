package seed

import (
	"context"
	"fmt"
)

const leasesExpire = `subscription($after: String!) {
	receipts(filter: {types: [LEASE_EXPIRED]}, after: $after) { receipt { task { id } } }
}`

// lose waits until the leases of the workers that have crashed run out; tasks that have another turn are taken up then.
func (p *player) lose(ctx context.Context, plan *plan, l limits, say func(string)) error {
	lost := plan.lost()
	if len(lost) == 0 {
		return nil
	}
	say(fmt.Sprintf("%d tasks lie with workers that have crashed: waiting until their leases run out and the server takes them back.", len(lost)))
	next, stop, err := p.server.Follow(ctx, planner, leasesExpire, map[string]any{"after": p.head})
	if err != nil {
		return err
	}
	defer stop()
	turns := map[*task]int{} // that are over
	for len(turns) < len(lost) || unfinished(turns) {
		var got struct {
			Receipts struct {
				Receipt struct{ Task struct{ ID string } }
			}
		}
		if err := next(ctx, &got); err != nil {
			return fmt.Errorf("waiting for leases to run out: %w", err)
		}
		t := p.byID[got.Receipts.Receipt.Task.ID]
		if t == nil {
			return errShared
		}
		turns[t]++
		if round := turns[t]; round < len(t.turns) {
			u := t.turns[round]
			if err := p.work(ctx, l, shift{[]try{{t, round}}}); err != nil {
				return err
			}
			if u.ends != crashed {
				turns[t]++
			}
		}
	}
	return nil
}

// unfinished tells whether a task has turns left.
func unfinished(over map[*task]int) bool {
	for t, n := range over {
		if n < len(t.turns) {
			return true
		}
	}
	return false
}
