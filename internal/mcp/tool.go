package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/google/uuid"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/asyncgate/asyncgate/client"
)

// callTime bounds a call beyond what it was asked to wait, its repeats included: a model is better told to try again than left
// waiting.
const callTime = 20 * time.Second

type toolbox struct {
	server  *sdk.Server
	callers callers
}

// tool is what a model is told of a tool.
type tool struct {
	name, title, description string
	// reads is for tools that change nothing.
	reads bool
	// repeatable is for tools that do nothing more when they are called again with the same arguments.
	repeatable bool
}

// add adds a tool. What it takes and returns is described by the types, whose JSON values are passed as they are: the SDK's own
// way reads arguments into Go's numbers, which would round large integers of a payload.
func add[In, Out any](t *toolbox, described tool, run func(ctx context.Context, c *client.Client, in In) (Out, error)) {
	input, output := schemaOf[In](), schemaOf[Out]()
	resolved, err := input.Resolve(nil)
	if err != nil {
		panic(err) // of a type of ours
	}
	destructive, open := false, false
	t.server.AddTool(&sdk.Tool{
		Name: described.name, Title: described.title, Description: described.description, InputSchema: input, OutputSchema: output,
		Annotations: &sdk.ToolAnnotations{
			ReadOnlyHint: described.reads, IdempotentHint: described.reads || described.repeatable,
			DestructiveHint: &destructive, OpenWorldHint: &open,
		},
	}, func(ctx context.Context, request *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		in, err := read[In](request.Params.Arguments, resolved)
		if err != nil {
			return refused(err), nil
		}
		c, err := t.caller(request)
		if err != nil {
			return refused(err), nil
		}
		ctx, cancel := context.WithTimeoutCause(ctx, callTime+waitOf(in), errTooLong)
		defer cancel()
		out, err := run(ctx, c, in)
		if err != nil {
			return refused(err), nil
		}
		return answered(out)
	})
}

var errTooLong = errors.New("the server has not answered in time; call again")

// waits is an input that says how long the server may wait before it answers.
type waits interface{ wait() time.Duration }

func waitOf(in any) time.Duration {
	if w, ok := in.(waits); ok {
		return w.wait()
	}
	return 0
}

func (t *toolbox) caller(request *sdk.CallToolRequest) (*client.Client, error) {
	if request.Extra == nil {
		return t.callers(nil)
	}
	return t.callers(request.Extra.Header)
}

// schemaOf describes a type. Its JSON values may be anything.
func schemaOf[T any]() *jsonschema.Schema {
	schema, err := jsonschema.For[T](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[json.RawMessage](): {},
		reflect.TypeFor[uuid.UUID]():       {Type: "string", Format: "uuid"},
	}})
	if err != nil {
		panic(err) // of a type of ours
	}
	return schema
}

func read[In any](arguments json.RawMessage, schema *jsonschema.Resolved) (in In, err error) {
	if len(arguments) == 0 {
		arguments = json.RawMessage("{}")
	}
	var values map[string]any
	if err := json.Unmarshal(arguments, &values); err != nil {
		return in, fmt.Errorf("%s: the arguments are no JSON object: %w", client.CodeBadUserInput, err)
	}
	if err := schema.Validate(values); err != nil {
		return in, fmt.Errorf("%s: %w", client.CodeBadUserInput, err)
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return in, fmt.Errorf("%s: %w", client.CodeBadUserInput, err)
	}
	return in, nil
}

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
		text = fmt.Sprintf("%s: %s", e.Code, e.Message)
		switch {
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
