package auth

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/outage"
	"github.com/asyncgate/asyncgate/models"
)

// watches ends what runs under a key when the key ends. All that runs under one key is one watch: it costs one entry in a
// statement, whatever its number, and no goroutine. While nothing runs, nothing is read.
type watches struct {
	opt Options

	mu   sync.Mutex
	keys map[uuid.UUID]*watch
	// readAt is when the keys are read next, wakeAt when the loop looks next; zero while nothing is watched.
	readAt, wakeAt time.Time
	// sooner, of one slot, tells the loop that wakeAt is too late.
	sooner chan struct{}
	reads  *outage.Watch
}

// watch is a key under which something runs.
type watch struct {
	ctx       context.Context // ends with the key
	end       context.CancelCauseFunc
	expiresAt *time.Time
	running   int
}

func newWatches(opt Options) *watches {
	return &watches{opt: opt, keys: map[uuid.UUID]*watch{}, sooner: make(chan struct{}, 1), reads: outage.New(outage.Options{
		Logger: opt.Logger, Fails: "the API keys in use can't be read", Works: "the API keys in use can be read again",
	})}
}

// Watch returns ctx for what runs for a viewer: it also ends when the viewer's key does, with UNAUTHENTICATED as its cause,
// at the latest two intervals of Options.WatchInterval after it was revoked, and at once when it expires. Call stop when it
// has run.
func (k *Keys) Watch(ctx context.Context, v models.Viewer) (watched context.Context, stop func()) {
	w := k.watches.enter(v)
	watched, cancel := context.WithCancelCause(ctx)
	detach := context.AfterFunc(w.ctx, func() { cancel(context.Cause(w.ctx)) })
	return watched, sync.OnceFunc(func() {
		detach()
		cancel(nil)
		k.watches.leave(v.KeyID, w)
	})
}

func (w *watches) enter(v models.Viewer) *watch {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := w.keys[v.KeyID]
	if key == nil {
		key = &watch{expiresAt: v.ExpiresAt}
		key.ctx, key.end = context.WithCancelCause(context.Background())
		w.keys[v.KeyID] = key
		if w.wakeAt.IsZero() || key.expiresAt != nil && key.expiresAt.Before(w.wakeAt) {
			w.wake()
		}
	}
	key.running++
	return key
}

func (w *watches) leave(id uuid.UUID, key *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if key.running--; key.running > 0 {
		return
	}
	key.end(nil)
	if w.keys[id] == key {
		delete(w.keys, id)
	}
}

func (w *watches) wake() {
	select {
	case w.sooner <- struct{}{}:
	default:
	}
}

// run looks after the keys until ctx ends.
func (w *watches) run(ctx context.Context) {
	for {
		var alarm <-chan time.Time
		if pause, watching := w.pause(); watching {
			alarm = time.After(pause)
		}
		select {
		case <-ctx.Done():
			return
		case <-w.sooner:
			continue
		case <-alarm:
		}
		if err := w.look(ctx); ctx.Err() == nil {
			w.reads.Note(err)
		}
	}
}

// pause returns how long the loop may sleep; not watching: until it is woken.
func (w *watches) pause() (pause time.Duration, watching bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.keys) == 0 {
		w.readAt, w.wakeAt = time.Time{}, time.Time{}
		return 0, false
	}
	now := w.opt.Now()
	if w.readAt.IsZero() {
		w.readAt = now.Add(w.opt.WatchInterval)
	}
	w.wakeAt = w.readAt
	for _, key := range w.keys {
		if key.expiresAt != nil && key.expiresAt.Before(w.wakeAt) {
			w.wakeAt = *key.expiresAt
		}
	}
	return w.wakeAt.Sub(now), true
}

// look ends the watches of keys that have expired, and, when it is time, of those that the database says are gone.
func (w *watches) look(ctx context.Context) error {
	ids, due := w.due()
	if !due {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	found, err := w.opt.Store.KeysByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("reading API keys: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.opt.Now()
	for _, id := range ids {
		watched := w.keys[id]
		if watched == nil {
			continue
		}
		key, ok := found[id]
		watched.expiresAt = key.ExpiresAt
		if !ok || !usable(&key, now) {
			w.endKey(id, watched)
		}
	}
	return nil
}

// due ends what has expired and returns the keys to be read, if it is time.
func (w *watches) due() (ids []uuid.UUID, due bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.opt.Now()
	for id, key := range w.keys {
		if key.expiresAt != nil && !now.Before(*key.expiresAt) {
			w.endKey(id, key)
		}
	}
	if now.Before(w.readAt) || len(w.keys) == 0 {
		return nil, false
	}
	w.readAt = now.Add(w.opt.WatchInterval)
	return slices.Collect(maps.Keys(w.keys)), true
}

func (w *watches) endKey(id uuid.UUID, key *watch) {
	key.end(errEnded)
	delete(w.keys, id)
}
