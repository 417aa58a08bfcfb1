package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

// What stands for the server's own origin in the tests of this file, for the same with the other scheme, and a listed one.
const ownOrigin, alienOrigin, listedOrigin = "OWN", "ALIEN", "http://localhost:3000"

// originTest is what a browser sends, and whether it is let in; listed tells whether its page may read the answer.
type originTest struct {
	header       []string
	allowed      bool
	crossReading bool
}

func originTests() map[string]originTest {
	return map[string]originTest{
		"no origin":                            {nil, true, false},
		"its own":                              {[]string{"Origin", ownOrigin}, true, false},
		"its own, same-origin":                 {[]string{"Origin", ownOrigin, "Sec-Fetch-Site", "same-origin"}, true, false},
		"none, same-origin":                    {[]string{"Sec-Fetch-Site", "same-origin"}, true, false},
		"typed into the address bar":           {[]string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"}, true, false},
		"a listed one":                         {[]string{"Origin", listedOrigin}, true, true},
		"a listed one, in capitals":            {[]string{"Origin", "HTTP://LOCALHOST:3000"}, true, true},
		"a listed one, with its default port":  {[]string{"Origin", "https://console.example:443"}, true, true},
		"a listed one, cross-site":             {[]string{"Origin", listedOrigin, "Sec-Fetch-Site", "cross-site"}, true, true},
		"another":                              {[]string{"Origin", "https://evil.example"}, false, false},
		"a listed one at another port":         {[]string{"Origin", "http://localhost:3001"}, false, false},
		"a listed one of another scheme":       {[]string{"Origin", "https://localhost:3000"}, false, false},
		"a name that begins like a listed one": {[]string{"Origin", "http://localhost:3000.evil.example"}, false, false},
		"a name that ends like a listed one":   {[]string{"Origin", "https://evilconsole.example"}, false, false},
		"a name below a listed one":            {[]string{"Origin", "https://a.console.example"}, false, false},
		"a listed one with a path":             {[]string{"Origin", listedOrigin + "/"}, false, false},
		"null":                                 {[]string{"Origin", "null"}, false, false},
		"a star":                               {[]string{"Origin", "*"}, false, false},
		"its own host of another scheme":       {[]string{"Origin", alienOrigin}, false, false},
		"two, the first listed":                {[]string{"Origin", listedOrigin, "Origin", "https://evil.example"}, false, false},
		"a list":                               {[]string{"Origin", listedOrigin + ", https://evil.example"}, false, false},
		"none, but cross-site":                 {[]string{"Sec-Fetch-Site", "cross-site"}, false, false},
		"a link of another site":               {[]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, false, false},
		"its own by name, but cross-site":      {[]string{"Origin", ownOrigin, "Sec-Fetch-Site", "cross-site"}, false, false},
	}
}

// sent is the header for a server at this address.
func (tt originTest) sent(s *stage) []string {
	alien := strings.Replace(s.url, "http:", "https:", 1)
	if alien == s.url {
		alien = strings.Replace(s.url, "https:", "http:", 1)
	}
	header := slices.Clone(tt.header)
	for i, value := range header {
		header[i] = strings.NewReplacer(ownOrigin, s.url, alienOrigin, alien).Replace(value)
	}
	return header
}

// onStages runs a test on a server without TLS and on one with it, whose clients speak HTTP/2.
func onStages(t *testing.T, change func(*web.Options), test func(t *testing.T, s *stage)) {
	t.Helper()
	for name, make := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, make(t, change))
		})
	}
}

func listed(o *web.Options) {
	o.AllowedOrigins = []string{listedOrigin, "https://console.example", "null", "*"}
}

// TestOrigin: one list guards whatever can be sent to the API, by whatever way.
func TestOrigin(t *testing.T) {
	t.Parallel()
	ways := map[string]func(t *testing.T, s *stage, header ...string) reply{
		"GET": func(t *testing.T, s *stage, header ...string) reply {
			return s.do(t, "GET", "/graphql?query={whoami}", "", header...)
		},
		"POST": func(t *testing.T, s *stage, header ...string) reply { return s.post(t, "{ whoami }", header...) },
		"a stream": func(t *testing.T, s *stage, header ...string) reply {
			return s.do(t, "GET", "/graphql?query={whoami}", "", append(header, "Accept", "text/event-stream")...)
		},
		"a WebSocket": func(t *testing.T, s *stage, header ...string) reply { return s.shake(t, header...) },
	}
	onStages(t, listed, func(t *testing.T, s *stage) {
		for name, tt := range originTests() {
			for way, send := range ways {
				r := send(t, s, tt.sent(s)...)
				want := 403
				switch {
				case tt.allowed && way == "a WebSocket":
					want = http.StatusSwitchingProtocols
				case tt.allowed:
					want = 200
				}
				if r.status != want {
					t.Errorf("%s, by %s: got %d, want %d: %s", name, way, r.status, want, r.body)
				}
				if want == 403 && r.code() != string(models.CodeForbidden) {
					t.Errorf("%s, by %s: code %q", name, way, r.code())
				}
				readable, credentials := "", ""
				if tt.crossReading {
					readable, credentials = tt.header[1], "true"
				}
				if r.header.Get("Access-Control-Allow-Origin") != readable || r.header.Get("Access-Control-Allow-Credentials") != credentials {
					t.Errorf("%s, by %s: readable by %v", name, way, r.header)
				}
				if !varies(r.header, "Origin") {
					t.Errorf("%s, by %s: Vary is %q", name, way, r.header.Values("Vary"))
				}
			}
		}
	})

	t.Run("an empty list allows none", func(t *testing.T) {
		t.Parallel()
		for _, list := range [][]string{nil, {}} {
			s := newStage(t, func(o *web.Options) { o.AllowedOrigins = list })
			for _, r := range []reply{
				s.preflight(t, listedOrigin, "POST", "content-type"), s.post(t, "{ whoami }", "Origin", listedOrigin),
				s.shake(t, "Origin", listedOrigin),
			} {
				if r.status != 403 || r.header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("got %d, %v", r.status, r.header)
				}
			}
			s.post(t, "{ whoami }", "Origin", s.url).expect(t, 200, "")
		}
	})
}

