// Package auth is the doorkeeper: it turns what a request says about its caller into a viewer (tenant, principal,
// scopes).
//
// The room owes the others one truth about the caller: whoever holds a models.Viewer from here may believe it. It must
// never know how a credential travelled (HTTP headers, a WebSocket's connection_init), nor decide what a viewer may do:
// scopes are checked by graph, ownership by the engine.
package auth

import (
	"cmp"
	"context"
	"strings"

	"github.com/asyncgate/asyncgate/models"
)

// Credentials is what a request says about its caller, as it came: nothing is checked yet, empty is absent.
type Credentials struct {
	// Authorization is the header of that name, or the key "authorization" of connection_init.
	Authorization string
	// Principal is the header X-Principal, kind:id, or the key "x-principal".
	Principal string
	// TenantID is the header X-Tenant-ID, a UUID, or the key "x-tenant-id".
	TenantID string
}

// Join returns what two places of one request say together; the Authorization of other counts before c's, which may be what a
// proxy between them wanted. It returns FORBIDDEN when they name different API keys, principals or tenants: one of them would
// win without a word.
func (c Credentials) Join(other Credentials) (Credentials, error) {
	switch {
	case contradict(c.Authorization, other.Authorization, sameKey):
		return Credentials{}, models.Errorf(models.CodeForbidden, "two API keys in Authorization contradict each other; send one")
	case contradict(c.Principal, other.Principal, samePrincipal):
		return Credentials{}, models.Errorf(models.CodeForbidden, "two values of X-Principal contradict each other; send one")
	case contradict(c.TenantID, other.TenantID, strings.EqualFold):
		return Credentials{}, models.Errorf(models.CodeForbidden, "two values of X-Tenant-ID contradict each other; send one")
	}
	return Credentials{
		Authorization: cmp.Or(other.Authorization, c.Authorization),
		Principal:     cmp.Or(other.Principal, c.Principal),
		TenantID:      cmp.Or(other.TenantID, c.TenantID),
	}, nil
}

func contradict(a, b string, same func(a, b string) bool) bool {
	a, b = trim(a), trim(b)
	return a != "" && b != "" && !same(a, b)
}

// sameKey tells whether two values of Authorization name no two keys.
func sameKey(a, b string) bool {
	keyA, okA := bearerToken(a)
	keyB, okB := bearerToken(b)
	return !okA || !okB || keyA == keyB
}

func samePrincipal(a, b string) bool {
	p, errP := models.ParsePrincipal(a)
	q, errQ := models.ParsePrincipal(b)
	return a == b || errP == nil && errQ == nil && p == q
}

// Authenticator decides who the caller is.
type Authenticator interface {
	// Authenticate returns the viewer that the credentials stand for. It returns UNAUTHENTICATED when they are missing,
	// malformed or not valid, FORBIDDEN when they are well-formed but name whom they may not act for (a reserved
	// principal, another's tenant), and UNAVAILABLE when that could not be found out now; only the last is worth a retry.
	Authenticate(ctx context.Context, c Credentials) (models.Viewer, error)
	// Watch returns a context for what runs for v. It ends with ctx, and when v's credential stops to count; its cause is
	// then UNAUTHENTICATED, a models.Error. Call stop when it has run.
	Watch(ctx context.Context, v models.Viewer) (watched context.Context, stop func())
}

type viewerKey struct{}

// WithViewer returns a context that carries the authenticated caller.
func WithViewer(ctx context.Context, v models.Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerFrom returns the authenticated caller, or ok false when the request has none.
func ViewerFrom(ctx context.Context) (v models.Viewer, ok bool) {
	v, ok = ctx.Value(viewerKey{}).(models.Viewer)
	return v, ok
}
