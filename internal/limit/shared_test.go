package limit_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/ulule/limiter/v3"

	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/internal/testkit"
)

// patient is for tests that need Redis to be there, on a machine that has much else to do.
const patient = 30 * time.Second

const (
	lost = "Redis is out of reach"
	back = "Redis is back"
)

// log is what a server has logged.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), text)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newServer returns the counters of one of several servers, and its log.
func newServer(t *testing.T, url string, rate limiter.Rate, patience time.Duration) (*limit.Limits, *log) {
	t.Helper()
	l := &log{}
	return newLimits(t, limit.Options{Rate: rate, RedisURL: url, Patience: patience, Logger: slog.New(slog.NewTextHandler(l, nil))}), l
}

// eventually polls for what must come.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	timeout := time.After(time.Minute)
	for !happened() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-timeout:
			t.Fatalf("%s did not happen", what)
		}
	}
}

func perDay(limit int64) limiter.Rate { return limiter.Rate{Limit: limit, Period: 24 * time.Hour} }

func TestServersCountTogether(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t)
	one, _ := newServer(t, r.URL, perDay(5), patient)
	two, logged := newServer(t, r.URL, perDay(5), patient)
	expect(t, one.Credentials, "a", 1, 4, false)
	expect(t, two.Credentials, "a", 2, 2, false)
	expect(t, one.Credentials, "a", 2, 0, false)
	expect(t, two.Credentials, "a", 1, 0, true)
	expect(t, two.Credentials, "b", 1, 4, false)
	expect(t, two.Addresses, "a", 1, 4, false)
	expect(t, one.Failures, "a", 1, 59, false)
	expect(t, two.Failures, "a", 1, 58, false)
	if s := two.Credentials.Peek("a"); !s.Exceeded || s.RetryAfter < 86_300 || s.RetryAfter > 86_401 {
		t.Errorf("got %+v", s)
	}
	if logged.count("counted in Redis") != 1 {
		t.Errorf("logged %s", logged)
	}

	client := connect(t, r.URL)
	keys := client.Keys(t.Context(), "*credential*").Val()
	slices.Sort(keys)
	if want := []string{"asyncgate:credential:86400s:a", "asyncgate:credential:86400s:b"}; !slices.Equal(keys, want) {
		t.Errorf("Redis has %q", client.Keys(t.Context(), "*").Val())
	}
	for _, key := range client.Keys(t.Context(), "*").Val() {
		if ttl := client.PTTL(t.Context(), key).Val(); ttl <= 0 {
			t.Errorf("%s stays for ever", key)
		}
	}
}

func TestAPeriodEndsInRedis(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t)
	one, _ := newServer(t, r.URL, limiter.Rate{Limit: 2, Period: time.Second}, patient)
	two, _ := newServer(t, r.URL, limiter.Rate{Limit: 2, Period: time.Second}, patient)
	one.Credentials.Count(t.Context(), "a", 2)
	eventually(t, "the next period", func() bool { return !two.Credentials.Count(t.Context(), "a", 1).Exceeded })
}

func TestRedisIsLostAndBack(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t)
	one, logOne := newServer(t, r.URL, perDay(1000), patient)
	two, logTwo := newServer(t, r.URL, perDay(1000), patient)
	expect(t, one.Credentials, "a", 100, 900, false)
	expect(t, two.Credentials, "a", 100, 800, false)

	r.Kill()
	expect(t, one.Credentials, "a", 1, 899, false) // from where it knew
	expect(t, two.Credentials, "a", 1, 799, false)
	expect(t, one.Credentials, "a", 1, 898, false)
	expect(t, one.Credentials, "b", 1, 999, false)
	expect(t, two.Credentials, "b", 1, 999, false)

	r.Start()
	eventually(t, "Redis back for both", func() bool { return logOne.count(back) == 1 && logTwo.count(back) == 1 })
	eventually(t, "a count together", func() bool {
		first := one.Credentials.Count(t.Context(), "c", 1).Remaining
		return two.Credentials.Count(t.Context(), "c", 1).Remaining == first-1
	})
	for _, l := range []*log{logOne, logTwo} {
		if l.count(lost) != 1 || l.count(back) != 1 {
			t.Errorf("logged %s", l)
		}
	}
}

// TestRedisHangs: what is connected and does not answer is noticed by the requests that are there, within their patience, and
// no later one waits.
func TestRedisHangs(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t)
	l, logged := newServer(t, r.URL, perDay(1000), 250*time.Millisecond)
	eventually(t, "a connection", func() bool {
		return logged.count("counted in Redis")+logged.count(back) > logged.count(lost)
	})
	before := logged.count(lost)
	r.Freeze()
	defer r.Thaw()

	start := time.Now()
	var running sync.WaitGroup
	for range 50 {
		running.Go(func() {
			if l.Credentials.Count(t.Context(), "b", 1).Exceeded {
				t.Error("refused")
			}
		})
	}
	running.Wait()
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("50 requests waited for %s", took)
	}
	start = time.Now()
	for range 200 {
		l.Credentials.Count(t.Context(), "b", 1)
	}
	if took := time.Since(start); took > 10*time.Second { // 200 that wait take 50 s
		t.Errorf("200 later requests took %s", took)
	}
	if s := l.Credentials.Peek("b"); s.Remaining != 750 {
		t.Errorf("250 were counted as %+v", s)
	}
	if logged.count(lost) != before+1 {
		t.Errorf("logged %s", logged)
	}
}

func TestRedisThatCannotWrite(t *testing.T) {
	t.Parallel()
	r := testkit.Redis(t)
	l, logged := newServer(t, r.URL, perDay(10), patient)
	client := connect(t, r.URL)
	set := func(replicas string) {
		t.Helper()
		if err := client.ConfigSet(t.Context(), "min-replicas-to-write", replicas).Err(); err != nil {
			t.Fatal(err)
		}
	}
	set("1")
	expect(t, l.Credentials, "a", 1, 9, false)
	eventually(t, "two more tries", func() bool {
		found := regexp.MustCompile(`total_error_replies:(\d+)`).FindStringSubmatch(client.Info(t.Context(), "stats").Val())
		n, err := strconv.Atoi(found[1])
		return err == nil && n >= 3
	})
	if logged.count(lost) != 1 || logged.count(back) != 0 {
		t.Errorf("logged %s", logged)
	}
	set("0")
	eventually(t, "Redis back", func() bool { return logged.count(back) == 1 })
}

func TestStartWithoutRedis(t *testing.T) {
	t.Parallel()
	l, logged := newServer(t, "redis://somebody:hunter2@127.0.0.1:1", perDay(10), 0)
	expect(t, l.Credentials, "a", 1, 9, false)
	if logged.count(lost) != 1 || logged.count("hunter2") != 0 {
		t.Errorf("logged %s", logged)
	}
	if _, err := limit.New(limit.Options{RedisURL: "http://somebody:hunter2@h"}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

// connect returns a client for looking into Redis.
func connect(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}
