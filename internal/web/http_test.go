package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/models"
)

const responseJSON = "application/graphql-response+json"

func TestPost(t *testing.T) {
	t.Parallel()
	s := newStage(t)

	t.Run("a query is answered as the viewer that the headers name", func(t *testing.T) {
		t.Parallel()
		r := s.post(t, "{ whoami }", "X-Principal", "worker:w", "X-Tenant-ID", "7d444840-9dc0-11d1-b245-5ffdce74fad2")
		r.expect(t, 200, "")
		if r.Data["whoami"] != "worker:w of 7d444840-9dc0-11d1-b245-5ffdce74fad2" {
			t.Errorf("got %s", r.body)
		}
		if got := r.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("content type %q", got)
		}
	})

	t.Run("the trace id of a traceparent is the request's", func(t *testing.T) {
		t.Parallel()
		r := s.post(t, "{ traceId }", "Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
		if r.Data["traceId"] != "4bf92f3577b34da6a3ce929d0e0e4736" {
			t.Errorf("got %s", r.body)
		}
	})

	t.Run("numbers keep their digits, what is not UTF-8 becomes U+FFFD, the last of duplicate keys counts", func(t *testing.T) {
		t.Parallel()
		r := s.do(t, "POST", "/graphql", `{"query":"{ whoami }","query":"query($v: String) { echo(value: $v) }","Query":"{ whoami }",`+
			`"variables":{"other":1},"variables":{"v":"x","v":"a`+"\xff"+`\ud800<b>"}}`)
		r.expect(t, 200, "")
		if r.Data["echo"] != "a\uFFFD\uFFFD<b>" {
			t.Errorf("got %s", r.body)
		}
	})

	t.Run("what was not executed has no data", func(t *testing.T) {
		t.Parallel()
		if r := s.post(t, "{ nothing }"); strings.Contains(r.body, `"data"`) {
			t.Errorf("got %s", r.body)
		}
	})

	for name, tt := range map[string]struct {
		body   string
		status int
		code   models.Code
	}{
		"no JSON":                         {`{`, 400, "BAD_USER_INPUT"},
		"nothing":                         {``, 400, "BAD_USER_INPUT"},
		"null":                            {`null`, 400, "BAD_USER_INPUT"},
		"a string":                        {`"{ whoami }"`, 400, "BAD_USER_INPUT"},
		"an array of requests":            {` [{"query":"{ whoami }"}]`, 400, "BAD_USER_INPUT"},
		"something behind the request":    {`{"query":"{ whoami }"} {}`, 400, "BAD_USER_INPUT"},
		"no query":                        {`{"variables":{}}`, 400, "BAD_USER_INPUT"},
		"a query that is null":            {`{"query":null}`, 400, "BAD_USER_INPUT"},
		"a query that is a number":        {`{"query":1}`, 400, "BAD_USER_INPUT"},
		"variables that are an array":     {`{"query":"{ whoami }","variables":[]}`, 400, "BAD_USER_INPUT"},
		"an operationName that is 1":      {`{"query":"{ whoami }","operationName":1}`, 400, "BAD_USER_INPUT"},
		"extensions that are a string":    {`{"query":"{ whoami }","extensions":"x"}`, 400, "BAD_USER_INPUT"},
		"deep nesting":                    {`{"query":"{ whoami }","variables":{"v":` + strings.Repeat("[", 20000) + `}}`, 400, "BAD_USER_INPUT"},
		"all optional fields null":        {`{"query":"{ whoami }","variables":null,"operationName":null,"extensions":null}`, 200, ""},
		"an unknown field":                {`{"query":"{ whoami }","id":1}`, 200, ""},
		"an empty document":               {`{"query":""}`, 200, "GRAPHQL_VALIDATION_FAILED"},
		"an operation that is not there":  {`{"query":"query a { whoami }","operationName":"b"}`, 200, "GRAPHQL_VALIDATION_FAILED"},
		"several operations and no name":  {`{"query":"query a { whoami } query b { whoami }"}`, 200, "GRAPHQL_VALIDATION_FAILED"},
		"a document that does not parse":  {`{"query":"{"}`, 200, "GRAPHQL_PARSE_FAILED"},
		"a wrong variable of simple type": {`{"query":"query($v: String) { echo(value: $v) }","variables":{"v":{}}}`, 200, "GRAPHQL_VALIDATION_FAILED"},
	} {
		t.Run("a body: "+name, func(t *testing.T) {
			t.Parallel()
			s.do(t, "POST", "/graphql", tt.body).expect(t, tt.status, tt.code)
		})
	}
}

