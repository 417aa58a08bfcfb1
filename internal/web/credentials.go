package web

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
)

// authenticate finds out who sends a request with these headers; init is what connection_init says beside them.
func (s *Server) authenticate(ctx context.Context, h http.Header, init auth.Credentials) (models.Viewer, error) {
	viewer, err := s.viewer(ctx, h, init)
	switch {
	case err == nil:
		notesOf(ctx).identify(viewer)
	case models.CodeOf(err) == models.CodeUnauthenticated:
		s.opt.Observer.Refused(RefusedCredential)
	}
	return viewer, err
}

func (s *Server) viewer(ctx context.Context, h http.Header, init auth.Credentials) (models.Viewer, error) {
	credentials, err := headerCredentials(h)
	if err != nil {
		return models.Viewer{}, err
	}
	if credentials, err = credentials.Join(init); err != nil {
		return models.Viewer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.RequestTimeout)
	defer cancel()
	return s.opt.Auth.Authenticate(ctx, credentials)
}

// headerCredentials reads the credentials of a request. One that is there twice is none: what stands between client and
// server may have meant the other.
func headerCredentials(h http.Header) (auth.Credentials, error) {
	for _, name := range []string{"Authorization", "X-Principal", "X-Tenant-ID"} {
		if len(h.Values(name)) > 1 {
			return auth.Credentials{}, models.Errorf(models.CodeUnauthenticated, "the header %s is there more than once", name)
		}
	}
	return auth.Credentials{
		Authorization: h.Get("Authorization"),
		Principal:     h.Get("X-Principal"),
		TenantID:      h.Get("X-Tenant-ID"),
	}, nil
}

// initCredentials reads what connection_init says, in any case of its keys. A key that is there twice is none.
func initCredentials(payload json.RawMessage) (auth.Credentials, error) {
	var c auth.Credentials
	if len(payload) == 0 {
		return c, nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil {
		return c, closing(closeBadMessage, "Invalid message: payload of connection_init must be an object")
	}
	targets := map[string]*string{"authorization": &c.Authorization, "x-principal": &c.Principal, "x-tenant-id": &c.TenantID}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		name := strings.ToLower(key)
		target, ok := targets[name]
		if !ok {
			continue
		}
		if target == nil {
			return c, models.Errorf(models.CodeUnauthenticated, "connection_init has %s more than once", name)
		}
		targets[name] = nil
		if string(fields[key]) != "null" && json.Unmarshal(fields[key], target) != nil {
			return c, models.Errorf(models.CodeUnauthenticated, "%s in connection_init must be a string", name)
		}
	}
	return c, nil
}
