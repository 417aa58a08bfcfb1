package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

// Spans are named by the schema's words alone. What a client wrote (document, operation name, aliases, variables) is in none.

// maxNamedFields bounds the root fields that name an operation's span.
const maxNamedFields = 3

// startOperation begins the span of an operation, named like "query ledgerHead".
func startOperation(ctx context.Context) (context.Context, trace.Span) {
	ctx, span := trace.Start(ctx, "operation")
	if !span.IsRecording() {
		return ctx, span
	}
	op := graphql.GetOperationContext(ctx)
	kind := string(op.Operation.Operation)
	span.SetName(kind + " " + strings.Join(rootFields(op), " "))
	span.SetAttributes(semconv.GraphQLOperationTypeKey.String(kind))
	if v, ok := auth.ViewerFrom(ctx); ok {
		span.SetAttributes(attribute.String("asyncgate.tenant", v.TenantID.String()), attribute.String("asyncgate.principal", v.Principal.String()))
	}
	return ctx, span
}

// spanned ends an operation's span with the last response, or when there is none.
func spanned(span trace.Span, responses graphql.ResponseHandler) graphql.ResponseHandler {
	if !span.IsRecording() {
		return responses
	}
	return func(ctx context.Context) *graphql.Response {
		more := false
		defer func() {
			if !more {
				span.End()
			}
		}()
		response := responses(ctx)
		if response != nil {
			noteErrors(span, response.Errors)
			more = response.HasNext != nil && *response.HasNext
		}
		return response
	}
}

// rootFields returns the names of the fields that an operation selects, each once.
func rootFields(op *graphql.OperationContext) []string {
	root := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}
	var names []string
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{root[op.Operation.Operation]}) {
		if slices.Contains(names, field.Name) {
			continue
		}
		if len(names) == maxNamedFields {
			return append(names, "…")
		}
		names = append(names, field.Name)
	}
	return names
}

// startRootField begins the span of a field of the root.
func startRootField(ctx context.Context) (context.Context, trace.Span) {
	ctx, span := trace.Start(ctx, "field")
	if span.IsRecording() {
		span.SetName(fieldName(graphql.GetRootFieldContext(ctx).Field))
	}
	return ctx, span
}

// startField begins the span of a nested field that is loaded, once for all nodes of its list.
func startField(ctx context.Context) (context.Context, trace.Span) {
	ctx, span := trace.Start(ctx, "field")
	if span.IsRecording() {
		if field := graphql.GetFieldContext(ctx); field != nil {
			span.SetName(fieldName(field.Field))
		}
	}
	return ctx, span
}

func fieldName(f graphql.CollectedField) string {
	if f.ObjectDefinition == nil {
		return f.Name
	}
	return f.ObjectDefinition.Name + "." + f.Name
}

// noteErrors gives a span the codes of a response's errors. It has failed only when the fault is the server's.
func noteErrors(span trace.Span, errs gqlerror.List) {
	if len(errs) == 0 || !span.IsRecording() {
		return
	}
	var codes []string
	for _, err := range errs {
		if code, _ := err.Extensions["code"].(string); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	span.SetAttributes(attribute.StringSlice("asyncgate.error.codes", codes))
	for _, fault := range []models.Code{models.CodeInternal, models.CodeUnavailable} {
		if slices.Contains(codes, string(fault)) {
			trace.Fail(span, string(fault))
			return
		}
	}
}
