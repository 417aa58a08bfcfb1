package storetest

import (
	"context"
	"crypto/sha256"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// keyTime is when the keys of these tests are made.
var keyTime = time.Date(2026, 11, 25, 12, 0, 0, 123_456_000, time.UTC)

// newKey makes a key of a tenant, not written yet, and the hash of a secret that nobody knows.
func newKey(tenant uuid.UUID) (models.APIKey, [32]byte) {
	id := uuid.New()
	return models.APIKey{
		ID: id, TenantID: tenant, Principal: Planner, Scopes: []models.Scope{models.ScopeRead, models.ScopeTask}, CreatedAt: keyTime,
	}, sha256.Sum256(id[:])
}

// createKey writes a key of a tenant; change may alter it before.
func createKey(t *testing.T, s *store.Store, tenant uuid.UUID, change ...func(*models.APIKey)) (models.APIKey, [32]byte) {
	t.Helper()
	key, hash := newKey(tenant)
	for _, c := range change {
		c(&key)
	}
	if err := s.CreateKey(t.Context(), key, hash); err != nil {
		t.Fatal(err)
	}
	return key, hash
}

// readKey reads a key that must be there.
func readKey(t *testing.T, s *store.Store, id uuid.UUID) models.APIKey {
	t.Helper()
	key, ok := must(s.KeysByID(t.Context(), []uuid.UUID{id}))(t)[id]
	if !ok {
		t.Fatalf("there is no key %s", id)
	}
	return key
}

// testAnyKey asks about all tenants, so that no other test may have made a key before it has ended.
func testAnyKey(t *testing.T, s *store.Store) {
	ctx := t.Context()
	wantAny := func(what string, want bool) {
		t.Helper()
		if got := must(s.AnyKey(ctx))(t); got != want {
			t.Errorf("%s: there is a key is %v", what, got)
		}
	}
	now := must(s.Time(ctx))(t)
	expires := func(at time.Time) func(*models.APIKey) {
		return func(k *models.APIKey) { k.CreatedAt, k.ExpiresAt = now.Add(-time.Hour), &at }
	}
	wantAny("an empty database", false)
	createKey(t, s, uuid.New(), expires(now))
	wantAny("an expired key", false)
	forever, _ := createKey(t, s, uuid.New())
	wantAny("a key that never expires", true)
	must(s.RevokeKey(ctx, forever.ID, now))(t)
	wantAny("a revoked key", false)
	today, _ := createKey(t, s, uuid.New(), expires(now.Add(time.Hour)))
	wantAny("a key that expires later", true)
	must(s.RevokeKey(ctx, today.ID, now))(t)
	wantAny("none left", false)
}

func testCreateKey(t *testing.T, s *store.Store) {
	ctx := t.Context()
	expires, used := keyTime.Add(time.Hour), keyTime.Add(time.Minute)
	key, hash := createKey(t, s, uuid.Nil, func(k *models.APIKey) {
		k.Principal = models.Principal{Kind: models.KindHuman, ID: "Zoë: \"x\" 'y' ?0 --"}
		k.Scopes, k.ExpiresAt, k.LastUsedAt = []models.Scope{models.ScopeLease, models.ScopeAdmin}, &expires, &used
	})
	if got := readKey(t, s, key.ID); !reflect.DeepEqual(got, key) {
		t.Errorf("read %+v\nof    %+v", got, key)
	}

	again, otherHash := newKey(uuid.Nil)
	if err := s.CreateKey(ctx, again, hash); err == nil {
		t.Error("two keys have one hash")
	}
	again.ID = key.ID
	if err := s.CreateKey(ctx, again, otherHash); err == nil {
		t.Error("two keys have one id")
	}
	for what, change := range map[string]func(*models.APIKey){
		"kind":          func(k *models.APIKey) { k.Principal.Kind = "robot" },
		"id":            func(k *models.APIKey) { k.Principal.ID = "a\x00b" },
		"system":        func(k *models.APIKey) { k.Principal.Kind = models.KindSystem },
		"reserved":      func(k *models.APIKey) { k.Principal.ID = " SVC:x" },
		"no scope":      func(k *models.APIKey) { k.Scopes = nil },
		"unknown scope": func(k *models.APIKey) { k.Scopes = []models.Scope{"ROOT"} },
		"scope's case":  func(k *models.APIKey) { k.Scopes = []models.Scope{"read"} },
	} {
		bad, badHash := newKey(uuid.Nil)
		change(&bad)
		wantCode(t, what, s.CreateKey(ctx, bad, badHash), models.CodeBadUserInput)
		if found := must(s.KeysByHash(ctx, [][32]byte{badHash}))(t); len(found) != 0 {
			t.Errorf("%s: it was written: %v", what, found)
		}
	}
}

func testKeys(t *testing.T, s *store.Store) {
	one, other := uuid.New(), uuid.New()
	at := func(d time.Duration) func(*models.APIKey) {
		return func(k *models.APIKey) { k.CreatedAt = keyTime.Add(d) }
	}
	last, _ := createKey(t, s, one, at(2*time.Microsecond))
	foreign, _ := createKey(t, s, other, at(time.Microsecond))
	first, _ := createKey(t, s, one)
	twin, _ := createKey(t, s, one)
	expired, _ := createKey(t, s, one, at(-time.Hour), func(k *models.APIKey) {
		e := keyTime.Add(-time.Minute)
		k.ExpiresAt = &e
	})
	revoked := must(s.RevokeKey(t.Context(), last.ID, keyTime.Add(time.Hour)))(t)
	want := []uuid.UUID{first.ID, twin.ID}
	slices.SortFunc(want, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	want = append(append([]uuid.UUID{expired.ID}, want...), revoked.ID)

	listed := func(tenant *uuid.UUID) (ids []uuid.UUID) {
		for _, k := range must(s.Keys(t.Context(), tenant))(t) {
			if k.TenantID == one || k.TenantID == other {
				ids = append(ids, k.ID)
			}
		}
		return ids
	}
	wantEqual(t, "a tenant's", listed(&one), want)
	wantEqual(t, "all", listed(nil), slices.Insert(slices.Clone(want), 3, foreign.ID))
	if keys := must(s.Keys(t.Context(), new(uuid.New())))(t); len(keys) != 0 {
		t.Errorf("a tenant without keys has %v", keys)
	}
	wantStatements(t, "a list", 1, func(ctx context.Context) error {
		_, err := s.Keys(ctx, &one)
		return err
	})
}

func testKeysByHash(t *testing.T, s *store.Store) {
	a, hashOfA := createKey(t, s, uuid.New())
	b, hashOfB := createKey(t, s, uuid.New(), func(k *models.APIKey) {
		e := keyTime.Add(time.Second)
		k.ExpiresAt = &e
	})
	b = must(s.RevokeKey(t.Context(), b.ID, keyTime))(t)
	near := hashOfA
	near[31]++
	wantStatements(t, "keys by hash", 1, func(ctx context.Context) error {
		found, err := s.KeysByHash(ctx, [][32]byte{{}, hashOfA, near, hashOfB, hashOfA})
		if len(found) != 2 || !reflect.DeepEqual(found[hashOfA], a) || !reflect.DeepEqual(found[hashOfB], b) {
			t.Errorf("found %v", found)
		}
		return err
	})
	wantStatements(t, "nothing", 0, func(ctx context.Context) error {
		_, err := s.KeysByHash(ctx, nil)
		return err
	})
}

func testKeysByID(t *testing.T, s *store.Store) {
	a, _ := createKey(t, s, uuid.New())
	b, _ := createKey(t, s, uuid.New())
	b = must(s.RevokeKey(t.Context(), b.ID, keyTime))(t)
	wantStatements(t, "keys by id", 1, func(ctx context.Context) error {
		found, err := s.KeysByID(ctx, []uuid.UUID{a.ID, uuid.New(), b.ID, a.ID})
		if len(found) != 2 || !reflect.DeepEqual(found[a.ID], a) || !reflect.DeepEqual(found[b.ID], b) {
			t.Errorf("found %v", found)
		}
		return err
	})
	wantStatements(t, "nothing", 0, func(ctx context.Context) error {
		_, err := s.KeysByID(ctx, nil)
		return err
	})
}

func testRevokeKey(t *testing.T, s *store.Store) {
	ctx := t.Context()
	key, _ := createKey(t, s, uuid.New())
	untouched, _ := createKey(t, s, key.TenantID)
	at := keyTime.Add(time.Hour)
	want := key
	want.RevokedAt = &at
	for _, when := range []time.Time{at, at.Add(time.Hour), at.Add(-time.Minute)} {
		if got := must(s.RevokeKey(ctx, key.ID, when))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("revoked at %s it is %+v", when, got)
		}
	}
	if got := readKey(t, s, key.ID); !reflect.DeepEqual(got, want) {
		t.Errorf("it is kept as %+v", got)
	}
	if got := readKey(t, s, untouched.ID); got.RevokedAt != nil {
		t.Error("another key is revoked too")
	}
	_, err := s.RevokeKey(ctx, uuid.New(), at)
	wantCode(t, "no key", err, models.CodeNotFound)
}

func testKeysUsed(t *testing.T, s *store.Store) {
	ctx := t.Context()
	a, _ := createKey(t, s, uuid.New())
	b, _ := createKey(t, s, uuid.New())
	unused, _ := createKey(t, s, a.TenantID)
	for _, step := range []struct {
		what         string
		used         map[uuid.UUID]time.Duration
		wantA, wantB time.Duration
	}{
		{"both", map[uuid.UUID]time.Duration{a.ID: time.Second, b.ID: 2 * time.Second}, time.Second, 2 * time.Second},
		{"one back, one on", map[uuid.UUID]time.Duration{a.ID: 5 * time.Second, b.ID: time.Second}, 5 * time.Second, 2 * time.Second},
		{"none of ours", map[uuid.UUID]time.Duration{uuid.New(): time.Hour}, 5 * time.Second, 2 * time.Second},
		{"the same again", map[uuid.UUID]time.Duration{a.ID: 5 * time.Second}, 5 * time.Second, 2 * time.Second},
		{"nothing", nil, 5 * time.Second, 2 * time.Second},
	} {
		used := map[uuid.UUID]time.Time{}
		for id, d := range step.used {
			used[id] = keyTime.Add(d)
		}
		if err := s.KeysUsed(ctx, used); err != nil {
			t.Errorf("%s: %v", step.what, err)
		}
		gotA, gotB := readKey(t, s, a.ID).LastUsedAt, readKey(t, s, b.ID).LastUsedAt
		if gotA == nil || gotB == nil || !gotA.Equal(keyTime.Add(step.wantA)) || !gotB.Equal(keyTime.Add(step.wantB)) {
			t.Errorf("%s: used at %v and %v, want %s and %s behind %s", step.what, gotA, gotB, step.wantA, step.wantB, keyTime)
		}
	}
	if got := readKey(t, s, unused.ID); !reflect.DeepEqual(got, unused) {
		t.Errorf("a key that was not used is %+v", got)
	}
}

// testKeysUsedAtOnce: what several servers report at the same time ends as the latest of it.
func testKeysUsedAtOnce(t *testing.T, s *store.Store) {
	tenant := uuid.New()
	var keys []uuid.UUID
	for range 20 {
		key, _ := createKey(t, s, tenant)
		keys = append(keys, key.ID)
	}
	var servers sync.WaitGroup
	for server := range 8 {
		servers.Go(func() {
			used := map[uuid.UUID]time.Time{}
			for i, id := range keys {
				used[id] = keyTime.Add(time.Duration((server+i)%8) * time.Second)
			}
			for err := s.KeysUsed(t.Context(), used); err != nil; err = s.KeysUsed(t.Context(), used) {
				if models.CodeOf(err) != models.CodeUnavailable {
					t.Error(err)
					return
				}
			}
		})
	}
	servers.Wait()
	for _, k := range must(s.Keys(t.Context(), &tenant))(t) {
		if k.LastUsedAt == nil || !k.LastUsedAt.Equal(keyTime.Add(7*time.Second)) {
			t.Errorf("%s was last used at %v", k.ID, k.LastUsedAt)
		}
	}
}

// testKeysOutOfTime: a deadline that is over is UNAVAILABLE, whatever is asked.
func testKeysOutOfTime(t *testing.T, s *store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	key, hash := newKey(uuid.New())
	for what, ask := range map[string]func() error{
		"CreateKey":  func() error { return s.CreateKey(ctx, key, hash) },
		"Keys":       func() error { return second(s.Keys(ctx, nil)) },
		"AnyKey":     func() error { return second(s.AnyKey(ctx)) },
		"KeysByHash": func() error { return second(s.KeysByHash(ctx, [][32]byte{hash})) },
		"KeysByID":   func() error { return second(s.KeysByID(ctx, []uuid.UUID{key.ID})) },
		"RevokeKey":  func() error { return second(s.RevokeKey(ctx, key.ID, keyTime)) },
		"KeysUsed":   func() error { return s.KeysUsed(ctx, map[uuid.UUID]time.Time{key.ID: keyTime}) },
	} {
		wantCode(t, what, ask(), models.CodeUnavailable)
	}
}

func second[T any](_ T, err error) error { return err }
