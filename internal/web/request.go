package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/asyncgate/asyncgate/models"
)

// isJSON tells whether the body is declared to be JSON in UTF-8. The other types that a page can send without asking
// first (text/plain, forms) must never reach a mutation.
func isJSON(h http.Header) bool {
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || media != mediaJSON || len(h.Values("Content-Type")) != 1 {
		return false
	}
	charset, ok := params["charset"]
	encoding := h.Get("Content-Encoding")
	return (!ok || strings.EqualFold(charset, "utf-8")) && (encoding == "" || strings.EqualFold(encoding, "identity"))
}

// readParams reads the GraphQL request from the query string or the body. It returns PAYLOAD_TOO_LARGE, BAD_USER_INPUT, or
// UNAVAILABLE when others' large requests leave no room. Call leave when the request needs its memory no more, also after an
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
	tooLarge := models.Errorf(models.CodePayloadTooLarge, "the request body is larger than %d bytes", s.opt.MaxBody)
	if r.ContentLength > s.opt.MaxBody {
		return nil, func() {}, tooLarge
	}
	arrived := s.visits.arrive(w)
	body, leave, err := s.bodies.read(r.Context(), http.MaxBytesReader(w, r.Body, s.opt.MaxBody), r.ContentLength)
	arrived()
	switch e := new(http.MaxBytesError); {
	case errors.As(err, &e):
		return nil, leave, tooLarge
	case models.CodeOf(err) == models.CodeUnavailable:
		return nil, leave, err
	case err != nil:
		return nil, leave, models.Errorf(models.CodeBadUserInput, "the request body did not arrive whole")
	}
	params, err = parseRequest(body)
	return params, leave, err
}

// parseRequest reads a GraphQL request in JSON, as HTTP bodies and WebSocket payloads carry it. Names count exactly as
// written, and of duplicate ones the last; numbers keep their digits; what is not UTF-8 becomes U+FFFD.
func parseRequest(body []byte) (*graphql.RawParams, error) {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		return nil, models.Errorf(models.CodeBadUserInput, "arrays of requests are not taken; send each request on its own")
	}
	if err := checkValues(body); err != nil {
		return nil, err
	}
	// Not into a struct: that matches names in any case, and merges the values of duplicate ones.
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, errNoObject("the request", body, ` is no JSON object such as {"query": "{ viewer { tenantId } }"}`)
	}
	params := &graphql.RawParams{}
	var query *string
	if json.Unmarshal(fields["query"], &query) != nil || query == nil {
		return nil, errQuery()
	}
	params.Query = *query
	if name, ok := fields["operationName"]; ok && json.Unmarshal(name, &params.OperationName) != nil {
		return nil, models.Errorf(models.CodeBadUserInput, "operationName must be a string or null")
	}
	var err error
	if params.Variables, err = parseObject("variables", fields["variables"]); err != nil {
		return nil, err
	}
	params.Extensions, err = parseObject("extensions", fields["extensions"])
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
	if params.Variables, err = parseObject("variables", []byte(values.Get("variables"))); err != nil {
		return nil, err
	}
	params.Extensions, err = parseObject("extensions", []byte(values.Get("extensions")))
	return params, err
}

// parseObject reads an optional JSON object.
func parseObject(name string, raw []byte) (map[string]any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err := d.Decode(&object)
	if _, rest := d.Token(); err != nil || rest != io.EOF {
		return nil, errNoObject(name, raw, " must be a JSON object or null")
	}
	return object, nil
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
