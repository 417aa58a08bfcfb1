package mcp

import (
	"context"
	"time"

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
	// destroys is for tools that end what others are at: hosts may ask their user first.
	destroys bool
}

// add adds a tool. What it takes and returns is described by the types, whose JSON values are passed as they are: the SDK's own
// way reads arguments into Go's numbers, which would round large integers of a payload.
func add[In, Out any](t *toolbox, described tool, run func(ctx context.Context, c *client.Client, in In) (Out, error)) {
	input, output := schemaOf[In](), schemaOf[Out]()
	resolved, err := input.Resolve(nil)
	if err != nil {
		panic(err) // of a type of ours
	}
	open := false
	t.server.AddTool(&sdk.Tool{
		Name: described.name, Title: described.title, Description: described.description, InputSchema: input, OutputSchema: output,
		Annotations: &sdk.ToolAnnotations{
			ReadOnlyHint: described.reads, IdempotentHint: described.reads || described.repeatable,
			DestructiveHint: &described.destroys, OpenWorldHint: &open,
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
		ctx, leave := untilCallerGone(ctx)
		defer leave()
		ctx, cancel := context.WithTimeoutCause(ctx, timeOf(in), errTooLong)
		defer cancel()
		out, err := whileHeard(ctx, in, func(ctx context.Context, in In) (Out, error) { return run(ctx, c, in) })
		if err != nil {
			judge(ctx, err)
			return refused(err), nil
		}
		return answered(out)
	})
}

// errTooLong is why a call ends whose time is over.
var errTooLong = &client.Error{Code: client.CodeUnavailable, Message: "the server has not answered in time", Retryable: true}

// waits is an input that says how long the server may wait before it answers.
type waits interface{ wait() time.Duration }

// timeOf is how long a call may take.
func timeOf(in any) time.Duration {
	if w, ok := in.(waits); ok {
		return w.wait() + callTime
	}
	return callTime
}

func (t *toolbox) caller(request *sdk.CallToolRequest) (*client.Client, error) {
	if request.Extra == nil {
		return t.callers(nil)
	}
	return t.callers(request.Extra.Header)
}
