package auth_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
)

func TestKeysAuthenticate(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		later := s.clock.Now().Add(time.Hour).Truncate(time.Microsecond)
		key, secret := s.create(t, func(k *models.APIKey) { k.ExpiresAt = &later })
		for _, header := range []string{"Bearer " + secret, "bearer " + secret, "BEARER   " + secret, "\tBearer " + secret + " "} {
			v := s.expect(t, auth.Credentials{Authorization: header}, "")
			if v.TenantID != key.TenantID || v.Principal != key.Principal || v.KeyID != key.ID || !v.ExpiresAt.Equal(later) {
				t.Errorf("%q: %+v", header, v)
			}
			if !v.Has(models.ScopeLease) || v.Has(models.ScopeRead) || v.Has(models.ScopeTask) || v.Admin() {
				t.Errorf("scopes %v", v.Scopes)
			}
		}

		before, _, _ := s.store.counts()
		for header, says := range map[string]string{
			"":                                     "send Authorization: Bearer",
			" ":                                    "send Authorization: Bearer",
			secret:                                 "send Authorization: Bearer",
			"Basic " + secret:                      "send Authorization: Bearer",
			"Bearer":                               "send Authorization: Bearer",
			"Bearer " + secret + "x":               "begins with ag_",
			"Bearer " + secret[:45]:                "begins with ag_",
			"Bearer " + strings.ToUpper(secret):    "begins with ag_",
			"Bearer " + secret + " " + secret:      "one key",
			"Bearer " + secret + "," + secret:      "one key",
			"Bearer ag_" + strings.Repeat("é", 43): "begins with ag_",
			"Bearer " + strings.Repeat("x", 1<<16): "begins with ag_",
		} {
			_, err := s.Authenticate(t.Context(), auth.Credentials{Authorization: header})
			if models.CodeOf(err) != models.CodeUnauthenticated || !strings.Contains(err.Error(), says) || len(err.Error()) > 200 {
				t.Errorf("%.60q: %v", header, err)
			}
		}
		if after, _, _ := s.store.counts(); len(after) != len(before) {
			t.Error("what can't be a key has reached the database")
		}
	})
}

// TestKeysNotValid: unknown, revoked and expired keys are refused in the same words.
func TestKeysNotValid(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		unknown, _ := auth.NewSecret()
		revokedKey, revoked := s.create(t, nil)
		s.revoke(t, revokedKey)
		now := s.clock.Now()
		_, expired := s.create(t, func(k *models.APIKey) { k.ExpiresAt = &now })
		admin := func(k *models.APIKey) { k.Scopes = []models.Scope{models.ScopeAdmin} }
		revokedAdminKey, revokedAdmin := s.create(t, admin)
		s.revoke(t, revokedAdminKey)
		for name, c := range map[string]auth.Credentials{
			"unknown": withKey(unknown), "revoked": withKey(revoked), "expired": withKey(expired), "revoked admin": withKey(revokedAdmin),
			"with whatever else": {Authorization: "Bearer " + revoked, Principal: "system:x", TenantID: "no"},
		} {
			_, err := s.Authenticate(t.Context(), c)
			if want := "UNAUTHENTICATED: the API key is not valid (unknown, revoked or expired); send another"; err == nil || err.Error() != want {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestKeysActAs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		tenant := uuid.New()
		_, worker := s.create(t, func(k *models.APIKey) { k.TenantID = tenant })
		_, admin := s.create(t, func(k *models.APIKey) {
			k.TenantID, k.Scopes = tenant, []models.Scope{models.ScopeAdmin}
			k.Principal = models.Principal{Kind: models.KindHuman, ID: "root"}
		})
		for _, tt := range []struct {
			secret, principal, tenant string
			want                      string // kind:id, or the code
		}{
			{worker, "", "", "worker:builder"},
			{worker, "worker:builder", "", "worker:builder"},
			{worker, " WORKER:builder", strings.ToUpper(tenant.String()), "worker:builder"},
			{worker, "worker:Builder", "", "FORBIDDEN"},
			{worker, "agent:builder", "", "FORBIDDEN"},
			{worker, "builder", "", "FORBIDDEN"},
			{worker, "worker:b\xff", "", "FORBIDDEN"},
			{worker, "service:svc:asyncgate", "", "FORBIDDEN"},
			{worker, "", uuid.NewString(), "FORBIDDEN"},
			{worker, "", "acme", "FORBIDDEN"},
			{worker, "", "{" + tenant.String() + "}", "FORBIDDEN"},
			{admin, "", "", "human:root"},
			{admin, "human:root", tenant.String(), "human:root"},
			{admin, "agent:planner", "", "agent:planner"},
			{admin, "Agent:a:b", "", "agent:a:b"},
			{admin, "planner", "", "FORBIDDEN"},
			{admin, "robot:r", "", "FORBIDDEN"},
			{admin, "agent:", "", "FORBIDDEN"},
			{admin, "agent:\xff", "", "FORBIDDEN"},
			{admin, "system:x", "", "FORBIDDEN"},
			{admin, "service:svc:asyncgate", "", "FORBIDDEN"},
			{admin, "agent:SVC:x", "", "FORBIDDEN"},
			{admin, "agent: sys:x", "", "FORBIDDEN"},
			{admin, "agent:planner", uuid.NewString(), "FORBIDDEN"},
			{admin, "", "acme", "FORBIDDEN"},
		} {
			v, err := s.Authenticate(t.Context(), auth.Credentials{Authorization: "Bearer " + tt.secret, Principal: tt.principal, TenantID: tt.tenant})
			got := v.Principal.String()
			if err != nil {
				got = string(models.CodeOf(err))
			}
			if got != tt.want || err == nil && v.TenantID != tenant {
				t.Errorf("%q of %q: got %s, %v; want %s", tt.principal, tt.tenant, got, err, tt.want)
			}
			if err == nil && tt.secret == admin && !v.Admin() {
				t.Errorf("%q: acting as another, ADMIN is lost", tt.principal)
			}
		}
	})
}

// TestKeysUsed: last use is written now and then, for all keys in one statement, and at the end.
func TestKeysUsed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		one, first := s.create(t, nil)
		two, second := s.create(t, nil)
		for range 10 {
			s.expect(t, withKey(first), "")
			s.expect(t, withKey(second), "")
		}
		s.expect(t, auth.Credentials{Authorization: "Bearer " + first, Principal: "agent:x"}, models.CodeForbidden)
		s.store.set(func() { s.store.fail = models.Errorf(models.CodeUnavailable, "out of reach") })
		if err := s.WriteUses(t.Context()); models.CodeOf(err) != models.CodeUnavailable {
			t.Fatalf("got %v", err)
		}
		s.store.set(func() { s.store.fail = nil })
		used := s.clock.Now()
		s.clock.Move(time.Second)
		s.expect(t, withKey(second), "")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if err := s.WriteUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, _, writes := s.store.counts(); len(writes) != 2 || writes[1] != 2 {
			t.Errorf("written: %v", writes)
		}
		keys, err := s.store.Store.KeysByID(t.Context(), []uuid.UUID{one.ID, two.ID})
		if err != nil {
			t.Fatal(err)
		}
		for id, at := range map[uuid.UUID]time.Time{one.ID: used, two.ID: s.clock.Now()} {
			if got := keys[id].LastUsedAt; got == nil || got.Sub(at).Abs() > time.Millisecond {
				t.Errorf("last used at %v, want %s", got, at)
			}
		}
	})
}
