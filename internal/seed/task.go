package seed

// task is a task of the plan: what is asked, what becomes of it, and what the server calls it once it is played.
type task struct {
	owner string
	kind  string
	// input is the rest of a CreateTaskInput.
	input map[string]any
	// answers are the tasks whose results it continues, within the one whose obligation it helps with, again the one that
	// it tries once more, with that one's input.
	answers []*task
	within  *task
	again   *task
	// turns are who works on it, one behind the other.
	turns []turn
	// canceled is why its owner cancels it when the turns are over, acknowledged what the owner notes at its result; nil for
	// neither.
	canceled     *string
	acknowledged *string

	id, obligation, result string
}

// turn is one worker's try at a task.
type turn struct {
	worker   string
	seconds  int // of its lease
	progress []any
	ends     ending
	// report is the input of the verb that ends it, but for the lease.
	report map[string]any
}

// ending is how a worker's try ends.
type ending int

const (
	claimed   ending = iota // it holds the lease and has not begun
	started                 // it works on it
	completed               // completeTasks
	failed                  // failTask
	returned                // releaseLease
	crashed                 // no word: the lease runs out
)

func newTask(owner, kind string, payload any) *task {
	return &task{owner: owner, kind: kind, input: map[string]any{"payload": payload}}
}

// retry is a second try at a task that has failed.
func retry(of *task, reason string) *task {
	t := newTask(of.owner, of.kind, nil)
	t.again, t.input = of, map[string]any{"reason": reason}
	return t
}

func (t *task) set(field string, value any) *task {
	t.input[field] = value
	return t
}

func (t *task) priority() int {
	if t.again != nil {
		return t.again.priority()
	}
	n, _ := t.input["priority"].(int)
	return n
}

// requires says which capabilities a worker must have; what is behind them are tags.
func (t *task) requires(capabilities []string, tags ...string) *task {
	requirements := map[string]any{}
	if len(capabilities) > 0 {
		requirements["capabilities"] = capabilities
	}
	if len(tags) > 0 {
		requirements["tags"] = tags
	}
	return t.set("requirements", requirements)
}

func (t *task) continues(others ...*task) *task {
	t.answers = others
	return t
}

func (t *task) helpsWith(other *task) *task {
	t.within = other
	return t
}

// takenBy gives it to a worker; what is said next is said of that turn.
func (t *task) takenBy(worker string) *task {
	t.turns = append(t.turns, turn{worker: worker, seconds: usualLease})
	return t
}

const (
	usualLease = 300
	longLease  = 1800
)

func (t *task) last() *turn { return &t.turns[len(t.turns)-1] }

// heldFor says how long the worker may have it.
func (t *task) heldFor(seconds int) *task {
	t.last().seconds = seconds
	return t
}

func (t *task) starts(progress ...any) *task {
	t.last().ends, t.last().progress = started, progress
	return t
}

func (t *task) end(how ending, report map[string]any) *task {
	t.last().ends, t.last().report = how, report
	return t
}

func (t *task) completes(summary string, result any, artifacts ...any) *task {
	report := map[string]any{"result": result}
	if summary != "" {
		report["summary"] = summary
	}
	if len(artifacts) > 0 {
		report["artifacts"] = artifacts
	}
	return t.end(completed, report)
}

func (t *task) fails(code, message string) *task {
	return t.end(failed, map[string]any{"error": map[string]any{"code": code, "message": message}})
}

// failsForNow has another attempt after so many seconds.
func (t *task) failsForNow(code, message string, seconds int) *task {
	t.fails(code, message)
	t.last().report["retryable"], t.last().report["retryAfterSeconds"] = true, seconds
	return t
}

func (t *task) isReturned(reason string) *task {
	return t.end(returned, map[string]any{"reason": reason})
}

// crashes keeps the lease until it runs out, which is soon.
func (t *task) crashes() *task { return t.heldFor(0).end(crashed, nil) }

func (t *task) cancel(reason string) *task {
	t.canceled = &reason
	return t
}

func (t *task) acknowledge(note string) *task {
	t.acknowledged = &note
	return t
}

// ended tells whether it has a result when all is played.
func (t *task) ended() bool {
	if t.canceled != nil || len(t.turns) == 0 {
		return t.canceled != nil
	}
	last := t.last()
	return last.ends == completed || last.ends == failed && last.report["retryable"] == nil
}
