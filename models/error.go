package models

import (
	"context"
	"errors"
	"fmt"
)

// Code is the machine-readable reason of an error: extensions.code of the API. Codes are part of the contract.
type Code string

// The codes that rooms below the GraphQL layer return. GRAPHQL_PARSE_FAILED and GRAPHQL_VALIDATION_FAILED belong to
// the GraphQL layer, which sets them itself.
const (
	// CodeUnauthenticated: no credential, or one that is not valid. Get a valid one; the same request fails again.
	CodeUnauthenticated Code = "UNAUTHENTICATED"
	// CodeForbidden: the credential does not allow this.
	CodeForbidden Code = "FORBIDDEN"
	// CodeNotFound: no such id in the caller's tenant.
	CodeNotFound Code = "NOT_FOUND"
	// CodeBadUserInput: an argument is malformed or out of range; the message says which and what is allowed.
	CodeBadUserInput Code = "BAD_USER_INPUT"
	// CodeInvalidStateTransition: the task's status does not allow the operation.
	CodeInvalidStateTransition Code = "INVALID_STATE_TRANSITION"
	// CodeLeaseInvalid: the lease is not live for this worker: unknown, another's, ended or past its expiry.
	CodeLeaseInvalid Code = "LEASE_INVALID_OR_EXPIRED"
	// CodeRenewalLimit: the lease has used all its renewals.
	CodeRenewalLimit Code = "LEASE_RENEWAL_LIMIT_EXCEEDED"
	// CodeLeaseLifetime: the lease has reached the end of its lifetime.
	CodeLeaseLifetime Code = "LEASE_LIFETIME_EXCEEDED"
	// CodeOutcomeRequired: the completion lacks what the task's expectedOutcome demands; the lease stays live.
	CodeOutcomeRequired Code = "OUTCOME_REQUIRED"
	// CodeIdempotencyConflict: the idempotency key was used before with other content.
	CodeIdempotencyConflict Code = "IDEMPOTENCY_CONFLICT"
	// CodePayloadTooLarge: a payload, body or request is over its limit; nothing was written.
	CodePayloadTooLarge Code = "PAYLOAD_TOO_LARGE"
	// CodeRateLimited: too many requests; retry after the time in Retry-After.
	CodeRateLimited Code = "RATE_LIMITED"
	// CodeQueryTooComplex: the document is over a depth, complexity, token or alias limit; nothing was executed.
	CodeQueryTooComplex Code = "QUERY_TOO_COMPLEX"
	// CodeUnavailable: draining, the database is out of reach or can't write, the request did not arrive in time, or it is
	// unknown whether a commit went through. Retry; the replay rules make repeating safe.
	CodeUnavailable Code = "UNAVAILABLE"
	// CodeSubscriberTooSlow: the stream was closed because its reader did not keep up; resume with the last cursor.
	CodeSubscriberTooSlow Code = "SUBSCRIBER_TOO_SLOW"
	// CodeInternal: a fault of the server. The trace id finds it in the log.
	CodeInternal Code = "INTERNAL"
)

// Retryable tells whether the same request may succeed later without being changed.
func (c Code) Retryable() bool {
	switch c {
	case CodeRateLimited, CodeUnavailable, CodeSubscriberTooSlow:
		return true
	default:
		return false
	}
}

// Error is the one error type that reaches callers. Message says what was wrong and what to do next; it never holds
// SQL, a stack or another tenant's data. Anything that is not an Error is shown as INTERNAL.
type Error struct {
	Code    Code
	Message string
	// Fields carries machine-readable details (limits, positions); nil for most errors.
	Fields map[string]any
}

// Error returns code and message.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Errorf makes an Error.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Within returns err with the place of what it speaks of before its message, inputs[3] for example; any other error as it is.
func Within(place string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	placed := *e
	placed.Message = place + "." + e.Message
	return &placed
}

// CodeOf returns the code of err: that of the first Error in its chain, else CodeInternal; "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// MessageOf returns what err says to people: the message of the first Error in its chain, without the code, else all of it.
func MessageOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

// CauseOf returns the Error that ended ctx: why whatever ran under it ended. It is nil while ctx has not ended, and when it
// ended for a reason that is no Error, as that its caller has gone.
func CauseOf(ctx context.Context) *Error {
	cause := context.Cause(ctx)
	if cause == nil {
		return nil
	}
	var e *Error
	if errors.As(cause, &e) {
		return e
	}
	return nil
}
