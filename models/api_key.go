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

// Check returns BAD_USER_INPUT unless a key may be made like this: for a principal that Principal.Check allows and that is none
// of the server's own, and with scopes that exist, at least one.
func (k APIKey) Check() error {
	if err := k.Principal.Check(); err != nil {
		return err
	}
	if k.Principal.Reserved() {
		return Errorf(CodeBadUserInput, "%q is one of the server's own principals; choose another, for example agent:planner", k.Principal)
	}
	if len(k.Scopes) == 0 {
		return Errorf(CodeBadUserInput, "a key needs at least one scope: READ, TASK, LEASE or ADMIN")
	}
	for _, scope := range k.Scopes {
		if !scope.Valid() {
			return Errorf(CodeBadUserInput, "there is no scope %.80q; use READ, TASK, LEASE or ADMIN", scope)
		}
	}
	return nil
}
