package mcp

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/asyncgate/asyncgate/client"
)

// answered is a result for programs, and the same as text for models.
func answered(out any) (*sdk.CallToolResult, error) {
	text, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encoding the answer: %w", err)
	}
	return &sdk.CallToolResult{
		StructuredContent: json.RawMessage(text), Content: []sdk.Content{&sdk.TextContent{Text: string(text)}},
	}, nil
}

// refused tells a model what was wrong, and what it may do about it.
func refused(err error) *sdk.CallToolResult {
	text := err.Error()
	var e *client.Error
	if errors.As(err, &e) {
		text = fmt.Sprintf("%s: %s.", e.Code, strings.TrimSuffix(e.Message, "."))
		var known *unsure
		switch {
		case errors.As(err, &known):
			text += " " + known.advice
		case e.RetryAfter > 0:
			text += fmt.Sprintf(" Call again in %s.", e.RetryAfter.Round(time.Second))
		case e.Retryable:
			text += " Call again in a moment."
		}
		if e.TraceID != "" {
			text += " (trace " + e.TraceID + ")"
		}
	}
	return &sdk.CallToolResult{IsError: true, Content: []sdk.Content{&sdk.TextContent{Text: text}}}
}

// unsure is the error of a call that must not just be made again, as it may have been carried out, and what to do instead.
type unsure struct {
	error
	advice string
}

// Unwrap returns why it is not known.
func (u *unsure) Unwrap() error { return u.error }

// advise adds the advice to an error after which nobody knows whether the call was carried out.
func advise(err error, advice string) error {
	if client.CodeOf(err) != client.CodeUnavailable {
		return err
	}
	return &unsure{err, advice}
}
