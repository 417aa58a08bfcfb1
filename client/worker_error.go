package client

import (
	"encoding/json"
	"errors"
	"time"
)

// Retryable says that another attempt may help: the task is tried again after its backoff, while it has attempts left.
func Retryable(err error) error { return retryable(err, nil) }

// RetryAfter is Retryable after a pause of one's own, in whole seconds, up to a year: as another service asks for.
func RetryAfter(err error, pause time.Duration) error { return retryable(err, &pause) }

func retryable(err error, after *time.Duration) error {
	if err == nil {
		return nil
	}
	return &retryableError{error: err, after: after}
}

type retryableError struct {
	error
	after *time.Duration
}

// Unwrap returns the error itself.
func (e *retryableError) Unwrap() error { return e.error }

// maxErrorText is how much of an error is sent. The server keeps less, but refuses requests that are far too large.
const maxErrorText = 64 << 10

// failureOf is what is reported of an error: {"message": …}, or what it encodes as itself.
func failureOf(id leaseID, err error) FailTaskInput {
	message := err.Error()
	in := FailTaskInput{LeaseID: id, Error: map[string]string{"message": message[:min(len(message), maxErrorText)]}}
	var again *retryableError
	if errors.As(err, &again) {
		in.Retryable, in.RetryAfter = true, again.after
	}
	var detailed json.Marshaler
	if errors.As(err, &detailed) {
		if text, err := json.Marshal(detailed); err == nil && len(text) <= maxErrorText && string(text) != "null" {
			in.Error = json.RawMessage(text)
		}
	}
	return in
}
