package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// checkPage bounds the lines that are compared in one statement.
const checkPage = 500

// A reading is a file that is being checked.
type reading struct {
	*checking

	path  string
	here  *seqs // of the folder
	lines []placed
	chain story // whose lines are being read
}

// placed is a line and where it stands.
type placed struct {
	line

	number int
}

// errCheck is an error that is no violation: the database could not be asked.
type errCheck struct{ error }

func (e errCheck) Unwrap() error { return e.error }

func (c *checking) file(ctx context.Context, path string, here *seqs) (File, error) {
	r := &reading{checking: c, path: path, here: here}
	f, err := readFile(path, func(number int, l line, wrong error) error {
		if wrong != nil {
			r.violation(Changed, uuid.Nil, "%s, line %d: %v", path, number, wrong)
			return nil
		}
		r.follow(l)
		r.lines = append(r.lines, placed{line: l, number: number})
		if len(r.lines) < checkPage {
			return nil
		}
		return r.compare(ctx)
	})
	if asked := (errCheck{}); errors.As(err, &asked) {
		return f, asked.error
	}
	if err != nil {
		c.violation(Changed, uuid.Nil, "the file %s can't be read on: %v", path, err)
	}
	r.follow(line{})
	c.counts.Files++
	c.counts.Tasks += f.Tasks
	c.counts.Receipts += f.Receipts
	if err := r.compare(ctx); err != nil {
		return f, errors.Unwrap(err)
	}
	return f, nil
}

// compare compares the lines that were read with the ledger.
func (r *reading) compare(ctx context.Context) error {
	var receiptIDs, taskIDs []uuid.UUID
	for _, l := range r.lines {
		if l.receipt != nil {
			receiptIDs = append(receiptIDs, l.receipt.ID)
		} else {
			taskIDs = append(taskIDs, l.task.TaskID)
		}
	}
	receipts, err := r.t.EnvelopesByID(ctx, receiptIDs)
	if err != nil {
		return errCheck{err}
	}
	tasks, err := r.t.TaskEnvelopes(ctx, taskIDs)
	if err != nil {
		return errCheck{err}
	}
	for _, l := range r.lines {
		switch why := l.faults(); {
		case why != "":
			r.of(Changed, l, why)
		case l.receipt != nil:
			r.receipt(l, receipts[l.receipt.ID])
		default:
			r.compareTask(l, tasks[l.task.TaskID])
		}
	}
	r.lines = nil
	return nil
}

func (r *reading) of(kind store.ViolationKind, l placed, why string) {
	id := l.chain
	if l.receipt != nil {
		id = l.receipt.ID
	}
	r.violation(kind, id, "%s", fmt.Sprintf("%s, line %d: %s", r.path, l.number, why))
}

func (r *reading) receipt(l placed, has *models.Receipt) {
	switch {
	case has == nil:
		r.of(Surplus, l, "the ledger has no such receipt")
		return
	case has.Hash != l.receipt.Hash || has.BodyHash != l.receipt.BodyHash || has.Seq != l.receipt.Seq:
		r.of(Changed, l, "the ledger has the receipt with other hashes, or in another place")
		return
	case r.here.has(has.Seq):
		r.of(Surplus, l, "the receipt stands in the folder twice")
	case !has.CreatedAt.Equal(l.receipt.CreatedAt) || has.TraceID != l.receipt.TraceID:
		r.of(Changed, l, "the ledger has the receipt with another time or trace id")
	}
	if !has.Archived && !r.here.has(has.Seq) {
		r.counts.Full++
	}
	r.here.add(has.Seq)
	r.found.add(has.Seq)
}

func (r *reading) compareTask(l placed, has *models.Task) {
	switch {
	case has == nil:
		r.of(Surplus, l, "there is no such task")
	case has.Archived && has.PayloadHash != l.payloadHash:
		r.of(Changed, l, "the task had another payload")
	case models.String(string(has.Status)) != l.task.Outcome.Fields()["status"]:
		r.of(Changed, l, "the task ended in another way")
	}
}
