package limit_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ulule/limiter/v3"

	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/internal/testkit"
)

func perMinute(limit int64) limiter.Rate { return limiter.Rate{Limit: limit, Period: time.Minute} }

func newLimits(t testing.TB, opt limit.Options) *limit.Limits {
	t.Helper()
	l, err := limit.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func newClocked(t *testing.T, opt limit.Options) (*limit.Limits, *testkit.Clock) {
	t.Helper()
	c := testkit.NewClock(time.Unix(1_800_000_000, 300_000_000)) // three tenths of a second after a whole one
	opt.Now = c.Now
	return newLimits(t, opt), c
}

// expect counts n and compares what is left, and whether it fitted.
func expect(t *testing.T, c *limit.Counter, key string, n, remaining int64, exceeded bool) limit.State {
	t.Helper()
	s := c.Count(t.Context(), key, n)
	if s.Remaining != remaining || s.Exceeded != exceeded {
		t.Fatalf("after %d: %+v; want %d left, exceeded %t", n, s, remaining, exceeded)
	}
	return s
}

func TestCount(t *testing.T) {
	t.Parallel()

	t.Run("a period begins with the first request and ends with its time", func(t *testing.T) {
		t.Parallel()
		l, clock := newClocked(t, limit.Options{Rate: perMinute(3)})
		first := expect(t, l.Credentials, "a", 1, 2, false)
		if first.Limit != 3 || first.Reset != 1_800_000_061 || first.RetryAfter != 61 {
			t.Errorf("got %+v", first)
		}
		clock.Move(59 * time.Second)
		expect(t, l.Credentials, "a", 1, 1, false)
		expect(t, l.Credentials, "a", 1, 0, false)
		if s := expect(t, l.Credentials, "a", 1, 0, true); s.RetryAfter != 2 || s.Reset != first.Reset {
			t.Errorf("got %+v", s)
		}
		clock.Move(time.Second)
		expect(t, l.Credentials, "a", 1, 2, false)
	})

	t.Run("who waits as long as he is told has waited enough", func(t *testing.T) {
		t.Parallel()
		l, clock := newClocked(t, limit.Options{Rate: limiter.Rate{Limit: 1, Period: time.Second}})
		for range 100 {
			expect(t, l.Credentials, "a", 1, 0, false)
			clock.Move(77 * time.Millisecond)
			s := expect(t, l.Credentials, "a", 1, 0, true)
			if s.RetryAfter < 1 {
				t.Fatalf("got %+v", s)
			}
			clock.Move(time.Duration(s.RetryAfter) * time.Second)
		}
	})

	t.Run("what does not fit takes what is left, and what never fits counts as one", func(t *testing.T) {
		t.Parallel()
		l, _ := newClocked(t, limit.Options{Rate: perMinute(10)})
		expect(t, l.Credentials, "a", 11, 9, true)
		expect(t, l.Credentials, "a", 1<<62, 8, true)
		expect(t, l.Credentials, "a", 8, 0, false)
		expect(t, l.Credentials, "b", 6, 4, false)
		expect(t, l.Credentials, "b", 5, 0, true)
		expect(t, l.Credentials, "b", 1, 0, true)
	})

	t.Run("looking counts nothing", func(t *testing.T) {
		t.Parallel()
		l, clock := newClocked(t, limit.Options{Rate: perMinute(1)})
		for range 3 {
			if s := l.Credentials.Peek("a"); s.Remaining != 1 || s.Exceeded || s.Reset != 1_800_000_061 {
				t.Fatalf("got %+v", s)
			}
		}
		expect(t, l.Credentials, "a", 1, 0, false)
		if s := l.Credentials.Peek("a"); s.Remaining != 0 || !s.Exceeded {
			t.Errorf("got %+v", s)
		}
		clock.Move(time.Minute)
		if s := l.Credentials.Peek("a"); s.Remaining != 1 || s.Exceeded {
			t.Errorf("got %+v", s)
		}
	})

	t.Run("sixty failures a minute, whatever the rate", func(t *testing.T) {
		t.Parallel()
		l, _ := newClocked(t, limit.Options{Rate: limiter.Rate{Limit: 1, Period: time.Hour}})
		for left := int64(59); left >= 0; left-- {
			expect(t, l.Failures, "192.0.2.1", 1, left, false)
		}
		expect(t, l.Failures, "192.0.2.1", 1, 0, true)
		expect(t, l.Failures, "192.0.2.2", 1, 59, false)
	})

	t.Run("at once, as many fit as are allowed", func(t *testing.T) {
		t.Parallel()
		l := newLimits(t, limit.Options{Rate: limiter.Rate{Limit: 100, Period: time.Hour}})
		var fitted atomic.Int64
		var running sync.WaitGroup
		for range 20 {
			running.Go(func() {
				for range 10 {
					if !l.Credentials.Count(t.Context(), "a", 1).Exceeded {
						fitted.Add(1)
					}
				}
			})
		}
		running.Wait()
		if fitted.Load() != 100 {
			t.Errorf("%d fitted", fitted.Load())
		}
	})
}

// TestKeysAreBounded: whoever has many addresses makes the counters forget addresses, those that were quiet for longest, and
// nothing else.
func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	l, _ := newClocked(t, limit.Options{Rate: perMinute(1000), Keys: 100})
	for _, c := range []*limit.Counter{l.Credentials, l.Addresses, l.Failures} {
		c.Count(t.Context(), "quiet", 7)
	}
	for i := range 10_000 {
		key := strconv.Itoa(i)
		l.Addresses.Count(t.Context(), key, 1)
		l.Failures.Count(t.Context(), key, 1)
	}
	remembered := 0
	for i := range 10_000 {
		if s := l.Addresses.Peek(strconv.Itoa(i)); s.Remaining != s.Limit {
			remembered++
		}
	}
	if remembered == 0 || remembered > 100 {
		t.Errorf("%d addresses are remembered", remembered)
	}
	if s := l.Addresses.Peek("quiet"); s.Remaining != 1000 {
		t.Errorf("an address that was quiet for long: %+v", s)
	}
	if s := l.Failures.Peek("quiet"); s.Remaining != 60 {
		t.Errorf("failures of an address that was quiet for long: %+v", s)
	}
	if s := l.Credentials.Peek("quiet"); s.Remaining != 993 {
		t.Errorf("a credential was forgotten for addresses: %+v", s)
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		period time.Duration
		want   string
	}{{time.Second, "5 a second"}, {time.Minute, "5 a minute"}, {time.Hour, "5 an hour"}, {24 * time.Hour, "5 a day"}} {
		l := newLimits(t, limit.Options{Rate: limiter.Rate{Limit: 5, Period: tt.period}})
		if got := fmt.Sprint(l.Credentials); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func BenchmarkCount(b *testing.B) {
	for name, keys := range map[string]int{"one key": 1, "more keys than are kept": 1 << 17} {
		b.Run(name, func(b *testing.B) {
			names := make([]string, keys)
			for i := range names {
				names[i] = fmt.Sprintf("2001:db8:%x:%x::/64", i>>16, i&0xffff)
			}
			l := newLimits(b, limit.Options{Rate: perMinute(1_000_000_000)})
			b.ReportAllocs()
			var next atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					l.Addresses.Count(b.Context(), names[int(next.Add(1))%keys], 1)
				}
			})
		})
	}
}
