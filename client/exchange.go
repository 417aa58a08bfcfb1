package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// exchange is one request and its answer: what the generated functions call.
type exchange struct{ c *Client }

// MakeRequest returns nil or an *Error. Its name and arguments are genqlient's.
func (x exchange) MakeRequest(ctx context.Context, request *graphql.Request, response *graphql.Response) error {
	answer, err := x.c.post(ctx, request, "application/json")
	if err != nil {
		return err
	}
	defer func() {
		_, _ = io.CopyN(io.Discard, answer.Body, 4096) // one that is not read to its end can't be used again
		_ = answer.Body.Close()
	}()
	return decode(answer, response.Data)
}

// post sends a document. The error is an *Error of the request that got no response.
func (c *Client) post(ctx context.Context, document *graphql.Request, accept string) (*http.Response, error) {
	body, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encoding the request: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the request: %w", err)
	}
	request.Header = c.header.Clone()
	request.Header.Set("Accept", accept)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, unanswered(cmp.Or(context.Cause(ctx), err))
	}
	return response, nil
}

// unanswered is the error of a request without an answer.
func unanswered(cause error) *Error {
	return &Error{Code: CodeUnavailable, Message: "no answer: " + cause.Error(), Retryable: true, cause: cause}
}

// answer is a GraphQL response.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []refusal       `json:"errors"`
}

// refusal is an error as the server writes it.
type refusal struct {
	Message    string `json:"message"`
	Extensions struct {
		Code      Code   `json:"code"`
		Retryable bool   `json:"retryable"`
		TraceID   string `json:"traceId"`
	} `json:"extensions"`
}

func (r refusal) error() *Error {
	return &Error{Code: r.Extensions.Code, Message: r.Message, Retryable: r.Extensions.Retryable, TraceID: r.Extensions.TraceID}
}

// decode reads the answer to a query or mutation into data.
func decode(response *http.Response, data any) error {
	var a answer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return unexpected(response, err)
	}
	return a.into(response, data)
}

func (a *answer) into(response *http.Response, data any) error {
	if len(a.Errors) > 0 {
		e := a.Errors[0].error()
		e.HTTPStatus, e.RetryAfter = response.StatusCode, retryAfter(response.Header)
		return e
	}
	if len(a.Data) == 0 {
		return unexpected(response, errors.New("it has neither data nor errors"))
	}
	if err := json.Unmarshal(a.Data, data); err != nil {
		return unexpected(response, err)
	}
	return nil
}

// unexpected is the error of an answer that can't be read. A 2xx was cut off on its way, and a 5xx is that of a proxy whose
// server is gone: both may be better next time.
func unexpected(response *http.Response, cause error) *Error {
	e := &Error{
		Code: CodeUnexpectedAnswer, Message: fmt.Sprintf("%s is no GraphQL answer: %v", response.Status, cause),
		HTTPStatus: response.StatusCode, RetryAfter: retryAfter(response.Header), cause: cause,
	}
	var malformed *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	cutOff := response.StatusCode == http.StatusOK && !errors.As(cause, &malformed) && !errors.As(cause, &mistyped)
	if cutOff || response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests {
		e.Code, e.Retryable = CodeUnavailable, true
	}
	return e
}

// retryAfter is the pause that a response asks for in seconds, an hour at most; proxies that write a date are not heard.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, 3600)) * time.Second
}