// TestNoJSON: who sends no JSON hears where it is malformed, or that it is nested too deep.
func TestNoJSON(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, body := range []string{nested(1_001), nested(10_000), nested(100_000), strings.TrimRight(nested(10_000), "]}")} {
		r := s.do(t, "POST", "/graphql", body)
		if len(body) < 5_000 { // it is read, and for the executor to judge
			r.expect(t, 200, "")
		} else if r.expect(t, 400, models.CodeBadUserInput); r.Errors[0].Message != "the request: JSON is nested deeper than 1000 levels" {
			t.Errorf("%d bytes: %s", len(body), r.body)
		}
	}
	for body, message := range map[string]string{
		"":                                     `the request is no JSON object such as {"query": "{ viewer { tenantId } }"}`,
		"null":                                 `the request is no JSON object such as {"query": "{ viewer { tenantId } }"}`,
		`{"query":"{ whoami }",}`:              "the request: JSON is malformed at byte 22: a key in quotes must be here",
		`{"query":"{ whoami }"`:                "the request: JSON is malformed at byte 21: a comma or } must follow a value of an object",
		`{"query":"{ whoami }"} x`:             "the request: JSON is malformed at byte 23: the value has ended here",
		"query { whoami }":                     "the request: JSON is malformed at byte 0: this is no JSON value",
		`{"query":"{ whoami }","variables":7}`: "variables must be a JSON object or null",
	} {
		r := s.do(t, "POST", "/graphql", body)
		if r.expect(t, 400, models.CodeBadUserInput); r.Errors[0].Message != message {
			t.Errorf("%s: %s", body, r.Errors[0].Message)
		}
	}
	for variables, message := range map[string]string{
		`{"a":}`:                    "variables: JSON is malformed at byte 5: this is no JSON value",
		strings.Repeat("[", 10_001): "variables: JSON is nested deeper than 1000 levels",
		`{} {}`:                     "variables: JSON is malformed at byte 3: the value has ended here",
	} {
		r := s.do(t, "GET", "/graphql?query={whoami}&variables="+url.QueryEscape(variables), "")
		if r.expect(t, 400, models.CodeBadUserInput); r.Errors[0].Message != message {
			t.Errorf("%.40s: %s", variables, r.Errors[0].Message)
		}
	}
}

// nested is a request with a variable of so many levels.
func nested(levels int) string {
	return `{"query":"{ whoami }","variables":{"v":` + strings.Repeat("[", levels) + strings.Repeat("]", levels) + `}}`
}

func TestStatus(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for name, tt := range map[string]struct {
		query, principal string
		json, response   int
		code             models.Code
	}{
		"a success":                           {"{ whoami }", "", 200, 200, ""},
		"a document that does not validate":   {"{ nothing }", "", 200, 400, "GRAPHQL_VALIDATION_FAILED"},
		"a document that does not parse":      {"{", "", 200, 400, "GRAPHQL_PARSE_FAILED"},
		"a failure while executing":           {"{ fails }", "", 200, 200, models.CodeInternal},
		"nothing executed for unavailability": {"{ unavailable }", "", 503, 503, models.CodeUnavailable},
		"only nulls for unavailability":       {"{ lost also: lost }", "", 503, 503, models.CodeUnavailable},
		"a part of it for unavailability":     {"{ lost whoami }", "", 200, 200, models.CodeUnavailable},
		"only nulls for another reason":       {"{ refusedToo }", "", 200, 200, models.CodeNotFound},
		"only nulls for several reasons":      {"{ lost refusedToo }", "", 200, 200, models.CodeUnavailable},
		"a bad credential":                    {"{ whoami }", "nobody", 401, 401, models.CodeUnauthenticated},
		"a principal that is the server's":    {"{ whoami }", "system:x", 200, 400, models.CodeForbidden},
		"a panic":                             {"{ panics }", "", 500, 500, models.CodeInternal},
		"a response that is no JSON":          {"{ broken }", "", 500, 500, models.CodeInternal},
		"a subscription without a stream":     {"subscription { ticks }", "", 200, 400, models.CodeBadUserInput},
		"@defer without a stream":             {"{ deep { ... @defer { whoami } } }", "", 200, 400, models.CodeBadUserInput},
		"@defer in a fragment":                {"{ ...f } fragment f on Query { deep { ...g @defer } } fragment g on Query { whoami }", "", 200, 400, models.CodeBadUserInput},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var header []string
			if tt.principal != "" {
				header = []string{"X-Principal", tt.principal}
			}
			s.post(t, tt.query, header...).expect(t, tt.json, tt.code)
			r := s.post(t, tt.query, append(header, "Accept", responseJSON)...)
			r.expect(t, tt.response, tt.code)
			if got := r.header.Get("Content-Type"); got != responseJSON+"; charset=utf-8" {
				t.Errorf("content type %q", got)
			}
		})
	}

	t.Run("who needs a stream is told how to ask for one", func(t *testing.T) {
		t.Parallel()
		for _, query := range []string{"subscription { ticks }", "{ deep { ... @defer { whoami } } }"} {
			r := s.do(t, "GET", "/graphql?query="+url.QueryEscape(query), "")
			r.expect(t, 200, models.CodeBadUserInput)
			if m := r.Errors[0].Message; !strings.Contains(m, "Accept: text/event-stream") || !strings.Contains(m, "graphql-transport-ws") {
				t.Error(m)
			}
		}
	})

	t.Run("a panic is logged with its stack and shown to nobody", func(t *testing.T) {
		t.Parallel()
		r := s.post(t, "{ panics }")
		id := fmt.Sprint(r.Errors[0].Extensions["traceId"])
		if strings.Contains(r.body, "oh no") || !strings.Contains(s.logs.String(), id) || !strings.Contains(s.logs.String(), "goroutine") {
			t.Errorf("shown %s, logged %s", r.body, s.logs)
		}
	})
}