// shake opens a WebSocket and tells what the handshake came to.
func (s *stage) shake(t *testing.T, header ...string) reply {
	t.Helper()
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	ws, resp, err := websocket.Dial(t.Context(), s.url+"/graphql", &websocket.DialOptions{
		HTTPClient: s.client, HTTPHeader: h, Subprotocols: []string{"graphql-transport-ws"},
	})
	if err == nil {
		ws.CloseNow()
		return reply{status: resp.StatusCode, header: resp.Header}
	}
	if resp == nil {
		t.Fatal(err)
	}
	return readReply(t, resp)
}

func varies(h http.Header, name string) bool {
	for _, value := range h.Values("Vary") {
		for field := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(field), name) {
				return true
			}
		}
	}
	return false
}

// preflight asks what a browser asks before it sends a request that forms can't.
func (s *stage) preflight(t *testing.T, origin, method, headers string) reply {
	t.Helper()
	return s.do(t, http.MethodOptions, "/graphql", "", "Origin", origin, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors",
		"Access-Control-Request-Method", method, "Access-Control-Request-Headers", headers,
		"Access-Control-Request-Private-Network", "true")
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	onStages(t, listed, func(t *testing.T, s *stage) {
		for name, tt := range map[string]struct {
			origin, method, headers string
			status                  int
			allowed                 bool
		}{
			"our own headers":           {listedOrigin, "POST", "authorization,content-type,traceparent,x-principal,x-tenant-id", 204, true},
			"of a stream":               {listedOrigin, "GET", "authorization,cache-control,last-event-id", 204, true},
			"of Apollo's client":        {listedOrigin, "POST", "apollo-require-preflight,apollographql-client-name,content-type,x-apollo-operation-name", 204, true},
			"of OpenTelemetry":          {listedOrigin, "POST", "baggage,content-type,traceparent,tracestate", 204, true},
			"a header that is not ours": {listedOrigin, "POST", "content-type,x-forwarded-for", 204, false},
			"every header":              {listedOrigin, "POST", "*", 204, false},
			"a method that is not ours": {listedOrigin, "DELETE", "content-type", 204, false},
			"of another origin":         {"https://evil.example", "POST", "content-type", 403, false},
			"of no origin in its own":   {"null", "POST", "content-type", 403, false},
		} {
			r := s.preflight(t, tt.origin, tt.method, tt.headers)
			want := map[string]string{"Origin": "", "Methods": "", "Headers": "", "Credentials": "", "Private-Network": ""}
			if tt.allowed {
				want = map[string]string{"Origin": tt.origin, "Methods": tt.method, "Headers": tt.headers, "Credentials": "true", "Private-Network": ""}
			}
			for field, value := range want {
				if got := r.header.Get("Access-Control-Allow-" + field); got != value {
					t.Errorf("%s: %s is %q, want %q", name, field, got, value)
				}
			}
			if cached := r.header.Get("Access-Control-Max-Age") == "7200"; r.status != tt.status || cached != tt.allowed {
				t.Errorf("%s: got %d, %v", name, r.status, r.header)
			}
			for _, field := range []string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"} {
				if r.status == 204 && !varies(r.header, field) {
					t.Errorf("%s: Vary is %q", name, r.header.Values("Vary"))
				}
			}
		}
	})
}

// TestRefusalsAreReadable: the pages of a listed origin hear why they were refused.
func TestRefusalsAreReadable(t *testing.T) {
	t.Parallel()
	onStages(t, func(o *web.Options) { listed(o); o.MaxBody = 1000 }, func(t *testing.T, s *stage) {
		for name, tt := range map[string]struct {
			status int
			r      reply
		}{
			"credential":   {401, s.post(t, "{ whoami }", "Origin", listedOrigin, "X-Principal", "nobody")},
			"method":       {405, s.do(t, "GET", "/graphql?query=mutation{hold}", "", "Origin", listedOrigin)},
			"accept":       {406, s.post(t, "{ whoami }", "Origin", listedOrigin, "Accept", "text/html")},
			"size":         {413, s.post(t, "{ "+strings.Repeat("whoami ", 200)+"}", "Origin", listedOrigin)},
			"content type": {415, s.post(t, "{ whoami }", "Origin", listedOrigin, "Content-Type", "", "Content-Type", "text/plain")},
			"body":         {400, s.do(t, "POST", "/graphql", "{", "Origin", listedOrigin)},
			"panic":        {500, s.post(t, "{ panics }", "Origin", listedOrigin)},
			"unavailable":  {503, s.post(t, "{ unavailable }", "Origin", listedOrigin)},
		} {
			if tt.r.status != tt.status || tt.r.header.Get("Access-Control-Allow-Origin") != listedOrigin || tt.r.code() == "" {
				t.Errorf("%s: got %d, %v", name, tt.r.status, tt.r.header)
			}
		}
	})
}
