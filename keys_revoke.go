package main

import (
	"context"
	"fmt"

	"github.com/asyncgate/asyncgate/models"
)

const keysRevokeHelp = `keys revoke ID [--database-url URL]

Ends an API key for good: within 5 seconds every server refuses it and ends the streams that it has open. ID is the first column
of asyncgate keys list. A key that is revoked already stays so, which is no error. The database must exist.`

func (p process) keysRevoke(ctx context.Context, args []string) error {
	f := newFlags("keys revoke")
	url := f.String("database-url", "", "the database (default: ASYNCGATE_DATABASE_URL)")
	var word string
	if done, err := p.parse(f, keysRevokeHelp, args, &word); done || err != nil {
		return err
	}
	id, err := parseUUID(word)
	if err != nil {
		// Not what was given: it may be the key itself, which must not end in a log.
		return usageErrorf("keys revoke takes the id of a key, a UUID, which asyncgate keys list shows; see asyncgate keys revoke --help")
	}
	s, err := p.openKeys(ctx, *url)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	now, err := s.Time(ctx)
	if err != nil {
		return err
	}
	key, err := s.RevokeKey(ctx, id, now)
	if models.CodeOf(err) == models.CodeNotFound {
		return fmt.Errorf("there is no key %s; asyncgate keys list shows those that there are", id)
	}
	if err != nil {
		return err
	}
	if !key.RevokedAt.Equal(now) {
		_, err = fmt.Fprintf(p.stdout, "key %s (%s of tenant %s) was revoked already, at %s\n", id, principalText(key.Principal), key.TenantID, timeText(key.RevokedAt, ""))
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "revoked key %s (%s of tenant %s); its open streams end within 5 seconds\n", id, principalText(key.Principal), key.TenantID)
	return err
}
