package auth

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// KeyStore is what Keys needs of the database; *store.Store is one.
type KeyStore interface {
	// KeysByHash returns the keys whose secrets have these hashes, revoked and expired ones too.
	KeysByHash(ctx context.Context, hashes [][32]byte) (map[[32]byte]models.APIKey, error)
	// KeysByID returns the keys with these ids, revoked and expired ones too.
	KeysByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]models.APIKey, error)
	// KeysUsed notes when keys were last used.
	KeysUsed(ctx context.Context, at map[uuid.UUID]time.Time) error
}

// Options configure Keys. Store must be set; the zero value of the rest is its default.
type Options struct {
	Store KeyStore
	// Now is the clock that keys expire by. Default: the system's.
	Now func() time.Time
	// Logger hears of what failed and is tried again. Default: none.
	Logger *slog.Logger
	// WatchInterval is how often the keys are read under which something runs. Default 2 s.
	WatchInterval time.Duration
	// UseInterval is how often it is written down which keys were used. Default 1 min.
	UseInterval time.Duration
}

// Keys believes API keys: an Authenticator for every environment. It owes the others that a key that was revoked, or has
// expired, counts nowhere five seconds later: what was read of it is believed for two (lookup.go), and what runs under it
// is looked after every two (watch.go). Run it beside the server; without, streams outlive their keys.
type Keys struct {
	opt     Options
	lookups *lookups
	watches *watches
	uses    *uses
}

// NewKeys returns an Authenticator. It starts nothing.
func NewKeys(opt Options) *Keys {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	opt.WatchInterval = cmp.Or(opt.WatchInterval, 2*time.Second)
	opt.UseInterval = cmp.Or(opt.UseInterval, time.Minute)
	return &Keys{opt: opt, lookups: newLookups(opt), watches: newWatches(opt), uses: newUses(opt)}
}

// Run looks after the keys until ctx ends, and then writes down which were used.
func (k *Keys) Run(ctx context.Context) error {
	var loops sync.WaitGroup
	loops.Go(func() { k.watches.run(ctx) })
	loops.Go(func() { k.uses.run(ctx) })
	loops.Wait()
	k.lookups.wait()
	return nil
}

// Authenticate returns the viewer of an API key: Authorization: Bearer ag_…. Of a key that was used a moment ago it costs no
// statement.
func (k *Keys) Authenticate(ctx context.Context, c Credentials) (models.Viewer, error) {
	hash, err := bearer(c.Authorization)
	if err != nil {
		return models.Viewer{}, err
	}
	key, err := k.lookups.find(ctx, hash)
	if err != nil {
		return models.Viewer{}, err
	}
	now := k.opt.Now()
	if key == nil || !usable(key, now) {
		return models.Viewer{}, errNotValid
	}
	v, err := viewerOf(key, c)
	if err != nil {
		return models.Viewer{}, err
	}
	k.uses.note(key.ID, now)
	return v, nil
}

// usable tells whether a key counts. One that carries a name of the server's own does not, whoever wrote it into the table.
func usable(key *models.APIKey, now time.Time) bool {
	return key.Valid(now) && !key.Principal.Reserved()
}
