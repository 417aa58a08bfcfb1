package auth_test

import (
	"context"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
)

// watch authenticates and begins something under the key.
func (s *stage) watch(t *testing.T, secret string) (context.Context, func()) {
	t.Helper()
	ctx, stop := s.Watch(t.Context(), s.expect(t, withKey(secret), ""))
	t.Cleanup(stop)
	return ctx, stop
}

func mustLook(t *testing.T, s *stage) {
	t.Helper()
	s.clock.Move(2 * time.Second)
	if err := s.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// expectGone waits for what must end with UNAUTHENTICATED.
func expectGone(ctx context.Context, t *testing.T) {
	t.Helper()
	select {
	case <-ctx.Done():
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
	if cause := models.CauseOf(ctx); cause == nil || cause.Code != models.CodeUnauthenticated {
		t.Fatalf("it ended because of %v", context.Cause(ctx))
	}
}

func TestWatchEndsWithItsKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		revokedKey, revoked := s.create(t, nil)
		_, kept := s.create(t, nil)
		soon := s.clock.Now().Add(4 * time.Second)
		_, expiring := s.create(t, func(k *models.APIKey) { k.ExpiresAt = &soon })
		one, _ := s.watch(t, revoked)
		two, _ := s.watch(t, revoked)
		third, stop := s.watch(t, revoked)
		other, _ := s.watch(t, kept)
		third2, _ := s.watch(t, expiring)
		mustLook(t, s)
		stop()
		if models.CauseOf(third) != nil || third.Err() == nil {
			t.Errorf("what has run ended because of %v", context.Cause(third))
		}
		s.revoke(t, revokedKey)
		if err := s.Look(t.Context()); err != nil || one.Err() != nil {
			t.Fatalf("%v, %v: it is too early to look", err, context.Cause(one))
		}
		mustLook(t, s)
		expectGone(one, t)
		expectGone(two, t)
		expectGone(third2, t)
		mustLook(t, s)
		if other.Err() != nil {
			t.Errorf("another key's ended because of %v", context.Cause(other))
		}
		if _, reads, _ := s.store.counts(); len(reads) != 3 || reads[0] != 3 || reads[2] != 1 {
			t.Errorf("statements about %v keys", reads)
		}
	})
}

// TestWatchWithoutDatabase: nothing ends because it can't be found out, except what has expired.
func TestWatchWithoutDatabase(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		key, secret := s.create(t, nil)
		soon := s.clock.Now().Add(time.Second)
		_, expiring := s.create(t, func(k *models.APIKey) { k.ExpiresAt = &soon })
		watched, _ := s.watch(t, secret)
		expired, _ := s.watch(t, expiring)
		s.revoke(t, key)
		s.store.set(func() { s.store.fail = models.Errorf(models.CodeUnavailable, "the database is out of reach") })
		s.clock.Move(2 * time.Second)
		if err := s.Look(t.Context()); models.CodeOf(err) != models.CodeUnavailable {
			t.Fatalf("got %v", err)
		}
		expectGone(expired, t)
		if watched.Err() != nil {
			t.Fatal("it ended without a reason")
		}
		s.store.set(func() { s.store.fail = nil })
		mustLook(t, s)
		expectGone(watched, t)
	})
}

// TestManyWatchesAreOne: ten thousand streams of a key are one entry in the statement and no goroutines, and nothing is read when
// they have ended.
func TestManyWatchesAreOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		const many = 10_000
		key, secret := s.create(t, nil)
		viewer := s.expect(t, withKey(secret), "")
		watched, stops := make([]context.Context, many), make([]func(), many)
		for i := range many {
			watched[i], stops[i] = s.Watch(t.Context(), viewer)
		}
		// Those of a test beside this one, whose key is revoked just now, end soon.
		for deadline := time.Now().Add(time.Minute); ; runtime.Gosched() {
			n := watchGoroutines(t)
			if n <= many/10 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("there are %d goroutines of watches", n)
			}
		}
		mustLook(t, s)
		s.revoke(t, key)
		mustLook(t, s)
		for i := range many {
			expectGone(watched[i], t)
			stops[i]()
		}
		mustLook(t, s)
		if _, reads, _ := s.store.counts(); len(reads) != 2 || reads[0] != 1 || reads[1] != 1 {
			t.Errorf("statements about %v keys", reads)
		}
	})
}

// watchGoroutines counts the goroutines that watches have started, or contexts for them.
func watchGoroutines(t *testing.T) int {
	t.Helper()
	var stacks strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
		t.Fatal(err)
	}
	return strings.Count(stacks.String(), "auth.(*Keys).Watch") + strings.Count(stacks.String(), "propagateCancel")
}

// TestRun: the loop by itself, on the system's clock.
func TestRun(t *testing.T) {
	t.Parallel()

	t.Run("reads the keys in use", func(t *testing.T) {
		t.Parallel()
		s := newRunning(t, 50*time.Millisecond)
		key, secret := s.create(t, nil)
		watched, _ := s.watch(t, secret)
		s.revoke(t, key)
		expectGone(watched, t)
	})

	t.Run("is awake when one expires, whenever it reads", func(t *testing.T) {
		t.Parallel()
		s := newRunning(t, time.Hour)
		_, lasting := s.create(t, nil)
		lasts, _ := s.watch(t, lasting)
		at := time.Now().Add(time.Second)
		_, expiring := s.create(t, func(k *models.APIKey) { k.ExpiresAt = &at })
		expires, _ := s.watch(t, expiring)
		expectGone(expires, t)
		if early := time.Until(at); early > 0 {
			t.Errorf("it ended %s too early", early)
		}
		if lasts.Err() != nil {
			t.Error("another ended too")
		}
	})

	t.Run("writes down which were used, and is quiet when none is", func(t *testing.T) {
		t.Parallel()
		s := newRunning(t, time.Hour)
		key, secret := s.create(t, nil)
		s.expect(t, withKey(secret), "")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		again := time.NewTicker(20 * time.Millisecond)
		defer again.Stop()
		for written := false; !written; <-again.C {
			keys, err := s.store.Store.KeysByID(ctx, []uuid.UUID{key.ID})
			if err != nil {
				t.Fatalf("nothing was written: %v", err)
			}
			written = keys[key.ID].LastUsedAt != nil
		}
		if _, reads, writes := s.store.counts(); len(reads) != 0 || len(writes) != 1 {
			t.Errorf("%d reads, %d writes", len(reads), len(writes))
		}
	})
}

func newRunning(t *testing.T, watchInterval time.Duration) *stage {
	t.Helper()
	s := newStage(t, "sqlite://"+filepath.Join(t.TempDir(), "test.db"),
		auth.Options{Now: time.Now, WatchInterval: watchInterval, UseInterval: 50 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

// BenchmarkWatch is what a request pays for being ended with its key.
func BenchmarkWatch(b *testing.B) {
	s := newStage(b, "sqlite://"+filepath.Join(b.TempDir(), "test.db"), auth.Options{Now: time.Now})
	_, secret := s.create(b, nil)
	v, err := s.Authenticate(b.Context(), withKey(secret))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, stop := s.Watch(b.Context(), v)
		stop()
	}
}
