package client

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client/internal/api"
)

// PrincipalKind is what kind of party a principal is.
type PrincipalKind string

// The kinds of principals. System is the server's own.
const (
	KindAgent   PrincipalKind = "AGENT"
	KindWorker  PrincipalKind = "WORKER"
	KindService PrincipalKind = "SERVICE"
	KindSystem  PrincipalKind = "SYSTEM"
	KindHuman   PrincipalKind = "HUMAN"
)

// Principal is who acts or is addressed, inside its tenant. Where one may be left out, the zero value is the caller.
type Principal struct {
	Kind PrincipalKind
	// ID is its name within kind and tenant: 1 to 255 characters, none of them a control character.
	ID string
}

// checkPrincipal refuses what is not written kind:id.
func checkPrincipal(text string) error {
	kind, id, _ := strings.Cut(strings.TrimSpace(text), ":")
	switch PrincipalKind(strings.ToUpper(kind)) {
	case KindAgent, KindWorker, KindService, KindSystem, KindHuman:
		if n := utf8.RuneCountInString(id); n >= 1 && n <= 255 && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl) {
			return nil
		}
	}
	return fmt.Errorf("%.64q is no principal: write kind:id, such as agent:planner; kinds are agent, worker, service and human, "+
		"an id has 1 to 255 characters, none of them a control character", text)
}

// Scope is a right that a credential carries.
type Scope string

// The scopes. ScopeAdmin implies the others.
const (
	ScopeRead  Scope = "READ"
	ScopeTask  Scope = "TASK"
	ScopeLease Scope = "LEASE"
	ScopeAdmin Scope = "ADMIN"
)

// Viewer is the caller, as the server sees it.
type Viewer struct {
	TenantID  uuid.UUID
	Principal Principal
	Scopes    []Scope
}

func principalOf(p api.PrincipalFields) Principal {
	return Principal{Kind: PrincipalKind(p.Kind), ID: p.Id}
}

// orCaller is the principal as an argument; nil, which is the caller, for the zero value.
func (p Principal) orCaller() *api.PrincipalInput {
	if p == (Principal{}) {
		return nil
	}
	return &api.PrincipalInput{Kind: api.PrincipalKind(p.Kind), Id: p.ID}
}
