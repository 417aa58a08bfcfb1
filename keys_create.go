package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

const keysCreateHelp = `keys create --tenant UUID --principal KIND:ID --scope SCOPE… [--expires DURATION] [--database-url URL]

Makes an API key and prints it alone on standard output, so that KEY=$(asyncgate keys create …) keeps it; what it is goes to
standard error. It is shown this once: only a hash is stored. Migrations that are missing are applied, as serve does, so that the
first key may be made before the first start or after it.`

func (p process) keysCreate(ctx context.Context, args []string) error {
	f := newFlags("keys create")
	url := f.String("database-url", "", "the database, which is made if it is a SQLite file (default: ASYNCGATE_DATABASE_URL)")
	var order keyOrder
	f.Func("tenant", "the tenant that the key belongs to; any UUID, the nil one too", uuidInto(&order.tenant))
	f.Func("principal", "whom it speaks for, for example agent:planner; kinds are agent, worker, service and human", order.setPrincipal)
	f.Func("scope", "what it may do: read, task, lease, or admin, which implies the others; repeat the flag or write commas", order.addScopes)
	f.Func("expires", "how long it lives, for example 30d or 12h; without it, until it is revoked", order.setLifetime)
	if done, err := p.parse(f, keysCreateHelp, args); done || err != nil {
		return err
	}
	if err := order.check(); err != nil {
		return usageErrorf("%v; see asyncgate keys create --help", err)
	}
	s, err := p.open(ctx, *url, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	applied, err := s.Migrate(ctx)
	for _, name := range applied {
		_, _ = fmt.Fprintln(p.stderr, "applied", name)
	}
	if err != nil {
		return err
	}
	key, secret, err := order.make(ctx, s)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(p.stdout, secret); err != nil {
		return fmt.Errorf("the key can't be printed: %w; end it with `asyncgate keys revoke %s` and make another", err, key.ID)
	}
	_, _ = fmt.Fprintf(p.stderr, "key %s: %s of tenant %s, scopes %s, expires %s\n",
		key.ID, principalText(key.Principal), key.TenantID, scopesText(key.Scopes), timeText(key.ExpiresAt, "never"))
	_, _ = fmt.Fprintln(p.stderr, "It is shown only now. Send it as the header `Authorization: Bearer ag_…`.")
	return nil
}

// keyOrder is the key that was asked for.
type keyOrder struct {
	tenant    *uuid.UUID
	principal models.Principal
	scopes    []models.Scope
	lifetime  time.Duration // 0 is for ever
}

func (o *keyOrder) setPrincipal(text string) (err error) {
	o.principal, err = models.ParsePrincipal(text)
	return plain(err)
}

func (o *keyOrder) addScopes(text string) error {
	for name := range strings.SplitSeq(text, ",") {
		scope := models.Scope(strings.ToUpper(strings.TrimSpace(name)))
		if !scope.Valid() {
			return fmt.Errorf("there is no scope %.80q; use read, task, lease or admin", name)
		}
		if !slices.Contains(o.scopes, scope) {
			o.scopes = append(o.scopes, scope)
		}
	}
	return nil
}

func (o *keyOrder) setLifetime(text string) (err error) {
	o.lifetime, err = parseAge(text)
	if err != nil || o.lifetime == 0 {
		return fmt.Errorf("%.80q is no time to live; write one such as 30d or 720h", text)
	}
	return nil
}

// check says what is missing, and what no key may be.
func (o *keyOrder) check() error {
	switch {
	case o.tenant == nil:
		return errors.New("keys create needs --tenant, a UUID")
	case o.principal == models.Principal{}:
		return errors.New("keys create needs --principal, for example agent:planner")
	case len(o.scopes) == 0:
		return errors.New("keys create needs --scope: read, task, lease or admin")
	}
	return plain(o.key(time.Time{}).Check())
}

// key is the key as it is made at a time, without an id.
func (o *keyOrder) key(at time.Time) models.APIKey {
	key := models.APIKey{TenantID: *o.tenant, Principal: o.principal, Scopes: o.scopes, CreatedAt: at}
	if o.lifetime > 0 {
		expires := at.Add(o.lifetime)
		key.ExpiresAt = &expires
	}
	return key
}

// make writes the key, with times by the database's clock, and returns it with its secret, which nobody can find out later.
func (o *keyOrder) make(ctx context.Context, s *store.Store) (key models.APIKey, secret string, err error) {
	now, err := s.Time(ctx)
	if err != nil {
		return key, "", err
	}
	key = o.key(now)
	if key.ID, err = uuid.NewV7(); err != nil {
		return key, "", err
	}
	secret, hash := auth.NewSecret()
	return key, secret, s.CreateKey(ctx, key, hash)
}

// plain is an error without its code, which is for programs.
func plain(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(models.MessageOf(err))
}
