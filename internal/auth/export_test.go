package auth

import "context"

// Look looks after the watched keys, as Run does now and then.
func (k *Keys) Look(ctx context.Context) error { return k.watches.look(ctx) }

// WriteUses writes down which keys were used.
func (k *Keys) WriteUses(ctx context.Context) error { return k.uses.write(ctx) }

// Settle returns when no statement looks for keys.
func (k *Keys) Settle() { k.lookups.wait() }

// MaxWaiting and MaxLookup are the bounds of lookups.
const (
	MaxWaiting = maxWaiting
	MaxLookup  = maxLookup
)
