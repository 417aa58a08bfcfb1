package auth

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// Development takes the caller's word for who it is. It is safe only behind a server that listens on a loopback
// address and answers to loopback names: config refuses any other use, and web checks every request's Host.
//
// X-Tenant-ID (default the nil UUID) and X-Principal (default agent:dev) are the credential; Authorization is ignored,
// so that a client with a key configured runs unchanged against a local server. Scopes are READ, TASK and LEASE: who
// may act as anyone needs no ADMIN.
type Development struct{}

// Authenticate returns the caller that the credentials name. A malformed tenant or principal is UNAUTHENTICATED, not
// BAD_USER_INPUT: here the two are the credential itself, and a bad credential is UNAUTHENTICATED whatever is wrong with
// it. A principal that is the server's own is FORBIDDEN.
func (Development) Authenticate(_ context.Context, c Credentials) (models.Viewer, error) {
	v := models.Viewer{
		Principal: models.Principal{Kind: models.KindAgent, ID: "dev"},
		Scopes:    []models.Scope{models.ScopeRead, models.ScopeTask, models.ScopeLease},
	}
	if text := trim(c.TenantID); text != "" {
		id, err := parseTenant(text)
		if err != nil {
			return models.Viewer{}, err
		}
		v.TenantID = id
	}
	if text := trim(c.Principal); text != "" {
		if !utf8.ValidString(text) {
			return models.Viewer{}, models.Errorf(models.CodeUnauthenticated, "X-Principal: %.64q is not UTF-8", text)
		}
		p, err := models.ParsePrincipal(text)
		if err != nil {
			return models.Viewer{}, models.Errorf(models.CodeUnauthenticated, "X-Principal: %s", models.MessageOf(err))
		}
		if p.Reserved() {
			return models.Viewer{}, errReserved(text)
		}
		v.Principal = p
	}
	return v, nil
}

// Watch returns ctx as it is: what needs no credential keeps it for ever.
func (Development) Watch(ctx context.Context, _ models.Viewer) (watched context.Context, stop func()) {
	return ctx, func() {}
}

// trim removes what HTTP removes around a header's value, so that connection_init means the same.
func trim(s string) string { return strings.Trim(s, " \t") }

func parseTenant(text string) (uuid.UUID, error) {
	id, ok := models.ParseID(text)
	if !ok {
		return uuid.Nil, models.Errorf(models.CodeUnauthenticated,
			"X-Tenant-ID: %.64q is not a UUID such as 00000000-0000-0000-0000-000000000000", text)
	}
	return id, nil
}
