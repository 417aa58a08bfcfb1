package web

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/asyncgate/asyncgate/models"
)

// isJSON tells whether the body is declared to be JSON in UTF-8. The other types that a page can send without asking
// first (text/plain, forms) must never reach a mutation.
func isJSON(h http.Header) bool {
	if len(h.Values("Content-Type")) != 1 {
		return false
	}
	if encoding := h.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return false
	}
	declared := h.Get("Content-Type")
	if declared == mediaJSON {
		return true
	}
	media, params, err := mime.ParseMediaType(declared)
	charset, ok := params["charset"]
	return err == nil && media == mediaJSON && (!ok || strings.EqualFold(charset, "utf-8"))
}

// readParams reads the GraphQL request from the query string or the body. It returns PAYLOAD_TOO_LARGE, BAD_USER_INPUT, or
// UNAVAILABLE when the body is late or others' large requests leave no room. Call leave when the request needs its memory no more, also after an
// error.
func (s *Server) readParams(w http.ResponseWriter, r *http.Request) (params *graphql.RawParams, leave func(), err error) {
	start := graphql.Now()
	leave = func() {}
	if r.Method == http.MethodGet {
		params, err = parseQuery(r.URL.RawQuery)
	} else {
		params, leave, err = s.readBody(w, r)
	}
	if err != nil {
		return nil, leave, err
	}
	// What follows may last; from here on only a closed connection ends the reading.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	return params, leave, nil
}

func (s *Server) readBody(w http.ResponseWriter, r *http.Request) (params *graphql.RawParams, leave func(), err error) {
	if r.ContentLength > s.opt.MaxBody {
		return nil, func() {}, s.errTooLarge()
	}
	arrived := s.visits.arrive(w)
	body, leave, err := s.bodies.read(r.Context(), http.MaxBytesReader(w, r.Body, s.opt.MaxBody), r.ContentLength)
	arrived()
	if err != nil {
		return nil, leave, s.errBody(err)
	}
	params, err = parseRequest(body)
	return params, leave, err
}

// errBody says why a body could not be read.
func (s *Server) errBody(err error) error {
	switch e := new(http.MaxBytesError); {
	case errors.As(err, &e):
		return s.errTooLarge()
	case models.CodeOf(err) == models.CodeUnavailable:
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errLate
	default:
		return models.Errorf(models.CodeBadUserInput, "the request body did not arrive whole")
	}
}

// errLate is a body that has not arrived in time. That says nothing against the request: the line may be slow.
var errLate = models.Errorf(models.CodeUnavailable, "the request body did not arrive in time; repeat it")

func (s *Server) errTooLarge() error {
	return models.Errorf(models.CodePayloadTooLarge, "the request body is larger than %d bytes", s.opt.MaxBody)
}

// parseRequest reads a GraphQL request in JSON, as HTTP bodies and WebSocket payloads carry it. Names count exactly as
// written, and of duplicate ones the last; what is not UTF-8 becomes U+FFFD. The variables stay text, part of body: what they
// are is the schema's to say.
func parseRequest(body []byte) (*graphql.RawParams, error) {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		return nil, models.Errorf(models.CodeBadUserInput, "arrays of requests are not taken; send each request on its own")
	}
	if err := checkValues(body); err != nil {
		return nil, err
	}
	request, ok := models.ReadText(body)
	if !ok || request.Kind() != models.JSONObject {
		return nil, errNoObject("the request", body, ` is no JSON object such as {"query": "{ viewer { tenantId } }"}`)
	}
	var query, name, variables, extensions models.Text
	for key, value := range request.Members() {
		switch {
		case key.Is("query"):
			query = value
		case key.Is("operationName"):
			name = value
		case key.Is("variables"):
			variables = value
		case key.Is("extensions"):
			extensions = value
		}
	}
	if query.Kind() != models.JSONString {
		return nil, errQuery()
	}
	params := &graphql.RawParams{Query: query.String()}
	switch name.Kind() {
	case models.JSONAbsent, models.JSONNull:
	case models.JSONString:
		params.OperationName = name.String()
	default:
		return nil, models.Errorf(models.CodeBadUserInput, "operationName must be a string or null")
	}
	var err error
	if params.Variables, err = parseObject("variables", variables); err != nil {
		return nil, err
	}
	params.Extensions, err = parseObject("extensions", extensions)
	return params, err
}

// parseQuery reads a GraphQL request from a URL's query string.
func parseQuery(raw string) (*graphql.RawParams, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, models.Errorf(models.CodeBadUserInput, "the query string is malformed")
	}
	for _, name := range []string{"query", "operationName", "variables", "extensions"} {
		if len(values[name]) > 1 {
			return nil, models.Errorf(models.CodeBadUserInput, "%s is given more than once", name)
		}
	}
	if !values.Has("query") {
		return nil, errQuery()
	}
	params := &graphql.RawParams{
		Query:         strings.ToValidUTF8(values.Get("query"), "\uFFFD"),
		OperationName: strings.ToValidUTF8(values.Get("operationName"), "\uFFFD"),
	}
	if params.Variables, err = parseObjectText("variables", values.Get("variables")); err != nil {
		return nil, err
	}
	params.Extensions, err = parseObjectText("extensions", values.Get("extensions"))
	return params, err
}

// parseObject reads an optional JSON object, whose members stay text.
func parseObject(name string, raw models.Text) (map[string]any, error) {
	switch raw.Kind() {
	case models.JSONAbsent, models.JSONNull:
		return nil, nil
	case models.JSONObject:
		object := map[string]any{}
		for key, value := range raw.Members() {
			object[key.String()] = value
		}
		return object, nil
	default:
		return nil, errNoObject(name, raw, mustBeObject)
	}
}

const mustBeObject = " must be a JSON object or null"

// parseObjectText is parseObject for text that nobody has read yet.
func parseObjectText(name, text string) (map[string]any, error) {
	if text == "" {
		return nil, nil
	}
	raw, ok := models.ReadText([]byte(text))
	if !ok {
		return nil, errNoObject(name, []byte(text), mustBeObject)
	}
	return parseObject(name, raw)
}

// errNoObject says what is wrong with text that should be a JSON object: where it is malformed, or that it is nested too
// deep; of well-formed text what it must be.
func errNoObject(what string, text []byte, must string) error {
	if _, err := models.ParseJSON(text); err != nil && len(text) > 0 {
		must = ": " + models.MessageOf(err)
	}
	return models.Errorf(models.CodeBadUserInput, "%s%s", what, must)
}

func errQuery() error {
	return models.Errorf(models.CodeBadUserInput, "query is missing; it must be a string with a GraphQL document (/playground is for people)")
}
