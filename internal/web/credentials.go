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

// identify finds out who sends a request, and whether they have requests left. The request that it returns has the viewer in its
// context, which also ends when the credential stops to count; call stop when it has been answered. Where strangers are let in,
// a request without any credential has no viewer.
func (s *Server) identify(r *http.Request) (identified *http.Request, stop func(), err error) {
	tally := tallyOf(r.Context())
	if s.opt.Strangers && isStranger(r.Header) {
		return r, func() {}, tally.left()
	}
	viewer, err := s.authenticate(r.Context(), r.Header, auth.Credentials{})
	if err != nil {
		return r, nil, err
	}
	tally.identify(viewer)
	if err := tally.left(); err != nil {
		return r, nil, err
	}
	watched, stop := s.opt.Auth.Watch(r.Context(), viewer)
	return r.WithContext(auth.WithViewer(watched, viewer)), stop, nil
}

// isStranger tells whether a request says nothing at all about its sender.
func isStranger(h http.Header) bool {
	credentials, err := headerCredentials(h)
	return err == nil && credentials == auth.Credentials{}
}

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

// headerCredentials reads the credentials of a request. Two keys are none, for what stands between client and server may have
// meant the other; two principals or tenants must be the same.
func headerCredentials(h http.Header) (auth.Credentials, error) {
	if len(h.Values("Authorization")) > 1 {
		return auth.Credentials{}, models.Errorf(models.CodeUnauthenticated, "the header Authorization is there more than once")
	}
	credentials := auth.Credentials{Authorization: h.Get("Authorization")}
	var err error
	for _, principal := range h.Values("X-Principal") {
		if credentials, err = credentials.Join(auth.Credentials{Principal: principal}); err != nil {
			return auth.Credentials{}, err
		}
	}
	for _, tenant := range h.Values("X-Tenant-ID") {
		if credentials, err = credentials.Join(auth.Credentials{TenantID: tenant}); err != nil {
			return auth.Credentials{}, err
		}
	}
	return credentials, nil
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
