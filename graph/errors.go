package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

// present is the one place where errors get the shape that callers see: message, path, and in the extensions code,
// retryable, traceId and the error's own fields.
func (o *Options) present(ctx context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Extensions: map[string]any{}}
	var raised *gqlerror.Error
	if errors.As(err, &raised) {
		shown.Path, shown.Locations = raised.Path, raised.Locations
	} else {
		shown.Path = graphql.GetPath(ctx)
	}
	if code, ok := protocolCode(raised); ok && models.CodeOf(err) == models.CodeInternal {
		shown.Message = raised.Message
		shown.Extensions["code"], shown.Extensions["retryable"] = code, false
	} else {
		known := o.known(ctx, err)
		maps.Copy(shown.Extensions, known.Fields)
		shown.Extensions["code"], shown.Extensions["retryable"] = string(known.Code), known.Code.Retryable()
		shown.Message = cutArgumentPath(ctx, shown) + known.Message
	}
	shown.Extensions["traceId"] = trace.ID(ctx)
	return shown
}

// protocolCode returns the code of an error that gqlgen or gqlparser has made of a document.
func protocolCode(err *gqlerror.Error) (string, bool) {
	if err == nil {
		return "", false
	}
	code, _ := err.Extensions["code"].(string)
	return code, code == errcode.ParseFailed || code == errcode.ValidationFailed
}

// known makes of any error one that may be shown. What is no models.Error is logged in full and INTERNAL to the caller.
func (o *Options) known(ctx context.Context, err error) *models.Error {
	var e *models.Error
	cause := models.CauseOf(ctx)
	switch {
	case errors.As(err, &e) && (cause == nil || e.Code != models.CodeUnavailable):
		return e
	case cause != nil:
		return cause // UNAVAILABLE was its echo
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		// Drivers say it in their own words once the context has ended, whatever it was that they were about to say.
		return models.Errorf(models.CodeUnavailable, "the request was canceled or took too long; repeat it")
	default:
		if answerOf(ctx).logs(err) {
			o.Logger.ErrorContext(ctx, "request failed", "error", rootOf(err), "field", fieldOf(ctx))
		}
		return errInternal()
	}
}

// fieldOf names the field that is being resolved in the schema's words. Its path has the caller's, which are no matter for a log.
func fieldOf(ctx context.Context) string {
	field := graphql.GetFieldContext(ctx)
	for field != nil && field.Field.Field == nil { // an element of a list
		field = field.Parent
	}
	if field == nil {
		return ""
	}
	return field.Object + "." + field.Field.Name
}

func errInternal() *models.Error {
	return models.Errorf(models.CodeInternal, "internal error; quote the trace id")
}

// recovered logs a panic and returns what may be said of it.
func (o *Options) recovered(ctx context.Context, value any) error {
	o.Logger.ErrorContext(ctx, "panic", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
	return errInternal()
}

// cutArgumentPath makes the path of an error end at its field, where the specification wants it, and returns the rest, which
// names the argument: gqlgen puts both into one.
func cutArgumentPath(ctx context.Context, err *gqlerror.Error) string {
	field := graphql.GetFieldContext(ctx)
	if field == nil {
		return ""
	}
	path := field.Path()
	if len(err.Path) <= len(path) {
		return ""
	}
	var argument strings.Builder
	for _, step := range err.Path[len(path):] {
		switch step := step.(type) {
		case ast.PathName:
			if argument.Len() > 0 {
				argument.WriteByte('.')
			}
			argument.WriteString(string(step))
		case ast.PathIndex:
			argument.WriteString("[" + strconv.Itoa(int(step)) + "]")
		}
	}
	err.Path = path
	return argument.String() + ": "
}

// messageOf is the message of an error without its code.
func messageOf(err error) string {
	var e *models.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
