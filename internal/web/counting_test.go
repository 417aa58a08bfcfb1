package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	"github.com/ulule/limiter/v3"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

// counted is a stage with a rate limit, whose clock only its test moves.
type counted struct {
	*stage
	clock atomic.Int64 // in seconds
}

func newCounted(t *testing.T, perMinute int64, change ...func(*web.Options)) *counted {
	t.Helper()
	c := &counted{}
	c.clock.Store(1_800_000_000)
	limits, err := limit.New(limit.Options{
		Rate: limiter.Rate{Limit: perMinute, Period: time.Minute},
		Now:  func() time.Time { return time.Unix(c.clock.Load(), 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(limits.Close)
	c.stage = newStage(t, append([]func(*web.Options){func(o *web.Options) { o.Limits = limits }}, change...)...)
	return c
}

// keyring knows the viewers of bearer keys. "forbidden" and "unknown" are keys that it answers with those errors.
type keyring map[string]models.Viewer

// withKeys makes a stage ask for keys, and believe the proxy that the tests' client is.
func withKeys(keys keyring) func(*web.Options) {
	return func(o *web.Options) { o.Auth, o.TrustedProxies = keys, prefixes("127.0.0.1/32") }
}

func (keyring) Watch(ctx context.Context, _ models.Viewer) (watched context.Context, stop func()) {
	return ctx, func() {}
}

func (k keyring) Authenticate(_ context.Context, c auth.Credentials) (models.Viewer, error) {
	key := strings.TrimPrefix(c.Authorization, "Bearer ")
	switch viewer, ok := k[key]; {
	case ok:
		return viewer, nil
	case key == "forbidden":
		return models.Viewer{}, models.Errorf(models.CodeForbidden, "not for them")
	case key == "unknown":
		return models.Viewer{}, models.Errorf(models.CodeUnavailable, "the database is out of reach")
	default:
		return models.Viewer{}, models.Errorf(models.CodeUnauthenticated, "no such key")
	}
}

func newKey(principal string) models.Viewer {
	return models.Viewer{KeyID: uuid.New(), Principal: models.Principal{Kind: models.KindAgent, ID: principal}}
}

// expectLimit compares what the headers say of the limit.
func (r reply) expectLimit(t *testing.T, limit, remaining int) {
	t.Helper()
	got := fmt.Sprint(r.header.Get("X-RateLimit-Limit"), " ", r.header.Get("X-RateLimit-Remaining"))
	if want := fmt.Sprint(limit, " ", remaining); got != want {
		t.Fatalf("limit and remaining are %s, want %s: %d %s", got, want, r.status, r.body)
	}
	if reset, err := strconv.Atoi(r.header.Get("X-RateLimit-Reset")); err != nil || reset <= 1_800_000_000 {
		t.Fatalf("reset is %q", r.header.Get("X-RateLimit-Reset"))
	}
}

// expectRetry expects a refusal that says when to try again.
func (r reply) expectRetry(t *testing.T, seconds string) {
	t.Helper()
	r.expect(t, 429, models.CodeRateLimited)
	if got := r.header.Get("Retry-After"); got != seconds || !strings.Contains(r.Errors[0].Message, "in "+seconds+" s") {
		t.Fatalf("retry after %q: %s", got, r.body)
	}
	if r.Errors[0].Extensions["retryable"] != true {
		t.Fatalf("not retryable: %s", r.body)
	}
}

// TestWhatCounts: each kind of request, sent once by a principal of its own.
func TestWhatCounts(t *testing.T) {
	t.Parallel()
	const limit = 1000
	s := newCounted(t, limit, func(o *web.Options) { o.MaxBody = 2000 })
	close(s.release)
	close(s.ticks)
	document := func(query string) string {
		body, _ := json.Marshal(map[string]string{"query": query})
		return string(body)
	}
	for name, tt := range map[string]struct {
		method, path, body string
		header             []string
		status, count      int
	}{
		"one field":                      {"POST", "", document("{ whoami }"), nil, 200, 1},
		"two fields":                     {"POST", "", document("{ whoami traceId }"), nil, 200, 2},
		"aliases":                        {"POST", "", document("{ a: whoami b: whoami c: whoami whoami }"), nil, 200, 4},
		"one field twice, executed once": {"POST", "", document("{ whoami whoami }"), nil, 200, 1},
		"a fragment":                     {"POST", "", document("{ ...f } fragment f on Query { a: whoami b: whoami }"), nil, 500, 2},
		"a fragment twice":               {"POST", "", document("{ ...f ...f c: whoami } fragment f on Query { a: whoami b: whoami }"), nil, 500, 3},
		"fragments in fragments":         {"POST", "", document("{ ...f } fragment f on Query { a: whoami ...g } fragment g on Query { b: whoami ... { c: whoami } ... on Query { d: whoami } }"), nil, 500, 4},
		"fields of fields":               {"POST", "", document("{ deep { a: whoami b: whoami } }"), nil, 500, 1},
		"a field that is skipped":        {"POST", "", document("{ a: whoami b: whoami @skip(if: true) }"), nil, 200, 1},
		"nothing but skipped fields":     {"POST", "", document("{ whoami @skip(if: true) }"), nil, 200, 1},
		"introspection":                  {"POST", "", document("{ __typename __schema { queryType { name } } }"), nil, 500, 2},
		"a mutation":                     {"POST", "", document("mutation { hold }"), nil, 200, 1},
		"a mutation of three":            {"POST", "", document("mutation { a: hold b: hold hold }"), nil, 200, 3},
		"what fails":                     {"POST", "", document("{ a: fails b: unavailable }"), nil, 200, 2},
		"a query by GET":                 {"GET", "?query=" + url.QueryEscape("{ a: whoami whoami }"), "", nil, 200, 2},
		"a query as a stream":            {"POST", "", document("{ a: whoami whoami }"), []string{"Accept", "text/event-stream"}, 200, 2},
		"a subscription":                 {"POST", "", document("subscription { ticks }"), []string{"Accept", "text/event-stream"}, 200, 1},
		"a subscription by GET":          {"GET", "?query=" + url.QueryEscape("subscription { ticks }"), "", []string{"Accept", "text/event-stream"}, 200, 1},
		"a subscription without stream":  {"POST", "", document("subscription { ticks }"), nil, 200, 1},
		"a mutation by GET":              {"GET", "?query=" + url.QueryEscape("mutation { hold }"), "", nil, 405, 1},
		"what does not parse":            {"POST", "", document("{ a: whoami b: whoami"), nil, 200, 1},
		"what does not validate":         {"POST", "", document("{ a: nope b: nope c: nope }"), nil, 200, 1},
		"what does not parse, streamed":  {"POST", "", document("{"), []string{"Accept", "text/event-stream"}, 200, 1},
		"no document":                    {"GET", "", "", nil, 400, 1},
		"no object":                      {"POST", "", "[]", nil, 400, 1},
		"a body that is too large":       {"POST", "", strings.Repeat(" ", 3000), nil, 413, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := append([]string{"X-Principal", "agent:" + name}, tt.header...)
			r := s.do(t, tt.method, "/graphql"+tt.path, tt.body, header...)
			if r.status != tt.status {
				t.Errorf("got %d: %s", r.status, r.body)
			}
			r.expectLimit(t, limit, limit-tt.count)
			s.post(t, "{ whoami }", "X-Principal", "agent:"+name).expectLimit(t, limit, limit-tt.count-1)
		})
	}
}

// TestTooMany: what does not fit is refused as a whole, until the period ends.
func TestTooMany(t *testing.T) {
	t.Parallel()
	s := newCounted(t, 5)
	close(s.release)
	s.post(t, "mutation { a: hold b: hold c: hold d: hold e: hold f: hold }").expect(t, 429, models.CodeRateLimited)
	s.post(t, "{ a: whoami b: whoami }").expectLimit(t, 5, 2) // what never fits counts as one
	s.clock.Add(20)
	r := s.post(t, "mutation { a: hold b: hold c: hold }")
	r.expectRetry(t, "40")
	r.expectLimit(t, 5, 0)
	if reset := r.header.Get("X-RateLimit-Reset"); reset != "1800000060" {
		t.Errorf("reset is %s", reset)
	}
	if !strings.Contains(r.Errors[0].Message, "5 a minute") {
		t.Errorf("the limit is not in the message: %s", r.body)
	}
	if len(s.entered) != 0 {
		t.Error("it was executed in part")
	}

	s.do(t, "GET", "/graphql?query={whoami}", "").expectRetry(t, "40")
	s.post(t, "{ whoami }", "Accept", "text/event-stream").expectRetry(t, "40")
	s.post(t, "subscription { ticks }", "Accept", "text/event-stream").expectRetry(t, "40")
	s.post(t, "{").expectRetry(t, "40")
	s.do(t, "POST", "/graphql", "no JSON").expectRetry(t, "40")
	s.post(t, "{ whoami }", "X-Principal", "agent:another").expectLimit(t, 5, 4)

	s.clock.Add(39)
	s.post(t, "{ whoami }").expectRetry(t, "1")
	s.clock.Add(1)
	s.post(t, "{ whoami }").expectLimit(t, 5, 4)
}

// TestWhoIsCounted: a key counts for itself, whoever it speaks for and wherever it comes from.
func TestWhoIsCounted(t *testing.T) {
	t.Parallel()
	one, two := newKey("a"), newKey("a")
	acting := one
	acting.Principal.ID = "b"
	s := newCounted(t, 10, withKeys(keyring{"one": one, "acting": acting, "two": two}))
	ask := func(key, from string) reply {
		t.Helper()
		return s.post(t, "{ whoami }", "Authorization", "Bearer "+key, "X-Forwarded-For", from)
	}
	ask("one", "203.0.113.1").expectLimit(t, 10, 9)
	ask("one", "203.0.113.2").expectLimit(t, 10, 8)
	ask("acting", "203.0.113.1").expectLimit(t, 10, 7)
	ask("two", "203.0.113.1").expectLimit(t, 10, 9)

	t.Run("in development who it says it is", func(t *testing.T) {
		t.Parallel()
		s := newCounted(t, 10)
		s.post(t, "{ whoami }").expectLimit(t, 10, 9)
		s.post(t, "{ whoami }", "X-Principal", "agent:dev").expectLimit(t, 10, 8)
		s.post(t, "{ whoami }", "X-Principal", "worker:dev").expectLimit(t, 10, 9)
		s.post(t, "{ whoami }", "X-Tenant-ID", uuid.NewString()).expectLimit(t, 10, 9)
	})
}

// TestFailures: guessing keys is limited by address, and a valid key passes.
func TestFailures(t *testing.T) {
	t.Parallel()
	s := newCounted(t, 1000, withKeys(keyring{"good": newKey("a")}))
	ask := func(key, from string) reply {
		t.Helper()
		return s.post(t, "{ whoami }", "Authorization", "Bearer "+key, "X-Forwarded-For", from)
	}
	connect := func(key, from string) *peer {
		t.Helper()
		p := s.dial(t, "X-Forwarded-For", from)
		p.send(`{"type":"connection_init","payload":{"authorization":"Bearer ` + key + `"}}`)
		return p
	}
	const guesser, neighbour = "203.0.113.1", "203.0.113.2"
	for i := range 40 {
		r := ask("guess "+strconv.Itoa(i), guesser)
		r.expect(t, 401, models.CodeUnauthenticated)
		r.expectLimit(t, 60, 59-i)
	}
	for range 10 {
		connect("guess", guesser).expectClose(4401)
	}
	for i := range 10 {
		s.post(t, "{ whoami }", "X-Forwarded-For", guesser).expectLimit(t, 60, 9-i) // no key at all
	}
	ask("unknown", guesser).expect(t, 503, models.CodeUnavailable)
	s.clock.Add(15)
	for _, r := range []reply{ask("guess", guesser), ask("", guesser)} {
		r.expectRetry(t, "45")
		r.expectLimit(t, 60, 0)
		if r.header.Get("WWW-Authenticate") != "" {
			t.Error("it asks for another key")
		}
	}
	if reason := connect("guess", guesser).expectClose(4401); !strings.Contains(reason, "RATE_LIMITED") || !strings.Contains(reason, "60 a minute") {
		t.Error(reason)
	}

	ask("good", guesser).expectLimit(t, 1000, 999)
	connect("good", guesser).expect("connection_ack")
	ask("guess", neighbour).expectLimit(t, 60, 59)
	s.clock.Add(45)
	ask("guess", guesser).expectLimit(t, 60, 59)

	t.Run("a household of IPv6 is one address", func(t *testing.T) {
		t.Parallel()
		ask("guess", "2001:db8:1:2::3").expectLimit(t, 60, 59)
		ask("guess", "2001:db8:1:2:ffff::4").expectLimit(t, 60, 58)
		ask("guess", "2001:db8:1:3::3").expectLimit(t, 60, 59)
	})
	t.Run("who lies about its address is counted all the same", func(t *testing.T) {
		t.Parallel()
		for i := range 20 {
			ask("guess", fmt.Sprintf("198.51.100.%d, 203.0.113.9", i)).expectLimit(t, 60, 59-i)
		}
		s := newCounted(t, 1000, withKeys(nil), func(o *web.Options) { o.TrustedProxies = prefixes("10.0.0.0/8") })
		for i := range 20 {
			s.post(t, "{ whoami }", "X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i)).expectLimit(t, 60, 59-i)
		}
	})
}

// TestRefusalsCount: what is refused before its credential is looked at counts for the address, and never against a key.
func TestRefusalsCount(t *testing.T) {
	t.Parallel()
	s := newCounted(t, 5, withKeys(keyring{"good": newKey("a")}))
	s.post(t, "{ whoami }", "Origin", "https://evil.example").expectLimit(t, 5, 4)
	s.post(t, "{ whoami }", "Content-Type", "", "Content-Type", "text/plain").expectLimit(t, 5, 3)
	s.do(t, "PUT", "/graphql", "").expectLimit(t, 5, 2)
	s.post(t, "{ whoami }", "Accept", "image/png").expectLimit(t, 5, 1)
	r := s.post(t, "{ whoami }", "Authorization", "Bearer forbidden")
	r.expect(t, 200, models.CodeForbidden)
	r.expectLimit(t, 5, 0)
	s.post(t, "{ whoami }", "Origin", "https://evil.example").expectRetry(t, "60")
	s.post(t, "{ whoami }", "Authorization", "Bearer forbidden").expectRetry(t, "60")
	s.post(t, "{ whoami }", "Authorization", "Bearer good").expectLimit(t, 5, 4)
	s.post(t, "{ whoami }", "Authorization", "Bearer bad").expectLimit(t, 60, 59)
}

// TestLimitHeaders: every answer of /graphql has them, and none else.
func TestLimitHeaders(t *testing.T) {
	t.Parallel()
	s := newCounted(t, 1000, func(o *web.Options) { o.MaxBody = 2000 })
	draining := newCounted(t, 1000)
	draining.drain()
	const query, listed = `{"query":"{ whoami }"}`, "http://localhost:3000"
	for name, tt := range map[string]struct {
		s            *counted
		method, body string
		header       []string
		status       int
	}{
		"an answer":         {s, "POST", query, nil, 200},
		"an answer by GET":  {s, "GET", "", nil, 400},
		"a stream":          {s, "POST", query, []string{"Accept", "text/event-stream"}, 200},
		"half a WebSocket":  {s, "GET", "", []string{"Connection", "Upgrade", "Upgrade", "websocket"}, 400},
		"a bad request":     {s, "POST", "{", nil, 400},
		"a bad credential":  {s, "POST", query, []string{"X-Principal", "nobody"}, 401},
		"a foreign origin":  {s, "POST", query, []string{"Origin", "https://evil.example"}, 403},
		"a foreign host":    {s, "POST", query, []string{"Host", "evil.example"}, 403},
		"another method":    {s, "PUT", "", nil, 405},
		"nothing to accept": {s, "POST", query, []string{"Accept", "image/png"}, 406},
		"a large body":      {s, "POST", strings.Repeat(" ", 3000), nil, 413},
		"no JSON":           {s, "POST", query, []string{"Content-Type", "", "Content-Type", "text/plain"}, 415},
		"a panic":           {s, "POST", `{"query":"{ panics }"}`, nil, 500},
		"draining":          {draining, "POST", query, nil, 503},
		"options":           {s, "OPTIONS", "", nil, 204},
		"a preflight":       {s, "OPTIONS", "", []string{"Origin", listed, "Access-Control-Request-Method", "POST"}, 204},
		"a listed origin's": {s, "POST", query, []string{"Origin", listed}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := tt.s.do(t, tt.method, "/graphql", tt.body, tt.header...)
			if r.status != tt.status {
				t.Errorf("got %d: %s", r.status, r.body)
			}
			for _, header := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
				if n, err := strconv.ParseInt(r.header.Get(header), 10, 64); err != nil || n < 0 || len(r.header.Values(header)) != 1 {
					t.Errorf("%s is %q", header, r.header.Values(header))
				}
			}
		})
	}
	t.Run("a WebSocket", func(t *testing.T) {
		t.Parallel()
		ws, resp, err := websocket.Dial(t.Context(), s.url+"/graphql", &websocket.DialOptions{HTTPClient: s.client})
		if err != nil {
			t.Fatal(err)
		}
		defer ws.CloseNow()
		if resp.StatusCode != 101 || resp.Header.Get("X-RateLimit-Remaining") == "" {
			t.Errorf("got %d, %v", resp.StatusCode, resp.Header)
		}
	})
	t.Run("pages may read them", func(t *testing.T) {
		t.Parallel()
		exposed := strings.ToLower(s.post(t, "{ whoami }", "Origin", listed).header.Get("Access-Control-Expose-Headers"))
		for _, header := range []string{"retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} {
			if !strings.Contains(exposed, header) {
				t.Errorf("%s is not in %q", header, exposed)
			}
		}
	})
	t.Run("other paths have the address's, and do not count", func(t *testing.T) {
		t.Parallel()
		s := newCounted(t, 1000)
		for _, path := range []string{"/", "/healthz", "/readyz", "/playground", "/nothing"} {
			if r := s.do(t, "GET", path, ""); r.header.Get("X-RateLimit-Limit") == "" || r.header.Get("X-RateLimit-Remaining") != r.header.Get("X-RateLimit-Limit") {
				t.Errorf("%s: %v", path, r.header)
			}
		}
	})
	t.Run("without a limit there are none", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		for _, r := range []reply{s.post(t, "{ whoami }"), s.post(t, "{ whoami }", "X-Principal", "nobody")} {
			if r.header.Get("X-RateLimit-Limit") != "" || r.status == 429 {
				t.Errorf("%d %v", r.status, r.header)
			}
		}
	})
}

// TestSocketCounts: operations on a WebSocket count as over HTTP, and one too many leaves the others.
func TestSocketCounts(t *testing.T) {
	t.Parallel()
	s := newCounted(t, 8)
	p := s.connected(t)
	s.post(t, "{ whoami }").expectLimit(t, 8, 7) // opening it counted nothing
	p.subscribe("ticks", "subscription { ticks }")
	await(t, "the subscription", s.entered)
	p.subscribe("1", "{ a: whoami whoami }")
	p.expect(`"id":"1","type":"next"`, `{"id":"1","type":"complete"}`)
	p.subscribe("2", "{ nope }")
	p.expect(`"id":"2","type":"error"`)
	p.send(`{"id":"3","type":"subscribe","payload":{"query":"{ whoami }","variables":{"v":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}}}`)
	p.expect(`"id":"3","type":"error"`)
	s.post(t, "{ whoami }").expectLimit(t, 8, 1)
	p.subscribe("4", "mutation { a: hold b: hold }")
	p.expect(`"code":"RATE_LIMITED"`)
	if len(s.entered) != 0 {
		t.Error("it was executed in part")
	}
	p.subscribe("5", "{ whoami }")
	p.expect(`8 a minute for each credential is reached; try again in 60 s`)
	p.subscribe("6", "{")
	p.expect(`RATE_LIMITED`)
	s.post(t, "{ whoami }").expectRetry(t, "60")

	s.ticks <- "one" // what runs goes on
	p.expect(`"id":"ticks","type":"next"`)
	s.clock.Add(60)
	p.subscribe("7", "{ whoami }")
	p.expect(`"id":"7","type":"next"`, `{"id":"7","type":"complete"}`)
	s.post(t, "{ whoami }").expectLimit(t, 8, 6)
	if err := p.ws.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	await(t, "the end of the subscription", s.ended)
}
