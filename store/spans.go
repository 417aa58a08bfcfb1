package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/asyncgate/asyncgate/internal/trace"
)

// Spans say what was done to which table, and how long it took. Never the statement: bun writes the arguments into it. Nor
// what the database says of an error, which quotes them.

// spanHook makes a span of each statement that goes through bun.
type spanHook struct{ system attribute.KeyValue }

type spanKey struct{}

func (h spanHook) BeforeQuery(ctx context.Context, event *bun.QueryEvent) context.Context {
	ctx, span := trace.StartClient(ctx, "statement")
	if !span.IsRecording() {
		return ctx
	}
	operation, table := event.Operation(), tableOf(event)
	span.SetName(strings.TrimSpace(operation + " " + table))
	span.SetAttributes(h.system, semconv.DBOperationName(operation))
	if table != "" {
		span.SetAttributes(semconv.DBCollectionName(table))
	}
	if event.Stash == nil {
		event.Stash = map[any]any{}
	}
	event.Stash[spanKey{}] = span
	return ctx
}

func (spanHook) AfterQuery(_ context.Context, event *bun.QueryEvent) {
	if span, ok := event.Stash[spanKey{}].(trace.Span); ok {
		endSpan(span, event.Err)
	}
}

// tableOf returns the table that a query names first, "" when it reads from something else.
func tableOf(event *bun.QueryEvent) string {
	if event.IQuery == nil {
		return ""
	}
	name := strings.TrimPrefix(event.IQuery.GetTableName(), `"`)
	end := strings.IndexFunc(name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
	if end < 0 {
		end = len(name)
	}
	return name[:end]
}

// startRound begins the span of a round of a batch.
func startRound(ctx context.Context, system attribute.KeyValue, name string) (context.Context, trace.Span) {
	ctx, span := trace.StartClient(ctx, name)
	if span.IsRecording() {
		span.SetAttributes(system)
	}
	return ctx, span
}

// The rounds of a batch, the same on both databases.
const (
	roundRead  = "lock and read"
	roundWrite = "write and commit"
)

// endSpan ends the span of a statement or a round.
func endSpan(span trace.Span, err error) {
	if err != nil && !errors.Is(err, sql.ErrNoRows) && span.IsRecording() {
		trace.Fail(span, faultName(err))
	}
	span.End()
}

// faultName names an error without its text.
func faultName(err error) string {
	if state := sqlState(err); state != "" {
		return state
	}
	if code := sqliteCode(err); code != 0 {
		return strconv.Itoa(code)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	default:
		return fmt.Sprintf("%T", err)
	}
}
