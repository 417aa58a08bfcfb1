package models

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// PrincipalKind says what kind of party a principal is; the value is its wire string.
type PrincipalKind string

// The kinds of principals. KindSystem is the server's own.
const (
	KindAgent   PrincipalKind = "agent"
	KindWorker  PrincipalKind = "worker"
	KindService PrincipalKind = "service"
	KindSystem  PrincipalKind = "system"
	KindHuman   PrincipalKind = "human"
)

// Valid tells whether k is one of the five kinds.
func (k PrincipalKind) Valid() bool {
	switch k {
	case KindAgent, KindWorker, KindService, KindSystem, KindHuman:
		return true
	default:
		return false
	}
}

// Principal acts or is addressed. It exists only inside its tenant.
type Principal struct {
	Kind PrincipalKind
	ID   string
}

// String returns kind:id, the form of the X-Principal header.
func (p Principal) String() string { return string(p.Kind) + ":" + p.ID }

// JSON returns the canonical {"id":…,"kind":…} that receipts carry.
func (p Principal) JSON() JSON {
	return Object(map[string]JSON{"kind": String(string(p.Kind)), "id": String(p.ID)})
}

// ServerPrincipal is the server itself, the author of what no client wrote.
var ServerPrincipal = Principal{Kind: KindService, ID: "svc:asyncgate"}

// Check returns BAD_USER_INPUT unless the kind is known and the id has 1 to 255 characters, none a control character.
func (p Principal) Check() error {
	if !p.Kind.Valid() {
		return Errorf(CodeBadUserInput, "principal kind %.40q is unknown; use agent, worker, service or human", p.Kind)
	}
	return CheckName("principal id", p.ID, MaxPrincipalIDLength)
}

// ParsePrincipal reads kind:id; BAD_USER_INPUT when it is malformed.
func ParsePrincipal(s string) (Principal, error) {
	kind, id, ok := strings.Cut(s, ":")
	if !ok {
		return Principal{}, Errorf(CodeBadUserInput, "a principal is written kind:id, for example agent:planner")
	}
	p := Principal{Kind: PrincipalKind(strings.ToLower(kind)), ID: id}
	return p, p.Check()
}

// CheckText returns BAD_USER_INPUT unless s is UTF-8 of 1 to maximum characters, none of them NUL, which no database keeps;
// what names it.
func CheckText(what, s string, maximum int) error {
	if n := utf8.RuneCountInString(s); n < 1 || n > maximum {
		return Errorf(CodeBadUserInput, "%s has %d characters; allowed are 1 to %d", what, n, maximum)
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return Errorf(CodeBadUserInput, "%s contains a NUL, or is not UTF-8", what)
	}
	return nil
}

// CheckName is CheckText for what names something: it allows no control character at all.
func CheckName(what, s string, maximum int) error {
	if err := CheckText(what, s, maximum); err != nil {
		return err
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return Errorf(CodeBadUserInput, "%s contains a control character", what)
	}
	return nil
}

// Scope is a right that a credential carries.
type Scope string

// The scopes; ScopeAdmin implies the others.
const (
	ScopeRead  Scope = "READ"
	ScopeTask  Scope = "TASK"
	ScopeLease Scope = "LEASE"
	ScopeAdmin Scope = "ADMIN"
)

// Valid tells whether s is one of the four scopes.
func (s Scope) Valid() bool {
	switch s {
	case ScopeRead, ScopeTask, ScopeLease, ScopeAdmin:
		return true
	default:
		return false
	}
}

// Viewer is the caller as its credential says: the only source of tenant and acting principal.
type Viewer struct {
	TenantID  uuid.UUID
	Principal Principal
	Scopes    []Scope
	// KeyID is the API key that speaks for the viewer; uuid.Nil in development, where none is needed.
	KeyID uuid.UUID
	// ExpiresAt is when that key stops to count by itself; nil is never.
	ExpiresAt *time.Time
}

// Has tells whether the viewer may do what scope allows.
func (v Viewer) Has(scope Scope) bool {
	for _, s := range v.Scopes {
		if s == scope || s == ScopeAdmin {
			return true
		}
	}
	return false
}

// Admin tells whether the viewer may act for every principal of its tenant.
func (v Viewer) Admin() bool { return v.Has(ScopeAdmin) }

// Owns tells whether the viewer may act on what belongs to owner.
func (v Viewer) Owns(owner Principal) bool { return v.Principal == owner || v.Admin() }

// String names the viewer in logs.
func (v Viewer) String() string { return fmt.Sprintf("%s of %s", v.Principal, v.TenantID) }
