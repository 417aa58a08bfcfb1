package seed

import (
	"cmp"
	"maps"
	"slices"
)

// try is one of a task's turns.
type try struct {
	task  *task
	round int
}

func (t try) turn() turn { return t.task.turns[t.round] }

// next returns the turn that follows as soon as this one is over. After a crash there is none: the lease must run out first.
func (t try) next() (try, bool) {
	after := try{t.task, t.round + 1}
	return after, t.turn().ends != crashed && after.round < len(t.task.turns)
}

// shift is what a worker claims at once: tasks of one type.
type shift struct{ tries []try }

// armful is how many tasks a worker claims at once.
const armful = 4

// takes tells whether the worker of the shift claims the task as well.
func (s shift) takes(t try) bool {
	first, other := s.tries[0].turn(), t.turn()
	return len(s.tries) < armful && first.worker == other.worker && first.seconds == other.seconds
}

// shiftsOf returns who claims what, in which order; the types take turns.
func shiftsOf(tasks []*task) []shift {
	queues := map[string][]try{}
	for _, t := range tasks {
		if len(t.turns) > 0 {
			queues[t.kind] = append(queues[t.kind], try{task: t})
		}
	}
	var rounds [][]shift
	for _, kind := range slices.Sorted(maps.Keys(queues)) {
		for i, s := range shiftsOfType(queues[kind]) {
			if i == len(rounds) {
				rounds = append(rounds, nil)
			}
			rounds[i] = append(rounds[i], s)
		}
	}
	return slices.Concat(rounds...)
}

// shiftsOfType knows the order in which a server hands out tasks: the highest priority first, then the oldest, so that one which
// was given back comes before those that have waited behind it. A plan therefore puts what nobody works on behind the rest.
func shiftsOfType(queue []try) []shift {
	age := map[*task]int{}
	for i, t := range queue {
		age[t.task] = i
	}
	order := func(a, b try) int {
		return cmp.Or(cmp.Compare(b.task.priority(), a.task.priority()), cmp.Compare(age[a.task], age[b.task]))
	}
	slices.SortFunc(queue, order)
	var shifts []shift
	for len(queue) > 0 {
		n := 1
		for n < len(queue) && (shift{queue[:n]}).takes(queue[n]) {
			n++
		}
		s := shift{slices.Clone(queue[:n])}
		queue = queue[n:]
		for _, t := range s.tries {
			if again, ok := t.next(); ok {
				queue = append(queue, again)
			}
		}
		slices.SortFunc(queue, order)
		shifts = append(shifts, s)
	}
	return shifts
}