func TestAccept(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const jsonType, stream = "application/json", "text/event-stream"
	for accept, want := range map[string]string{
		"":                                  jsonType,
		"*/*":                               jsonType,
		"application/*":                     jsonType,
		"application/json; charset=utf-8":   jsonType,
		responseJSON:                        responseJSON,
		responseJSON + ", application/json": responseJSON,
		"application/json, " + responseJSON: jsonType,
		"application/json;q=0.5, " + responseJSON + ";q=0.9": responseJSON,
		responseJSON + ", */*;q=0.1":                         responseJSON,
		"*/*, application/json;q=0":                          responseJSON,
		"text/html, */*;q=0.8":                               jsonType,
		stream:                                               stream,
		"text/*":                                             stream,
		"text/html":                                          "",
		"application/json;q=0":                               "",
		"application/json;q=2":                               "",
		";;;":                                                "",
	} {
		t.Run(accept, func(t *testing.T) {
			t.Parallel()
			r := s.post(t, "{ whoami }", "Accept", accept)
			if want == "" {
				r.expect(t, 406, models.CodeBadUserInput)
				return
			}
			if got, _, _ := strings.Cut(r.header.Get("Content-Type"), ";"); r.status != 200 || got != want {
				t.Errorf("got %d %q, want %q", r.status, got, want)
			}
		})
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for contentType, want := range map[string]int{
		"application/json":                   200,
		"application/json; charset=utf-8":    200,
		"APPLICATION/JSON;charset=\"UTF-8\"": 200,
		"":                                   415,
		"text/plain":                         415,
		"application/x-www-form-urlencoded":  415,
		"multipart/form-data; boundary=x":    415,
		"application/json; charset=latin1":   415,
		"application/jsonp":                  415,
		"text/plain, application/json":       415,
	} {
		t.Run(contentType, func(t *testing.T) {
			t.Parallel()
			if r := s.post(t, "{ whoami }", "Content-Type", "", "Content-Type", contentType); r.status != want {
				t.Errorf("got %d, want %d: %s", r.status, want, r.body)
			}
		})
	}
	t.Run("compressed", func(t *testing.T) {
		t.Parallel()
		s.post(t, "{ whoami }", "Content-Encoding", "gzip").expect(t, 415, models.CodeBadUserInput)
	})
}

func TestGet(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	get := func(t *testing.T, values url.Values, header ...string) reply {
		t.Helper()
		return s.do(t, "GET", "/graphql?"+values.Encode(), "", header...)
	}
	t.Run("a query with variables", func(t *testing.T) {
		t.Parallel()
		r := get(t, url.Values{"query": {"query q($v: String) { echo(value: $v) }"}, "variables": {`{"v":"x"}`}, "operationName": {"q"}})
		r.expect(t, 200, "")
		if r.Data["echo"] != "x" {
			t.Errorf("got %s", r.body)
		}
	})
	t.Run("a mutation is refused and not executed", func(t *testing.T) {
		t.Parallel()
		for _, accept := range []string{"application/json", "text/event-stream"} {
			r := get(t, url.Values{"query": {"mutation { hold }"}}, "Accept", accept)
			r.expect(t, 405, models.CodeBadUserInput)
			if r.header.Get("Allow") != "POST" {
				t.Errorf("Allow %q", r.header.Get("Allow"))
			}
		}
		if len(s.entered) != 0 {
			t.Error("the mutation ran")
		}
	})
	for name, raw := range map[string]string{
		"no query":           "",
		"a query twice":      "query={whoami}&query={whoami}",
		"bad variables":      "query={whoami}&variables=[]",
		"trailing variables": "query={whoami}&variables={}{}",
		"a bad escape":       "query=%zz",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.do(t, "GET", "/graphql?"+raw, "").expect(t, 400, models.CodeBadUserInput)
		})
	}
	t.Run("other methods are refused", func(t *testing.T) {
		t.Parallel()
		for _, method := range []string{"PUT", "DELETE", "PATCH"} {
			r := s.do(t, method, "/graphql", "")
			r.expect(t, 405, models.CodeBadUserInput)
			if r.header.Get("Allow") != "GET, POST, OPTIONS" {
				t.Errorf("Allow %q", r.header.Get("Allow"))
			}
		}
	})
	t.Run("a credential that is there twice", func(t *testing.T) {
		t.Parallel()
		who := url.Values{"query": {"{ whoami }"}}
		get(t, who, "Authorization", "Bearer a", "Authorization", "Bearer a").expect(t, 401, models.CodeUnauthenticated)
		get(t, who, "X-Principal", "agent:a", "X-Principal", "agent:b").expect(t, 200, models.CodeForbidden)
		get(t, who, "X-Principal", "agent:a", "X-Principal", "agent:a").expect(t, 200, "")
	})
}
