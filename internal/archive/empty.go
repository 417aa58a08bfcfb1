package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// atOnce bounds the lines of a transaction, so that it holds its locks for some milliseconds: on SQLite nobody else writes
// meanwhile. A chain with more takes several; all of it is in the file before the first.
const atOnce = 200

// rest is how many times as long as a transaction took nothing is written after it, and maxRest how long at most, since what it
// took was waiting for others too. SQLite doesn't queue its writers: one that came back at once would keep the server out.
const (
	rest    = 3
	maxRest = 200 * time.Millisecond
)

// A portion is what a transaction empties.
type portion struct {
	chain    uuid.UUID // of the last line
	receipts map[uuid.UUID]string
	tasks    []*store.TaskBody
	bytes    int
}

// passes is how often the database is gone through for a file, each time for every eighth chain. PostgreSQL writes an emptied
// receipt anew, and into all indexes, unless there is room for it where it was. What stands together was written together, and
// leaves no room while all of it is emptied at once; in passes the first few make room for the others.
const passes = 8

// empty reads a file that has its name, and when all of it is sound empties the database of what stands in it. What is empty
// already stays so, which makes it safe to repeat.
func (f *folder) empty(ctx context.Context, path string) (File, error) {
	file, err := readFile(path, sound)
	if err != nil {
		return file, fmt.Errorf("%s: %w", path, err)
	}
	for pass := range passes {
		if err := f.emptyEvery(ctx, path, pass); err != nil {
			return file, fmt.Errorf("taking out of the database what %s holds: %w", path, err)
		}
	}
	return file, nil
}

func sound(_ int, l line, wrong error) error {
	if wrong != nil {
		return wrong
	}
	if why := l.faults(); why != "" {
		return errors.New(why)
	}
	return nil
}

// emptyEvery empties the database of every eighth chain of a file, from the one with this number on.
func (f *folder) emptyEvery(ctx context.Context, path string, first int) error {
	p, chain, number := &portion{}, uuid.Nil, -1
	_, err := readFile(path, func(_ int, l line, _ error) error {
		if l.chain != chain {
			chain, number = l.chain, number+1
		}
		if number%passes != first {
			return nil
		}
		if p.full(l) {
			if err := f.emptyPortion(ctx, p); err != nil {
				return err
			}
			p = &portion{}
		}
		p.add(l)
		return nil
	})
	if err != nil {
		return err
	}
	return f.emptyPortion(ctx, p)
}

// full tells whether l belongs into the next portion: chains are kept together as far as they fit.
func (p *portion) full(l line) bool {
	n := len(p.receipts) + len(p.tasks)
	return (n >= atOnce || p.bytes > maxLine) && l.chain != p.chain || n >= 2*atOnce
}

func (p *portion) add(l line) {
	p.chain = l.chain
	if l.task != nil {
		p.tasks = append(p.tasks, l.task)
		p.bytes += len(l.task.Payload)
		return
	}
	if p.receipts == nil {
		p.receipts = map[uuid.UUID]string{}
	}
	p.receipts[l.receipt.ID] = models.BodyHash(l.receipt.Body)
}

func (f *folder) emptyPortion(ctx context.Context, p *portion) error {
	if len(p.receipts)+len(p.tasks) == 0 {
		return nil
	}
	if err := f.step("empty"); err != nil {
		return err
	}
	began := time.Now()
	moved, err := f.t.Archive(ctx, p.receipts, p.tasks)
	if err != nil || moved == 0 {
		return err
	}
	return wait(ctx, min(rest*time.Since(began), maxRest))
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
