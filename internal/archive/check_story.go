package archive

import (
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// A story is what the lines of a chain have told so far.
type story struct {
	chain    uuid.UUID
	task     *store.TaskBody
	assigned bool
	// end is the terminal receipt, progress the last report of that.
	end, progress *models.Receipt
}

// follow takes the next line. Where a chain ends, its task is held against its receipts, whose hashes the ledger has.
func (r *reading) follow(l line) {
	if l.chain != r.chain.chain {
		switch s := &r.chain; {
		case s.assigned && s.task == nil:
			r.violation(Missing, s.chain, "the file %s has the receipts of the task and not the task", r.path)
		case s.task == nil:
		case s.end != nil && !outcomeOf(s.end, s.task.Outcome):
			r.violation(Changed, s.chain, "in the file %s the task's outcome is not what its %s receipt says", r.path, s.end.Type)
		case !progressOf(s.progress, s.task):
			r.violation(Changed, s.chain, "in the file %s the task's progress is not what its receipts say", r.path)
		}
		r.chain = story{chain: l.chain}
	}
	if l.task != nil {
		r.chain.task = l.task
		return
	}
	switch t := l.receipt; {
	case t == nil:
	case t.Type == models.TaskAssigned:
		r.chain.assigned = true
	case t.Type.Terminates(models.TaskAssigned):
		r.chain.end = t
	case t.Type == models.TaskProgressed:
		r.chain.progress = t
	}
}

// outcomeParts are what an outcome has of its terminal receipt, beside status, which is for the ledger to say, and time.
var outcomeParts = []string{"artifacts", "error", "reason", "result"}

// outcomeOf tells whether a terminal receipt says what the outcome does.
func outcomeOf(end *models.Receipt, outcome models.JSON) bool {
	said, is := end.Body.Fields(), outcome.Fields()
	for _, name := range outcomeParts {
		value, ok := is[name]
		if same := value == said[name] || nothing(value) && nothing(said[name]); !ok || !same {
			return false
		}
	}
	return len(is) == len(outcomeParts)+2 && is["completed_at"] == models.Time(end.CreatedAt)
}

func nothing(value models.JSON) bool { return value.IsNull() || value == "[]" }

// progressOf tells whether a task has the progress that was reported last.
func progressOf(last *models.Receipt, task *store.TaskBody) bool {
	if last == nil || task.ProgressAt == nil {
		return last == nil && task.ProgressAt == nil
	}
	return task.Progress == last.Body.Fields()["progress"] && task.ProgressAt.Equal(last.CreatedAt)
}
