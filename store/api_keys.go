package store

import (
	"bytes"
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// API keys are the one noun that is not bound to a tenant: a request has none before its key is found. So these are methods of
// Store, and only internal/auth and the command `keys` call them. All of them return UNAVAILABLE when the database is out of
// reach or the context's deadline is over.

// CreateKey writes a key and the hash of its secret. BAD_USER_INPUT: see models.APIKey.Check. Ids and hashes are unique, so that
// a repeated call fails if the first came through; make a new secret instead.
func (s *Store) CreateKey(ctx context.Context, key models.APIKey, hash [32]byte) error {
	if err := key.Check(); err != nil {
		return err
	}
	_, err := s.write.NewInsert().Model(newAPIKeyRow(key, hash)).Exec(ctx)
	return s.fault(err)
}

// Keys returns the keys of a tenant, or all keys when that is nil, oldest first: those that are revoked or expired too. It has
// no limit: keys are made by hand, and an operator who looks for one must not miss it.
func (s *Store) Keys(ctx context.Context, tenant *uuid.UUID) ([]models.APIKey, error) {
	rows, err := s.apiKeys(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		if tenant != nil {
			q = q.Where("k.tenant_id = ?", *tenant)
		}
		return q.OrderExpr("k.created_at, k.id")
	})
	keys := make([]models.APIKey, len(rows))
	for i, r := range rows {
		keys[i] = r.key()
	}
	return keys, err
}

// AnyKey tells whether any tenant has a key that is neither revoked nor expired: without one nobody can call a server that
// demands keys.
func (s *Store) AnyKey(ctx context.Context) (bool, error) {
	found, err := s.read.NewSelect().Model((*apiKeyRow)(nil)).Where("k.revoked_at IS NULL").
		Where("(k.expires_at IS NULL OR k.expires_at > ?)", s.dialect.currentTime(s)).Exists(ctx)
	return found, s.fault(err)
}

// KeysByHash returns the keys of these hashes in one statement, also revoked and expired ones, which are the caller's to judge;
// hashes of no key are absent. A hash that was found counts only if all of it equals one that was asked for, compared in constant
// time.
func (s *Store) KeysByHash(ctx context.Context, hashes [][32]byte) (map[[32]byte]models.APIKey, error) {
	found := make(map[[32]byte]models.APIKey, len(hashes))
	if len(hashes) == 0 {
		return found, nil
	}
	asked := make([][]byte, len(hashes))
	for i := range hashes {
		asked[i] = hashes[i][:]
	}
	rows, err := s.apiKeys(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("k.hash IN (?)", bun.List(asked)) })
	for _, r := range rows {
		for _, hash := range hashes {
			if subtle.ConstantTimeCompare(hash[:], r.Hash) == 1 {
				found[hash] = r.key()
			}
		}
	}
	return found, err
}

// KeysByID returns the keys with these ids in one statement, also revoked and expired ones; ids of no key are absent.
func (s *Store) KeysByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]models.APIKey, error) {
	found := make(map[uuid.UUID]models.APIKey, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := s.apiKeys(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("k.id IN (?)", bun.List(ids)) })
	for _, r := range rows {
		found[r.ID] = r.key()
	}
	return found, err
}

// RevokeKey ends a key at a time, for good, and returns it as it is then. A key that is revoked already keeps the time of that,
// so that a call may be repeated. NOT_FOUND when there is no such key.
func (s *Store) RevokeKey(ctx context.Context, id uuid.UUID, at time.Time) (models.APIKey, error) {
	var row apiKeyRow
	err := s.write.NewUpdate().Model(&row).Set("revoked_at = coalesce(k.revoked_at, ?)", instant(at)).
		Where("k.id = ?", id).Returning("*").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return models.APIKey{}, models.Errorf(models.CodeNotFound, "there is no API key %s", id)
	}
	return row.key(), s.fault(err)
}

// KeysUsed notes in one statement when keys were last used. The time of a key never goes back, whatever order servers report in;
// ids of no key are ignored. A call may be repeated, and after UNAVAILABLE should be.
func (s *Store) KeysUsed(ctx context.Context, used map[uuid.UUID]time.Time) error {
	if len(used) == 0 {
		return nil
	}
	// In the order of ids, so that two servers rarely wait for each other's rows.
	byID := slices.SortedFunc(maps.Keys(used), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	rows := make([]keyUse, len(byID))
	for i, id := range byID {
		rows[i] = keyUse{ID: id, At: instant(used[id])}
	}
	_, err := s.write.NewUpdate().With("used", s.write.NewValues(&rows)).Model((*apiKeyRow)(nil)).TableExpr("used").
		Set("last_used_at = used.at").Where("k.id = used.id").
		Where("(k.last_used_at IS NULL OR k.last_used_at < used.at)").Exec(ctx)
	return s.fault(err)
}

// keyUse is a row of the list that KeysUsed sends.
type keyUse struct {
	ID uuid.UUID `bun:"id,type:uuid"`
	At instant   `bun:"at,type:timestamptz"`
}

// apiKeys reads keys: build adds which.
func (s *Store) apiKeys(ctx context.Context, build func(*bun.SelectQuery) *bun.SelectQuery) ([]apiKeyRow, error) {
	var rows []apiKeyRow
	err := build(s.read.NewSelect().Model(&rows)).Scan(ctx)
	return rows, s.fault(err)
}
