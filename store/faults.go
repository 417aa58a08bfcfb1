package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/asyncgate/asyncgate/internal/outage"
	"github.com/asyncgate/asyncgate/models"
)

// unavailable is UNAVAILABLE to callers, and keeps the cause for the log.
type unavailable struct {
	reason *models.Error
	cause  error
	told   bool // whether a watch has it
}

func (u *unavailable) Error() string { return fmt.Sprintf("%s (%v)", u.reason.Message, u.cause) }

func (u *unavailable) Unwrap() []error { return []error{u.reason, u.cause} }

// Told is for the watches of other rooms: the store has said what they notice too.
func (u *unavailable) Told() bool { return u.told }

var (
	errUnavailable = models.Errorf(models.CodeUnavailable, "the database is out of reach; try again")
	errCannotWrite = models.Errorf(models.CodeUnavailable,
		"the database can't write: its disk may be full, or it is read-only; try again later")
)

// translate makes of what a database says what callers may see: an Error stays, a database that is out of reach or can't write
// becomes UNAVAILABLE, anything else stays as it is and ends as INTERNAL.
func (s *Store) translate(err error) error {
	var known *models.Error
	switch {
	case errors.As(err, &known):
		return err
	case s.dialect.cannotWrite(err):
		return &unavailable{reason: errCannotWrite, cause: err}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), s.dialect.unreachable(err):
		return &unavailable{reason: errUnavailable, cause: err}
	default:
		return s.dialect.discreet(err)
	}
}

// watches say in the log what the database is not doing: whichever room asks, its question passes here, so that a database
// that is away is told once, by the first that notices.
type watches struct{ answers, commits *outage.Watch }

// newWatches makes the watches over a database, which they name.
func newWatches(logger *slog.Logger, name string) watches {
	if logger != nil {
		logger = logger.With("database", name)
	}
	return watches{
		answers: outage.New(outage.Options{Logger: logger, Fails: "the database doesn't answer", Works: "the database is back"}),
		commits: outage.New(outage.Options{Logger: logger, Fails: "commits fail", Works: "commits work again"}),
	}
}

// fault translates what became of a question, and tells the watch.
func (s *Store) fault(err error) error {
	if err == nil {
		s.watches.answers.Note(nil)
		return nil
	}
	fault := s.translate(err)
	var u *unavailable
	switch {
	case !errors.As(fault, &u), u.told, u.reason != errUnavailable:
	case errors.Is(err, context.Canceled):
		u.told = true // a caller that has gone, which is no news
	default:
		s.watches.answers.Note(inOneLine(u.cause))
		u.told = true
	}
	return fault
}

// committed is fault for batches: whatever hindered one is told, also what is a fault of ours. One that had nothing to write says
// nothing of those that have.
func (s *Store) committed(err error, wrote bool) error {
	if err == nil {
		s.watches.answers.Note(nil)
		if wrote {
			s.watches.commits.Note(nil)
		}
		return nil
	}
	fault := s.translate(err)
	var u *unavailable
	if !errors.As(fault, &u) {
		s.watches.commits.Note(fault)
		return fault
	}
	s.watches.commits.Note(inOneLine(u.cause))
	u.told = true
	return fault
}

// inOneLine is an error of a driver for the log. Of a failed connection pgx writes a line for each attempt, and a batch one for each
// place that heard of the same fault.
func inOneLine(err error) error {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return errors.New(strings.Join(lines, "; "))
}
