package auth_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
)

// TestKeysAreBelieved: a key in use costs a statement a second, which nobody waits for, and counts for two seconds at most after
// it was revoked.
func TestKeysAreBelieved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		statements := func(want int) {
			t.Helper()
			s.Settle()
			if lookups, _, _ := s.store.counts(); len(lookups) != want {
				t.Fatalf("%d statements, want %d", len(lookups), want)
			}
		}
		key, secret := s.create(t, nil)
		for range 100 {
			s.expect(t, withKey(secret), "")
		}
		statements(1)
		s.clock.Move(1500 * time.Millisecond)
		for range 100 {
			s.expect(t, withKey(secret), "") // read again meanwhile
		}
		statements(2)
		s.revoke(t, key)
		s.clock.Move(900 * time.Millisecond)
		s.expect(t, withKey(secret), "")
		statements(2)
		s.clock.Move(time.Second)
		s.expect(t, withKey(secret), "") // it was read 1.9 s ago
		s.Settle()
		s.expect(t, withKey(secret), models.CodeUnauthenticated)
	})
}

func TestIdleKeysAreReadAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		key, secret := s.create(t, nil)
		s.expect(t, withKey(secret), "")
		s.revoke(t, key)
		s.clock.Move(2 * time.Second)
		s.expect(t, withKey(secret), models.CodeUnauthenticated)
	})
}

func TestKeysExpireAtTheirTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		at := s.clock.Now().Add(time.Second)
		_, secret := s.create(t, func(k *models.APIKey) { k.ExpiresAt = &at })
		s.expect(t, withKey(secret), "")
		s.clock.Move(999 * time.Millisecond)
		s.expect(t, withKey(secret), "")
		s.clock.Move(time.Millisecond)
		s.expect(t, withKey(secret), models.CodeUnauthenticated)
	})
}

// TestNewKeysCountAtOnce: that a key was unknown is not remembered, not even by a statement that is on its way.
func TestNewKeysCountAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		secret, hash := auth.NewSecret()
		s.expect(t, withKey(secret), models.CodeUnauthenticated)
		release := s.hold(1)
		early := make(chan error, 1)
		go func() {
			_, err := s.Authenticate(context.Background(), withKey(secret))
			early <- err
		}()
		<-s.store.entered
		key, _ := s.create(t, nil)
		key.ID[0]++
		if err := s.store.CreateKey(t.Context(), key, hash); err != nil {
			t.Fatal(err)
		}
		late := make(chan error, 1)
		go func() {
			_, err := s.Authenticate(context.Background(), withKey(secret))
			late <- err
		}()
		release()
		if err := <-early; err != nil && models.CodeOf(err) != models.CodeUnauthenticated { // it asked before: either answer is right
			t.Errorf("got %v", err)
		}
		if err := <-late; err != nil {
			t.Fatal(err)
		}
	})
}

// hold holds lookups up, with room for so many to enter, until it is released.
func (s *stage) hold(room int) (release func()) {
	gate := make(chan struct{})
	s.store.set(func() { s.store.hold, s.store.entered = gate, make(chan struct{}, room) })
	return sync.OnceFunc(func() {
		s.store.set(func() { s.store.hold = nil })
		close(gate)
	})
}

// TestWrongKeysShareStatements: however many keys are tried, one statement runs at a time; keys that are known go on meanwhile,
// what waits is bounded, and every wait ends with its context.
func TestWrongKeysShareStatements(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		_, good := s.create(t, nil)
		s.expect(t, withKey(good), "")
		release := s.hold(1)
		defer release()
		ctx, cancel := context.WithCancelCause(t.Context())
		results := make(chan error)
		try := func() {
			secret, _ := auth.NewSecret()
			go func() {
				_, err := s.Authenticate(ctx, withKey(secret))
				results <- err
			}()
		}
		try()
		<-s.store.entered
		for range auth.MaxWaiting + 1 {
			try()
		}
		if err := <-results; models.CodeOf(err) != models.CodeUnavailable { // the one too many
			t.Fatalf("got %v", err)
		}
		s.clock.Move(1900 * time.Millisecond)
		for range 1000 {
			s.expect(t, withKey(good), "")
		}
		s.clock.Move(time.Second)
		known := make(chan error, 1)
		go func() {
			_, err := s.Authenticate(context.Background(), withKey(good)) // not believed any more: it waits, but not in that line
			known <- err
		}()
		gone := errors.New("its client has gone")
		cancel(gone)
		for range auth.MaxWaiting + 1 {
			if err := <-results; models.CodeOf(err) != models.CodeUnavailable {
				t.Fatalf("got %v", err)
			}
		}
		release()
		if err := <-known; err != nil {
			t.Fatal(err)
		}
		s.Settle()
		lookups, _, _ := s.store.counts()
		if want := 3 + auth.MaxWaiting/auth.MaxLookup; len(lookups) != want || slices.Max(lookups) != auth.MaxLookup {
			t.Errorf("statements for %v keys, want %d", lookups, want)
		}
	})
}

// TestKeysWithoutDatabase: what is known counts for its two seconds, the rest is UNAVAILABLE, and all is well again at once when
// the database is.
func TestKeysWithoutDatabase(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		_, known := s.create(t, nil)
		_, other := s.create(t, nil)
		s.expect(t, withKey(known), "")
		s.store.set(func() { s.store.fail = models.Errorf(models.CodeUnavailable, "the database is out of reach") })
		s.expect(t, withKey(other), models.CodeUnavailable)
		s.clock.Move(1900 * time.Millisecond)
		s.expect(t, withKey(known), "")
		s.Settle()
		s.expect(t, withKey(known), "")
		s.clock.Move(100 * time.Millisecond)
		s.expect(t, withKey(known), models.CodeUnavailable)
		s.store.set(func() { s.store.fail = nil })
		s.expect(t, withKey(known), "")
		s.expect(t, withKey(other), "")
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	s := newStage(b, "sqlite://"+b.TempDir()+"/test.db", auth.Options{Now: time.Now})
	_, secret := s.create(b, nil)
	c := withKey(secret)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Authenticate(context.Background(), c); err != nil {
				b.Fatal(err)
			}
		}
	})
	lookups, _, _ := s.store.counts()
	b.ReportMetric(float64(len(lookups))/b.Elapsed().Seconds(), "statements/s")
}
