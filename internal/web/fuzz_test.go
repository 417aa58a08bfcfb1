package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
)

// ascii tells whether upper and lower case of a text are each other's.
func ascii(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// Origins that count as one have the same scheme, host and port: net/url is the judge.
func FuzzNormalOrigin(f *testing.F) {
	for _, pair := range [][2]string{
		{"http://a", "HTTP://A:80"}, {"https://a:443", "https://a"}, {"http://a:443", "https://a"}, {"null", "null"}, {"*", ""},
		{"http://[::1]:80", "http://[::1]"}, {"http://a:80:80", "http://a:80"}, {"http://a@b:80", "http://a"}, {"http://", "http://:80"},
	} {
		f.Add(pair[0], pair[1])
	}
	origin := func(text string) (string, bool) {
		u, err := url.Parse(strings.ToLower(text))
		if err != nil {
			return "", false
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		return u.Scheme + "://" + u.Hostname() + ":" + port, true
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		normalA, normalB := normalOrigin(a), normalOrigin(b)
		if normalA != "" && !strings.HasPrefix(normalA, "http://") && !strings.HasPrefix(normalA, "https://") {
			t.Fatalf("%q is %q", a, normalA)
		}
		if normalA != strings.ToLower(normalA) || ascii(a) && normalOrigin(strings.ToUpper(a)) != normalA {
			t.Fatalf("%q is %q, and in capitals %q", a, normalA, normalOrigin(strings.ToUpper(a)))
		}
		originA, okA := origin(a)
		originB, okB := origin(b)
		if normalA != "" && normalA == normalB && okA && okB && originA != originB {
			t.Fatalf("%q and %q count as one, %q, and are %s and %s", a, b, normalA, originA, originB)
		}
	})
}

// A Host header is taken for this machine only if it is so in a URL too.
func FuzzLoopbackHost(f *testing.F) {
	for _, host := range []string{
		"localhost", "LOCALHOST.:8080", "a.localhost", "127.0.0.1:80", "[::1]:1", "[::ffff:127.0.0.1]", "localhost:1@evil.example",
		"localhost:evil.example", "[localhost]", "#.localhost", "evil.example/.localhost", "127.0.0.1.evil.example", "localhost%00.evil", "[::1%25lo]", "",
	} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		u, err := url.Parse("http://" + host + "/")
		if err != nil || !loopbackHost(host) {
			return
		}
		name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		ip, err := netip.ParseAddr(name)
		if name != "localhost" && !strings.HasSuffix(name, ".localhost") && (err != nil || !ip.Unmap().IsLoopback()) {
			t.Fatalf("%q passes, and leads to %q", host, name)
		}
	})
}

// What a client likes best is something that it named, whatever the case, and in however many headers.
func FuzzNegotiate(f *testing.F) {
	for _, accept := range []string{
		"", "*/*", "application/*;q=0.5, text/event-stream", "application/graphql-response+json, application/json;q=0.9",
		"text/event-stream;q=0", `application/json;x="a,b";q=1`, "text/html", "application/json;q=nan, */*;q=1e-1", ",,;q=1,",
	} {
		f.Add(accept)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		preferred, stream := negotiate(http.Header{"Accept": {accept}})
		named := strings.ToLower(accept)
		switch preferred {
		case "":
		case mediaJSON, mediaResponse, mediaStream:
			kind, _, _ := strings.Cut(preferred, "/")
			if !strings.Contains(named, preferred) && !strings.Contains(named, kind+"/*") && !strings.Contains(named, "*/*") {
				t.Fatalf("%q likes %q best", accept, preferred)
			}
		default:
			t.Fatalf("%q likes %q best, which is not served", accept, preferred)
		}
		if stream && !strings.Contains(named, mediaStream) {
			t.Fatalf("%q takes streams", accept)
		}
		if preferred == mediaStream && !stream && !strings.Contains(named, "*") {
			t.Fatalf("%q likes streams best, and takes none", accept)
		}
		again, streamAgain := negotiate(http.Header{"Accept": strings.Split(accept, ",")})
		if again != preferred || streamAgain != stream {
			t.Fatalf("%q likes %q, %v, and in several headers %q, %v", accept, preferred, stream, again, streamAgain)
		}
		if capitals, _ := negotiate(http.Header{"Accept": {strings.ToUpper(accept)}}); ascii(accept) && capitals != preferred {
			t.Fatalf("%q likes %q, and in capitals %q", accept, preferred, capitals)
		}
	})
}

// A body is taken for JSON only if its type is that before any parameter: what a form can send never is.
func FuzzIsJSON(f *testing.F) {
	for _, kind := range []string{
		"application/json", "Application/JSON ; charset=UTF-8", "text/plain; application/json", "text/plain;a=application/json",
		"application/json; charset=utf-16", "application/json, text/plain", "application/jsonp", " application/json", `application/json;a="`,
	} {
		f.Add(kind)
	}
	f.Fuzz(func(t *testing.T, kind string) {
		h := http.Header{"Content-Type": {kind}}
		taken := isJSON(h)
		essence, _, _ := strings.Cut(kind, ";")
		if taken && !strings.EqualFold(strings.TrimSpace(essence), mediaJSON) {
			t.Fatalf("%q is taken for JSON", kind)
		}
		if h.Add("Content-Type", kind); isJSON(h) {
			t.Fatalf("%q twice is taken for JSON", kind)
		}
		if h.Set("Content-Type", kind); isJSON(h) != taken {
			t.Fatalf("%q is taken for JSON only sometimes", kind)
		}
	})
}

