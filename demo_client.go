package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/asyncgate/asyncgate/models"
)

// demoClient is a GraphQL client with what the demo needs: requests, and subscriptions over Server-Sent Events.
type demoClient struct {
	caller
	http *http.Client
}

// newDemoClient returns a client that acts as a principal.
func newDemoClient(c caller, principal string) *demoClient {
	c.url = strings.TrimSuffix(strings.TrimSuffix(c.url, "/"), "/graphql") + "/graphql"
	c.principal = principal
	return &demoClient{caller: c, http: &http.Client{}}
}

// demoAnswer is a GraphQL response.
type demoAnswer struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string `json:"message"`
		Extensions struct {
			Code    string `json:"code"`
			TraceID string `json:"traceId"`
		} `json:"extensions"`
	} `json:"errors"`
}

func (a *demoAnswer) into(target any) error {
	if len(a.Errors) > 0 {
		e := a.Errors[0]
		err := fmt.Errorf("the server answered %s: %s (trace %s)", e.Extensions.Code, e.Message, e.Extensions.TraceID)
		if e.Extensions.Code == string(models.CodeForbidden) || e.Extensions.Code == string(models.CodeUnauthenticated) {
			err = fmt.Errorf("%w; the demo acts as others, for which ASYNCGATE_API_KEY must be a key with the scope admin: "+
				"`asyncgate keys create --tenant UUID --principal human:admin --scope admin` makes one", err)
		}
		return err
	}
	if target == nil {
		return nil
	}
	return json.Unmarshal(a.Data, target)
}

func (c *demoClient) post(ctx context.Context, accept, query string, variables map[string]any) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	request.Header.Set("X-Principal", c.principal)
	if c.tenant != "" {
		request.Header.Set("X-Tenant-ID", c.tenant)
	}
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	}
	response, err := c.http.Do(request)
	if untrusted := new(tls.CertificateVerificationError); errors.As(err, &untrusted) {
		return nil, fmt.Errorf("%w; SSL_CERT_FILE can name the PEM file of an authority of your own", err)
	}
	if err != nil {
		return nil, fmt.Errorf("no server answers at %s: %w; start one with `asyncgate serve` (or `make run`)", c.url, err)
	}
	return response, nil
}

// do runs a query or mutation and decodes its data.
func (c *demoClient) do(ctx context.Context, query string, variables map[string]any, target any) error {
	response, err := c.post(ctx, "application/json", query, variables)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	var answer demoAnswer
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s at %s is no GraphQL answer: %w", response.Status, c.url, err)
	}
	return answer.into(target)
}

// demoStream is a subscription.
type demoStream struct {
	events chan demoAnswer
	failed chan error
	cancel context.CancelFunc
}

// subscribe opens a stream; when it returns, the server has it.
func (c *demoClient) subscribe(ctx context.Context, query string, variables map[string]any) (*demoStream, error) {
	ctx, cancel := context.WithCancel(ctx)
	response, err := c.post(ctx, "text/event-stream", query, variables)
	if err != nil {
		cancel()
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		defer cancel()
		defer func() { _ = response.Body.Close() }()
		var answer demoAnswer
		if err := json.NewDecoder(response.Body).Decode(&answer); err == nil && len(answer.Errors) > 0 {
			return nil, answer.into(nil)
		}
		return nil, fmt.Errorf("the subscription was answered with %s", response.Status)
	}
	s := &demoStream{events: make(chan demoAnswer, 16), failed: make(chan error, 1), cancel: cancel}
	go s.read(ctx, response.Body)
	return s, nil
}

// read takes the stream apart: an event is some lines `field: value` and an empty one; comments begin with a colon.
func (s *demoStream) read(ctx context.Context, body io.ReadCloser) {
	defer func() { _ = body.Close() }()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 4<<20)
	event, data := "", ""
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "event:"):
			event = strings.TrimSpace(line[len("event:"):])
		case strings.HasPrefix(line, "data:"):
			data += strings.TrimPrefix(line[len("data:"):], " ")
		case line == "" && event == "next":
			var answer demoAnswer
			if err := json.Unmarshal([]byte(data), &answer); err != nil {
				s.failed <- err
				return
			}
			select {
			case s.events <- answer:
			case <-ctx.Done():
				return
			}
			event, data = "", ""
		case line == "":
			event, data = "", ""
		}
	}
	s.failed <- errors.Join(errors.New("the stream ended"), lines.Err())
}

// next waits for the next event and decodes its data.
func (s *demoStream) next(ctx context.Context, target any) error {
	select {
	case answer := <-s.events:
		return answer.into(target)
	case err := <-s.failed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *demoStream) close() { s.cancel() }
