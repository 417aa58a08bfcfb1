package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

const keysHelp = `keys create|list|revoke

API keys, by which a server that demands them knows its callers. create makes one and prints it once, list shows all but the
keys themselves, revoke ends one. All three run beside servers; each has a --help of its own.`

func (p process) keys(ctx context.Context, args []string) error {
	verb := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "create":
		return p.keysCreate(ctx, args)
	case "list":
		return p.keysList(ctx, args)
	case "revoke":
		return p.keysRevoke(ctx, args)
	}
	if verb == "" {
		if done, err := p.parse(newFlags("keys"), keysHelp, args); done || err != nil {
			return err
		}
	}
	return usageErrorf("keys takes create, list or revoke; see asyncgate keys --help")
}

// openKeys opens a database that must exist and have the schema of this version: who lists or revokes changes nothing else.
func (p process) openKeys(ctx context.Context, url string) (*store.Store, error) {
	s, err := p.open(ctx, url, true)
	if err != nil {
		return nil, err
	}
	if err := s.CheckSchema(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// scopesText is how the scopes of a key are shown, and what --scope takes.
func scopesText(scopes []models.Scope) string {
	texts := make([]string, len(scopes))
	for i, scope := range scopes {
		texts[i] = strings.ToLower(string(scope))
	}
	return strings.Join(texts, ",")
}

// principalText is how a principal is shown on a terminal: quoted, when it has characters that can't be seen or turn the text
// around, or blanks that would look like the gap between two columns.
func principalText(p models.Principal) string {
	text := p.String()
	unseen := func(r rune) bool { return !strconv.IsPrint(r) }
	if strings.ContainsFunc(text, unseen) || strings.Contains(text, "  ") || strings.HasSuffix(text, " ") {
		return strconv.Quote(text)
	}
	return text
}

// timeText is how an instant is shown; one that there is not is as absent says.
func timeText(t *time.Time, absent string) string {
	if t == nil {
		return absent
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