// Credentials are what the payload says under exactly one spelling of their key; encoding/json is the judge.
func FuzzInitCredentials(f *testing.F) {
	for _, payload := range []string{
		``, `null`, `{}`, `{"authorization":"Bearer x","X-Principal":"agent:a","x-TENANT-id":null}`, `{"Authorization":"a","authorization":"b"}`,
		`{"authorization":"a","authorization":"b"}`, `{"x-principal":1}`, `[]`, `"x"`, `{"authorization":"\ud800"}`, `{"X-PRINCIPAL":"a` + "\xff" + `"}`,
	} {
		f.Add([]byte(payload))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		credentials, err := initCredentials(payload)
		if err != nil {
			if e := new(closeError); !errors.As(err, &e) && models.CodeOf(err) != models.CodeUnauthenticated {
				t.Fatalf("%s: %v", payload, err)
			}
			return
		}
		if len(payload) == 0 {
			return
		}
		var fields map[string]any
		if err := json.Unmarshal(payload, &fields); err != nil {
			t.Fatalf("%s is no object, and is taken", payload)
		}
		said := map[string]string{}
		for key, value := range fields {
			name := strings.ToLower(key)
			if _, twice := said[name]; twice && (name == "authorization" || name == "x-principal" || name == "x-tenant-id") {
				t.Fatalf("%s has %s more than once, and is taken", payload, name)
			}
			said[name], _ = value.(string)
		}
		want := auth.Credentials{Authorization: said["authorization"], Principal: said["x-principal"], TenantID: said["x-tenant-id"]}
		if !reflect.DeepEqual(credentials, want) {
			t.Fatalf("%s is %+v, want %+v", payload, credentials, want)
		}
	})
}

// text writes a request as a client would that has read these parameters.
func text(t *testing.T, p *graphql.RawParams) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"query": p.Query, "operationName": p.OperationName, "variables": p.Variables, "extensions": p.Extensions,
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// checkParams fails unless what was read is UTF-8 and is the same when it is written and read again.
func checkParams(t *testing.T, p *graphql.RawParams) {
	t.Helper()
	if !utf8.ValidString(p.Query) || !utf8.ValidString(p.OperationName) {
		t.Fatalf("not UTF-8: %q", p.Query)
	}
	written := text(t, p)
	again, err := parseRequest(written)
	if err != nil || again.Query != p.Query || again.OperationName != p.OperationName || !bytes.Equal(text(t, again), written) {
		t.Fatalf("%+v became %+v, %v", p, again, err)
	}
}

// A request is an object with a query, and every other is refused as the client's fault.
func FuzzParseRequest(f *testing.F) {
	for _, body := range []string{
		``, `null`, `[]`, ` [{"query":"{ a }"}]`, `{"query":"{ a }","query":"{ b }","QUERY":"{ c }"}`, `{"query":null}`, `{"query":"` + "\xff" + `\ud800"}`,
		`{"query":"{ a }","operationName":null,"variables":{"a":1e400,"b":9007199254740993,"c":[{"d":-0.0}]},"extensions":{}}`,
		`{"query":"{ a }","variables":[]}`, `{"query":"{ a }"} {}`, "\ufeff{}",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		params, err := parseRequest(body)
		if err != nil {
			if params != nil || models.CodeOf(err) != models.CodeBadUserInput || !utf8.ValidString(err.Error()) {
				t.Fatalf("%q: %+v, %v", body, params, err)
			}
			return
		}
		var judged struct{ Query *string }
		if json.Unmarshal(body, &judged) != nil || judged.Query == nil {
			t.Fatalf("%q is taken", body)
		}
		checkParams(t, params)
	})
}

// A request in a URL is what the same request is in a body.
func FuzzParseQuery(f *testing.F) {
	for _, raw := range []string{
		"", "query", "query=%7B%20a%20%7D&variables=%7B%22a%22%3A1e3%7D&operationName=A", "query=a&query=b", "query=%ff", "query=%zz", "query=a;b",
		"query=a&variables=null&extensions=", "query=a&variables=[]", "query=a&variables=%7B%7D%20%7B%7D",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		params, err := parseQuery(raw)
		if err != nil {
			if models.CodeOf(err) != models.CodeBadUserInput || !utf8.ValidString(err.Error()) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		checkParams(t, params)
	})
}

// A message of a WebSocket is what encoding/json says, but for what is nested too deep, or it ends the socket.
func FuzzParseMessage(f *testing.F) {
	deep := strings.Repeat("[", models.MaxJSONDepth+5) + strings.Repeat("]", models.MaxJSONDepth+5)
	for _, data := range []string{
		``, `{}`, `{"type":"connection_init","payload":{"authorization":"x"}}`, `{"id":1,"type":"subscribe"}`, `{"type":"ping","payload":null}`,
		`{"id":"1","type":"subscribe","payload":{"query":"{ a }","variables":{"v":` + deep + `}}}`, strings.Repeat("[", 20_000),
		`{"a":"\\\"[{","type":"x"}`,
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseMessage(data)
		if err != nil {
			if e := new(closeError); !errors.As(err, &e) || e.code != closeBadMessage || !utf8.ValidString(e.reason) {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if m.tooDeep != nil && models.CodeOf(m.tooDeep) != models.CodeBadUserInput {
			t.Fatalf("%q: %v", data, m.tooDeep)
		}
		var judged map[string]any
		if json.Unmarshal(data, &judged) != nil {
			return // deeper than encoding/json reads
		}
		kind, _ := judged["type"].(string)
		id, _ := judged["id"].(string)
		if m.Type != kind || m.ID != id || (m.Payload == nil) != (judged["payload"] == nil) {
			t.Fatalf("%q is %+v", data, m)
		}
	})
}
