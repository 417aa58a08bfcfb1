package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// caller is a client of the API: a principal of a tenant, and what it keeps to when an answer is lost.
type caller struct {
	tenant, principal string
	http              *http.Client
	// key, if any, is an admin key of the tenant, which may act for each of its principals.
	key string
	// lost, if any, counts the calls that were not answered, or answered with «try again».
	lost *atomic.Int64
}

// newHTTP returns a client whose connections end with the test.
func newHTTP(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (c caller) as(principal string) caller {
	c.principal = principal
	return c
}

func (c caller) header() http.Header {
	h := http.Header{
		"Content-Type": {"application/json"}, "X-Tenant-ID": {c.tenant}, "X-Principal": {c.principal},
	}
	if c.key != "" {
		h.Set("Authorization", "Bearer "+c.key)
	}
	return h
}

type vars map[string]any

// refusal is an error that the server answered with.
type refusal struct {
	Message    string `json:"message"`
	Extensions struct {
		Code      string `json:"code"`
		Retryable bool   `json:"retryable"`
		TraceID   string `json:"traceId"`
	} `json:"extensions"`
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %s (trace %s)", r.Extensions.Code, r.Message, r.Extensions.TraceID)
}

// lostError tells that no answer came, so that nobody knows what became of the call.
type lostError struct{ cause error }

func (l *lostError) Error() string { return "no answer: " + l.cause.Error() }
func (l *lostError) Unwrap() error { return l.cause }

var errDown = errors.New("the server is down")

// again tells whether the same call may succeed later: its answer was lost, or the server says so.
func again(err error) bool {
	var lost *lostError
	var refused *refusal
	return errors.As(err, &lost) || errors.As(err, &refused) && refused.Extensions.Retryable
}

// codeOf returns the code of a refusal, "" for any other error and none.
func codeOf(err error) string {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.Extensions.Code
	}
	return ""
}

// answerTime bounds one call, the longest wait for work included.
const answerTime = 40 * time.Second

// once makes a call and decodes its data. It returns a *refusal or a *lostError.
func (c caller) once(ctx context.Context, to address, query string, v vars, data any) (err error) {
	defer func() {
		if c.lost != nil && again(err) {
			c.lost.Add(1)
		}
	}()
	url := to()
	if url == "" {
		return &lostError{errDown}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	response, err := c.post(ctx, url, "application/json", query, v)
	if err != nil {
		return &lostError{err}
	}
	defer response.Body.Close()
	return decodeAnswer(response, data)
}

func (c caller) post(ctx context.Context, url, accept, query string, v vars) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = c.header()
	request.Header.Set("Accept", accept)
	return c.http.Do(request)
}

type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []*refusal      `json:"errors"`
}

func decodeAnswer(response *http.Response, data any) error {
	var a answer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return &lostError{fmt.Errorf("%s: %w", response.Status, err)}
	}
	return a.into(data)
}

func (a answer) into(data any) error {
	for _, e := range a.Errors {
		if !e.Extensions.Retryable {
			return e
		}
	}
	if len(a.Errors) > 0 {
		return a.Errors[0]
	}
	if data == nil {
		return nil
	}
	if err := json.Unmarshal(a.Data, data); err != nil {
		return &lostError{err}
	}
	return nil
}

// repeat makes a call until it is answered, each time by the next server, as the replay rules allow: only for calls that
// are safe to repeat. It returns a *refusal that is final, or what was last when ctx ended.
func (c caller) repeat(ctx context.Context, to []address, first int, query string, v vars, data any) error {
	wait := 10 * time.Millisecond
	for turn := first; ; turn++ {
		err := c.once(ctx, to[turn%len(to)], query, v, data)
		if err == nil || !again(err) {
			return err
		}
		if !pause(ctx, wait) {
			return err
		}
		wait = min(2*wait, 500*time.Millisecond)
	}
}

// must makes a call that has to succeed, if need be at the second or a later try; else the test ends.
func (c caller) must(t *testing.T, to []address, query string, v vars, data any) {
	t.Helper()
	if !c.try(t, to, query, v, data) {
		t.FailNow()
	}
}

// try is must for other goroutines than the test's: false when the test has failed.
func (c caller) try(t *testing.T, to []address, query string, v vars, data any) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), within)
	defer cancel()
	if err := c.repeat(ctx, to, 0, query, v, data); err != nil {
		t.Errorf("%s\n%v: %v", query, v, err)
		return false
	}
	return true
}
