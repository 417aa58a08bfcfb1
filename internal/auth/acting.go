package auth

import (
	"unicode/utf8"

	"github.com/asyncgate/asyncgate/models"
)

// viewerOf returns who a key speaks for. Beside a key, X-Tenant-ID and X-Principal are no credentials: they may say what the
// key says, and an ADMIN key may name another principal of its tenant to act as. Anything else is FORBIDDEN, malformed values
// included, so that a client that means somebody else than its key never acts without knowing as whom.
func viewerOf(key *models.APIKey, c Credentials) (models.Viewer, error) {
	v := models.Viewer{
		TenantID: key.TenantID, Principal: key.Principal, Scopes: key.Scopes, KeyID: key.ID, ExpiresAt: key.ExpiresAt,
	}
	if text := trim(c.TenantID); text != "" {
		if id, err := parseTenant(text); err != nil || id != key.TenantID {
			return models.Viewer{}, models.Errorf(models.CodeForbidden,
				"X-Tenant-ID is not the API key's tenant: leave it out, or use a key of that tenant")
		}
	}
	text := trim(c.Principal)
	if text == "" {
		return v, nil
	}
	p, err := models.ParsePrincipal(text)
	switch {
	case err == nil && p == key.Principal:
		return v, nil
	case !v.Admin():
		return models.Viewer{}, models.Errorf(models.CodeForbidden,
			"X-Principal is not the API key's principal: leave it out; only a key with the scope ADMIN acts as others")
	case !utf8.ValidString(text):
		return models.Viewer{}, models.Errorf(models.CodeForbidden, "X-Principal: %.64q is not UTF-8", text)
	case err != nil:
		return models.Viewer{}, models.Errorf(models.CodeForbidden, "X-Principal: %s", models.MessageOf(err))
	case p.Reserved():
		return models.Viewer{}, errReserved(text)
	}
	v.Principal = p
	return v, nil
}

func errReserved(text string) error {
	return models.Errorf(models.CodeForbidden,
		"X-Principal: %q is one of the server's own principals; act as another, for example agent:planner", text)
}
