package client

import (
	"errors"
	"time"
)

// Code is the machine-readable reason of an error, as the schema's type Mutation lists them. There may be new ones.
type Code string

// The codes of the API, and one of the client's own.
const (
	// CodeUnauthenticated: no credential, or one that is not valid.
	CodeUnauthenticated Code = "UNAUTHENTICATED"
	// CodeForbidden: the credential does not allow this.
	CodeForbidden Code = "FORBIDDEN"
	// CodeNotFound: the tenant has no such id.
	CodeNotFound Code = "NOT_FOUND"
	// CodeBadUserInput: an argument is malformed or out of range; the message says which and what is allowed.
	CodeBadUserInput Code = "BAD_USER_INPUT"
	// CodeInvalidStateTransition: the task's status does not allow this.
	CodeInvalidStateTransition Code = "INVALID_STATE_TRANSITION"
	// CodeLeaseInvalid: the lease is not live for this worker. Stop the work.
	CodeLeaseInvalid Code = "LEASE_INVALID_OR_EXPIRED"
	// CodeRenewalLimit: the lease has used all its renewals.
	CodeRenewalLimit Code = "LEASE_RENEWAL_LIMIT_EXCEEDED"
	// CodeLeaseLifetime: the lease has reached the end of its lifetime.
	CodeLeaseLifetime Code = "LEASE_LIFETIME_EXCEEDED"
	// CodeOutcomeRequired: the completion lacks what the task's expected outcome demands; the lease stays live.
	CodeOutcomeRequired Code = "OUTCOME_REQUIRED"
	// CodeIdempotencyConflict: the idempotency key was used before with other content.
	CodeIdempotencyConflict Code = "IDEMPOTENCY_CONFLICT"
	// CodePayloadTooLarge: a payload, body or request is over its limit.
	CodePayloadTooLarge Code = "PAYLOAD_TOO_LARGE"
	// CodeRateLimited: too many requests; Error.RetryAfter says when to try again.
	CodeRateLimited Code = "RATE_LIMITED"
	// CodeQueryTooComplex: more was asked for at once than the server answers.
	CodeQueryTooComplex Code = "QUERY_TOO_COMPLEX"
	// CodeUnavailable: no answer came, or the server can't answer now. Whether a call has been carried out is unknown.
	CodeUnavailable Code = "UNAVAILABLE"
	// CodeSubscriberTooSlow: a subscription was not read fast enough. Subscriptions of this client resume by themselves.
	CodeSubscriberTooSlow Code = "SUBSCRIBER_TOO_SLOW"
	// CodeInternal: a fault of the server. The trace id finds it in its log.
	CodeInternal Code = "INTERNAL"
	// CodeParseFailed and CodeValidationFailed: the server does not know the client's document, as when it is older.
	CodeParseFailed      Code = "GRAPHQL_PARSE_FAILED"
	CodeValidationFailed Code = "GRAPHQL_VALIDATION_FAILED"
	// CodeUnexpectedAnswer is the client's own: what answers at the address is no AsyncGate.
	CodeUnexpectedAnswer Code = "UNEXPECTED_ANSWER"
)

// Error is a call, or one item of a batch, that was refused or not answered.
type Error struct {
	// Operation is the field of the API that was called: createTask. "" when the call was not made, as for what can't be encoded.
	Operation string
	// Code says what kind of error it is.
	Code Code
	// Message says what was wrong and what to do next. It is for people; its wording changes.
	Message string
	// Retryable tells whether the same call may succeed later without being changed.
	Retryable bool
	// RetryAfter is how long the server asks to wait before the next call; 0 when it does not say.
	RetryAfter time.Duration
	// TraceID is what to quote when asking for help: the server's log and traces have it. "" when no server answered.
	TraceID string
	// HTTPStatus is the status of the HTTP response; 0 when there was none.
	HTTPStatus int

	cause error
}

// Error says it all in one line.
func (e *Error) Error() string {
	text := "asyncgate: "
	if e.Operation != "" {
		text += e.Operation + ": "
	}
	text += string(e.Code) + ": " + e.Message
	if e.TraceID != "" {
		text += " (trace " + e.TraceID + ")"
	}
	return text
}

// Unwrap returns why no answer came; nil when one did.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of the first [*Error] in err's chain; "" when there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
