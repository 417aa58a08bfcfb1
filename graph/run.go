package graph

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/trace"
)

// runs is the extension that gives each operation, and each of its responses, a state of its own.
type runs struct{ opt Options }

// ExtensionName names the extension in gqlgen.
func (*runs) ExtensionName() string { return "Runs" }

// Validate has nothing against any schema.
func (*runs) Validate(graphql.ExecutableSchema) error { return nil }

// run is the state of one operation.
type run struct {
	// stream is the field of a subscription, nil for other operations.
	stream *graphql.FieldContext

	mu sync.Mutex
	// answers are the root fields that were executed and not yet told of; told that the first response was.
	answers []answered
	told    bool
}

type runKey struct{}

// InterceptOperation begins a run.
func (*runs) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	r := &run{}
	opCtx := graphql.GetOperationContext(ctx)
	if opCtx.Operation.Operation != ast.Subscription {
		ctx, span := startOperation(ctx)
		return spanned(span, next(context.WithValue(ctx, runKey{}, r)))
	}
	fields := graphql.CollectFields(opCtx, opCtx.Operation.SelectionSet, []string{"Subscription"})
	r.stream = &graphql.FieldContext{Object: "Subscription", Field: fields[0]}
	if _, opens := ctx.Value(openingKey{}).(*opening); opens { // its events are in no trace
		var span trace.Span
		ctx, span = startOperation(ctx)
		defer span.End()
	}
	return next(context.WithValue(ctx, runKey{}, r))
}

func runOf(ctx context.Context) *run {
	r, _ := ctx.Value(runKey{}).(*run)
	return r
}

// answer notes a root field that was executed.
func (r *run) answer(a answered) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = append(r.answers, a)
}

// takeAnswers returns what was executed for the first response; what @defer adds is part of it.
func (r *run) takeAnswers() []answered {
	r.mu.Lock()
	defer r.mu.Unlock()
	answers := r.answers
	if !r.told && len(answers) == 0 {
		answers = []answered{{operation: typenameOnly}}
	}
	r.answers, r.told = nil, true
	return answers
}

// answer is the state of one response: the nested fields that it has loaded, so that the next event of a subscription sees
// nothing stale, and what it has logged.
type answer struct {
	loaders func() *loaders
	logged  sync.Map
}

type answerKey struct{}

// InterceptResponse begins an answer.
func (x *runs) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	viewer, _ := auth.ViewerFrom(ctx)
	ctx = context.WithValue(ctx, answerKey{}, &answer{
		loaders: sync.OnceValue(func() *loaders { return newLoaders(x.opt.Store.Tenant(viewer.TenantID), x.opt.recovered) }),
	})
	r := runOf(ctx)
	if r == nil { // a refusal: nothing is executed
		response := next(ctx)
		noteErrors(trace.Current(ctx), response.Errors)
		return response
	}
	streaming := ctx
	if r.stream != nil {
		// gqlgen leaves the field's name out of the paths of its events.
		at := *r.stream
		streaming = graphql.WithFieldContext(ctx, &at)
	}
	return next(streaming)
}

func answerOf(ctx context.Context) *answer {
	a, _ := ctx.Value(answerKey{}).(*answer)
	return a
}

// logs tells whether err is to be logged: one failed statement fails a field of each node of a list.
func (a *answer) logs(err error) bool {
	if a == nil {
		return true
	}
	_, known := a.logged.LoadOrStore(rootOf(err).Error(), true)
	return !known
}

// rootOf takes off what gqlgen has put around an error, its path above all.
func rootOf(err error) error {
	for {
		wrapped, ok := err.(*gqlerror.Error) //nolint:errorlint // only what lies outermost is taken off
		if !ok || wrapped.Err == nil {
			return err
		}
		err = wrapped.Err
	}
}
