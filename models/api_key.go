package models

import (
	"time"

	"github.com/google/uuid"
)

// APIKey is a credential as it is kept: everything but the secret, of which only a hash is.
type APIKey struct {
	ID        uuid.UUID
	TenantID  uuid.UUID
	Principal Principal
	Scopes    []Scope
	CreatedAt time.Time
	// ExpiresAt is when the key stops to count by itself; nil is never.
	ExpiresAt *time.Time
	// RevokedAt is when somebody ended it; nil while nobody has.
	RevokedAt *time.Time
	// LastUsedAt is when it last authenticated somebody, as of a minute ago at best; nil when it never has.
	LastUsedAt *time.Time
}

// Valid tells whether the key counts at a time: it is not revoked, and not expired.
func (k APIKey) Valid(at time.Time) bool {
	return k.RevokedAt == nil && (k.ExpiresAt == nil || at.Before(*k.ExpiresAt))
}
