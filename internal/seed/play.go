package seed

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// player does what a plan says, one call behind the other, so that the ledger is the same each time.
type player struct {
	server Server
	tenant string
	head   string // the ledger's, before anything was written
	byID   map[string]*task
	made   map[string]int // idempotency keys by type
}

func (p *player) play(ctx context.Context, plan *plan, l limits, say func(string)) error {
	for _, tasks := range plan.generations {
		if err := p.generation(ctx, l, tasks); err != nil {
			return err
		}
	}
	return p.lose(ctx, plan, l, say)
}

// generation plays tasks that don't answer each other.
func (p *player) generation(ctx context.Context, l limits, tasks []*task) error {
	if err := p.ask(ctx, tasks); err != nil {
		return err
	}
	for _, s := range shiftsOf(tasks) {
		if err := p.work(ctx, l, s); err != nil {
			return err
		}
	}
	for _, t := range tasks {
		if t.canceled == nil {
			continue
		}
		if err := p.cancel(ctx, t); err != nil {
			return err
		}
	}
	for _, t := range tasks {
		if t.acknowledged == nil {
			continue
		}
		if err := p.acknowledge(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// ask creates the tasks in their order, those of one owner that stand together in one call.
func (p *player) ask(ctx context.Context, tasks []*task) error {
	for len(tasks) > 0 {
		if tasks[0].again != nil {
			if err := p.retry(ctx, tasks[0]); err != nil {
				return err
			}
			tasks = tasks[1:]
			continue
		}
		n := 1
		for n < len(tasks) && tasks[n].again == nil && tasks[n].owner == tasks[0].owner {
			n++
		}
		if err := p.create(ctx, tasks[0].owner, tasks[:n]); err != nil {
			return err
		}
		tasks = tasks[n:]
	}
	return nil
}

// patience is how long a claim waits, in seconds: for what fell back into the queue just now, which is claimable some seconds
// after a lease has run out.
const patience = 20

// work claims a shift's tasks and reports on each.
func (p *player) work(ctx context.Context, l limits, s shift) error {
	first := s.tries[0]
	seconds := first.turn().seconds
	if seconds == 0 {
		seconds = l.lostAfter()
	}
	worker, kind := first.turn().worker, first.task.kind
	leases, err := p.claim(ctx, worker, map[string]any{
		"types": []string{kind}, "maxTasks": len(s.tries), "ttlSeconds": seconds, "waitSeconds": patience,
	})
	if err != nil {
		return err
	}
	if len(leases) != len(s.tries) {
		return fmt.Errorf("%s got %d tasks of type %s, not %d: %w", worker, len(leases), kind, len(s.tries), errShared)
	}
	var done []*task
	var reports []map[string]any
	for _, lease := range leases {
		i := slices.IndexFunc(s.tries, func(t try) bool { return t.task.id == lease.Task.ID })
		if i < 0 {
			return fmt.Errorf("%s got task %s of type %s, which was not for it: %w", worker, lease.Task.ID, kind, errShared)
		}
		t, u := s.tries[i].task, s.tries[i].turn()
		if err := p.try(ctx, t, u, lease.ID); err != nil {
			return err
		}
		if u.ends == completed {
			done, reports = append(done, t), append(reports, about(lease.ID, u.report))
		}
	}
	if len(done) == 0 {
		return nil
	}
	return p.complete(ctx, worker, done, reports)
}

// try does what a worker does with one task, but for completing it.
func (p *player) try(ctx context.Context, t *task, u turn, lease string) error {
	if u.ends == started && len(u.progress) == 0 {
		if err := p.report(ctx, u.worker, startTask, about(lease, nil)); err != nil {
			return err
		}
	}
	for i, progress := range u.progress {
		err := p.report(ctx, u.worker, reportProgress, about(lease, map[string]any{"progress": progress, "sequence": i + 1}))
		if err != nil {
			return err
		}
	}
	switch u.ends {
	case failed:
		return p.fail(ctx, u.worker, t, about(lease, u.report))
	case returned:
		return p.report(ctx, u.worker, releaseLease, about(lease, u.report))
	default:
		return nil
	}
}

// about makes an input that concerns a lease.
func about(lease string, rest map[string]any) map[string]any {
	input := maps.Clone(rest)
	if input == nil {
		input = map[string]any{}
	}
	input["leaseId"] = lease
	return input
}
