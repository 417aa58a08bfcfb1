package auth_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
)

func TestDevelopment(t *testing.T) {
	t.Parallel()
	const tenant = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
	dev := models.Principal{Kind: models.KindAgent, ID: "dev"}

	for name, tt := range map[string]struct {
		credentials auth.Credentials
		tenant      uuid.UUID
		principal   models.Principal
	}{
		"nothing: the defaults": {auth.Credentials{}, uuid.Nil, dev},
		"a tenant":              {auth.Credentials{TenantID: tenant}, uuid.MustParse(tenant), dev},
		"a tenant in capitals":  {auth.Credentials{TenantID: strings.ToUpper(tenant)}, uuid.MustParse(tenant), dev},
		"a principal": {auth.Credentials{Principal: "worker:w-1"}, uuid.Nil,
			models.Principal{Kind: models.KindWorker, ID: "w-1"}},
		"a principal whose id has colons": {auth.Credentials{Principal: "human:a:b"}, uuid.Nil,
			models.Principal{Kind: models.KindHuman, ID: "a:b"}},
		"space around it":               {auth.Credentials{Principal: " agent:a "}, uuid.Nil, models.Principal{Kind: models.KindAgent, ID: "a"}},
		"an Authorization is no matter": {auth.Credentials{Authorization: "Bearer x"}, uuid.Nil, dev},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := auth.Development{}.Authenticate(context.Background(), tt.credentials)
			if err != nil {
				t.Fatal(err)
			}
			if v.TenantID != tt.tenant || v.Principal != tt.principal {
				t.Fatalf("got %s, want %s of %s", v, tt.principal, tt.tenant)
			}
			if !v.Has(models.ScopeRead) || !v.Has(models.ScopeTask) || !v.Has(models.ScopeLease) || v.Admin() {
				t.Fatalf("scopes %v", v.Scopes)
			}
		})
	}

	for name, tt := range map[string]struct {
		credentials auth.Credentials
		code        models.Code
	}{
		"a tenant that is no UUID":        {auth.Credentials{TenantID: "acme"}, models.CodeUnauthenticated},
		"a tenant in braces":              {auth.Credentials{TenantID: "{" + tenant + "}"}, models.CodeUnauthenticated},
		"a tenant without dashes":         {auth.Credentials{TenantID: strings.ReplaceAll(tenant, "-", "")}, models.CodeUnauthenticated},
		"a principal without a kind":      {auth.Credentials{Principal: "planner"}, models.CodeUnauthenticated},
		"a principal of an unknown kind":  {auth.Credentials{Principal: "robot:r"}, models.CodeUnauthenticated},
		"a principal without an id":       {auth.Credentials{Principal: "agent:"}, models.CodeUnauthenticated},
		"a principal that is too long":    {auth.Credentials{Principal: "agent:" + strings.Repeat("x", 256)}, models.CodeUnauthenticated},
		"a principal with a control code": {auth.Credentials{Principal: "agent:a\x00b"}, models.CodeUnauthenticated},
		"a principal that is not UTF-8":   {auth.Credentials{Principal: "agent:\xff"}, models.CodeUnauthenticated},
		"kind system":                     {auth.Credentials{Principal: "system:x"}, models.CodeForbidden},
		"the server itself":               {auth.Credentials{Principal: "service:svc:asyncgate"}, models.CodeForbidden},
		"a sys: id in other case":         {auth.Credentials{Principal: "agent:SYS:x"}, models.CodeForbidden},
		"a reserved id behind a space":    {auth.Credentials{Principal: "agent: svc:x"}, models.CodeForbidden},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			_, err := auth.Development{}.Authenticate(context.Background(), tt.credentials)
			if got := models.CodeOf(err); got != tt.code {
				t.Fatalf("got %v, want %s", err, tt.code)
			}
		})
	}
}

// TestDevelopmentSaysWhy: bytes that are no text are not called something else.
func TestDevelopmentSaysWhy(t *testing.T) {
	t.Parallel()
	for principal, says := range map[string]string{
		"agent:jos\xe9":  `X-Principal: "agent:jos\xe9" is not UTF-8`,
		"agent:\xc2\x85": "X-Principal: principal id contains a control character",
	} {
		_, err := auth.Development{}.Authenticate(context.Background(), auth.Credentials{Principal: principal})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", principal, err)
		}
	}
	v, err := auth.Development{}.Authenticate(context.Background(), auth.Credentials{Principal: "agent:josé"})
	if err != nil || v.Principal.ID != "josé" {
		t.Errorf("got %s, %v", v, err)
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	const tenant = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
	headers := auth.Credentials{Authorization: "Basic x", Principal: "worker:w", TenantID: tenant}
	for name, tt := range map[string]struct{ other, want auth.Credentials }{
		"nothing":                {auth.Credentials{}, headers},
		"the same":               {headers, headers},
		"the same, otherwise":    {auth.Credentials{Principal: " WORKER:w", TenantID: strings.ToUpper(tenant)}, auth.Credentials{Authorization: "Basic x", Principal: " WORKER:w", TenantID: strings.ToUpper(tenant)}},
		"a key beside a proxy's": {auth.Credentials{Authorization: "Bearer y"}, auth.Credentials{Authorization: "Bearer y", Principal: "worker:w", TenantID: tenant}},
	} {
		if got, err := headers.Join(tt.other); err != nil || got != tt.want {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		if _, err := tt.other.Join(headers); err != nil {
			t.Errorf("%s, the other way round: %v", name, err)
		}
	}
	key := auth.Credentials{Authorization: "Bearer a"}
	if got, err := key.Join(auth.Credentials{Authorization: "bearer  a "}); err != nil || got.Authorization != "bearer  a " {
		t.Errorf("the same key: got %+v, %v", got, err)
	}
	if _, err := key.Join(auth.Credentials{Authorization: "Bearer b"}); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("another key: %v", err)
	}
	for name, other := range map[string]auth.Credentials{
		"another principal":      {Principal: "agent:w"},
		"an id in other letters": {Principal: "worker:W"},
		"no principal":           {Principal: "worker"},
		"another tenant":         {TenantID: "00000000-0000-0000-0000-000000000000"},
		"no tenant":              {TenantID: "acme"},
	} {
		if _, err := headers.Join(other); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestViewerFrom(t *testing.T) {
	t.Parallel()
	if _, ok := auth.ViewerFrom(context.Background()); ok {
		t.Fatal("a context without a viewer has one")
	}
	want := models.Viewer{TenantID: uuid.New(), Principal: models.Principal{Kind: models.KindAgent, ID: "a"}}
	got, ok := auth.ViewerFrom(auth.WithViewer(context.Background(), want))
	if !ok || got.TenantID != want.TenantID || got.Principal != want.Principal {
		t.Fatalf("got %v, %v", got, ok)
	}
}
