package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// Server is the server that stories are played against.
type Server struct {
	// URL is its address, as http://127.0.0.1:8080.
	URL string
	// Operations is a document with the operations that steps may name.
	Operations string
	Client     *http.Client
	// Key makes an API key; stories whose callers have none do without.
	Key func(tenant, principal string, scopes []string) (secret string, err error)
}

// caller is who asks: the credentials of development mode, or an API key and whom it acts as.
type caller struct{ tenant, principal, key, acts string }

// identify says who asks. A key knows its tenant and principal.
func (c caller) identify(h http.Header) {
	switch {
	case c.key == "":
		h.Set("X-Tenant-ID", c.tenant)
		h.Set("X-Principal", c.principal)
	case c.acts != "":
		h.Set("X-Principal", c.acts)
		fallthrough
	default:
		h.Set("Authorization", "Bearer "+c.key)
	}
}

// answer is a GraphQL response.
type answer struct {
	Data   any           `json:"data"`
	Errors []answerError `json:"errors"`
	text   string
}

type answerError struct {
	Message    string         `json:"message"`
	Extensions map[string]any `json:"extensions"`
}

// code returns the code of the only error, "" for none. An error without what every error must have is one of ours.
func (a *answer) code() (string, error) {
	for _, e := range a.Errors {
		trace, _ := e.Extensions["traceId"].(string)
		_, retryable := e.Extensions["retryable"].(bool)
		if _, coded := e.Extensions["code"].(string); !coded || !retryable || trace == "" || e.Message == "" {
			return "", fmt.Errorf("an error lacks its message, code, retryable or traceId: %s", short(a.text))
		}
	}
	switch len(a.Errors) {
	case 0:
		return "", nil
	case 1:
		code, _ := a.Errors[0].Extensions["code"].(string)
		return code, nil
	default:
		return "", fmt.Errorf("there are %d errors: %s", len(a.Errors), short(a.text))
	}
}

func decode(text []byte) (*answer, error) {
	a := &answer{text: string(text)}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(a); err != nil {
		return nil, fmt.Errorf("this is no GraphQL answer: %w: %s", err, short(string(text)))
	}
	return a, nil
}

var operationName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// body writes the request of a document, or of one of the operations.
func (s *Server) body(document string, variables any) ([]byte, error) {
	request := map[string]any{"query": document, "variables": variables}
	if name := strings.TrimSpace(document); operationName.MatchString(name) {
		request["query"], request["operationName"] = s.Operations, name
	}
	return json.Marshal(request)
}

func (s *Server) post(ctx context.Context, who caller, accept, document string, variables any) (*http.Response, error) {
	body, err := s.body(document, variables)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	who.identify(request.Header)
	return s.Client.Do(request)
}

// call makes a query or mutation.
func (s *Server) call(ctx context.Context, who caller, document string, variables any) (*answer, error) {
	response, err := s.post(ctx, who, "application/json", document, variables)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	return decode(text)
}
