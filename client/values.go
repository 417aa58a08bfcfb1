package client

import (
	"encoding/json"
	"fmt"
	"time"
)

// orNone is nil, which the server takes as left out, for the zero value.
func orNone[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// valueOf is the zero value for what is null.
func valueOf[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// secondsOf is a duration in whole seconds, of which a part is a whole one; nil for 0.
func secondsOf(d time.Duration) *int { return orNone(wholeSeconds(d)) }

// wholeSeconds rounds away from 0: what is refused is refused by the number that was given.
func wholeSeconds(d time.Duration) int {
	n := int(d / time.Second)
	switch part := d % time.Second; {
	case part > 0:
		return n + 1
	case part < 0:
		return n - 1
	default:
		return n
	}
}

// encoded is a value as JSON; nil for nil. A json.RawMessage is passed as it is. The error is an *Error, as the server's would be.
func encoded(name string, v any) (*json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, &Error{Code: CodeBadUserInput, Message: fmt.Sprintf("%s can't be encoded: %v", name, err), cause: err}
	}
	return new(json.RawMessage(text)), nil
}

// required is encoded of what must be there.
func required(name string, v any) (json.RawMessage, error) {
	text, err := encoded(name, v)
	if err != nil {
		return nil, err
	}
	if text == nil || string(*text) == "null" {
		return nil, &Error{Code: CodeBadUserInput, Message: name + " is nil"}
	}
	return *text, nil
}

// mapped is a list of others.
func mapped[A, B any](list []A, convert func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = convert(a)
	}
	return out
}

// named is a list of names in another room's words.
func named[B, A ~string](list []A) []B {
	return mapped(list, func(a A) B { return B(a) })
}
