package auth

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/outage"
)

const (
	// maxUses bounds the keys that are remembered to have been used; what goes beyond is forgotten until they are written.
	maxUses = maxKnown
	// useTimeout bounds the writing.
	useTimeout = 2 * time.Second
)

// uses remembers when keys were last used, and writes it down for all of them in one statement, now and then.
type uses struct {
	opt Options

	mu   sync.Mutex
	last map[uuid.UUID]time.Time
	// first, of one slot, tells the loop that there is something to be written.
	first  chan struct{}
	writes *outage.Watch
}

func newUses(opt Options) *uses {
	return &uses{opt: opt, last: map[uuid.UUID]time.Time{}, first: make(chan struct{}, 1), writes: outage.New(outage.Options{
		Logger: opt.Logger, Fails: "when API keys were last used can't be written", Works: "when API keys were last used can be written again",
	})}
}

// note remembers a use, unless a later one is known.
func (u *uses) note(id uuid.UUID, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	last, noted := u.last[id]
	if at.Before(last) || !noted && len(u.last) >= maxUses {
		return
	}
	if u.last[id] = at; !noted && len(u.last) == 1 {
		u.ring()
	}
}

func (u *uses) ring() {
	select {
	case u.first <- struct{}{}:
	default:
	}
}

// run writes an interval after the first use, until ctx ends, and then what is left.
func (u *uses) run(ctx context.Context) {
	for {
		var written <-chan time.Time
		select {
		case <-u.first:
			written = time.After(u.opt.UseInterval)
		case <-ctx.Done():
		}
		select {
		case <-written:
		case <-ctx.Done():
		}
		// Not ctx: the last ones are written when it has ended.
		u.writes.Note(u.write(context.WithoutCancel(ctx)))
		if ctx.Err() != nil {
			return
		}
	}
}

// write writes what is remembered; after an error it still is.
func (u *uses) write(ctx context.Context) error {
	u.mu.Lock()
	writing := u.last
	u.last = map[uuid.UUID]time.Time{}
	u.mu.Unlock()
	if len(writing) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, useTimeout)
	defer cancel()
	err := u.opt.Store.KeysUsed(ctx, writing)
	if err == nil {
		return nil
	}
	for id, at := range writing {
		u.note(id, at)
	}
	return fmt.Errorf("writing when API keys were used: %w", err)
}
