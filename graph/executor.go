// Package graph is the interpreter: GraphQL in, commands and reads out, and back again.
//
// The room owes the others operations that are what the schema says: documents are parsed, validated, weighed and checked
// against the caller's scopes before anything is executed; inputs arrive exactly as they were sent; every error has a code,
// retryable and the trace id; a nested field costs one statement whatever the length of its list. It must never decide a rule
// of the domain, know SQL or HTTP, or show an error that is no models.Error.
package graph

import (
	"context"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

//go:generate go tool gqlgen generate
//go:generate go run ./shorten generated.go
//go:generate go run ./reference ../schema.graphqls ../docs/api.md

// Options is what an executor needs. Store, Engine and Feed must be set; the zero value of the rest is its default.
type Options struct {
	// Store is read; whatever changes goes through Engine.
	Store *store.Store
	// Engine executes mutations.
	Engine *engine.Engine
	// Feed serves subscriptions.
	Feed *feed.Hub
	// Service is what the query service tells.
	Service ServiceInfo
	// MaxDepth bounds how deep fields may nest. Default 15.
	MaxDepth int
	// MaxComplexity bounds a document's complexity; see weigh.go. Default 200,000.
	MaxComplexity int
	// Logger hears of every error that callers see as INTERNAL. Default: none.
	Logger *slog.Logger
	// Introspection tells whether the caller may select __schema and __type. Default: who is authenticated.
	Introspection func(context.Context) bool
	// Observer is told what becomes of operations. Default: nobody.
	Observer Observer
	// Now is the clock that eligibility is computed with. Default: the system's.
	Now func() time.Time
}

// ServiceInfo is what a server says of itself.
type ServiceInfo struct {
	Version     string
	InstanceID  string
	Environment string
	StartedAt   time.Time
}

func (o *Options) setDefaults() {
	if o.MaxDepth == 0 {
		o.MaxDepth = 15
	}
	if o.MaxComplexity == 0 {
		o.MaxComplexity = 200_000
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Introspection == nil {
		o.Introspection = func(ctx context.Context) bool {
			_, ok := auth.ViewerFrom(ctx)
			return ok
		}
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Executor executes GraphQL operations: gqlgen's, with a preparation of its own. Contexts carry the viewer (auth) and the
// trace id (trace).
type Executor struct {
	*executor.Executor
	opt       Options
	schema    *ast.Schema
	documents *documents
	observes  *observes
	plans     plans
}

var _ graphql.GraphExecutor = (*Executor)(nil)

// New returns an executor. It starts nothing.
func New(opt Options) *Executor {
	opt.setDefaults()
	r := &resolver{opt}
	es := NewExecutableSchema(Config{Resolvers: r, Directives: DirectiveRoot{Requires: requireScope}})
	e := &Executor{
		Executor: executor.New(es), opt: opt, schema: es.Schema(), documents: newDocuments(es.Schema()),
		observes: newObserves(&opt, es.Schema()),
	}
	e.SetErrorPresenter(opt.present)
	e.SetRecoverFunc(opt.recovered)
	e.Use(&runs{opt: opt})
	e.Use(e.observes)
	return e
}

// CreateOperationContext makes an operation ready for DispatchOperation: it finds the document, coerces the variables, and
// refuses what is too complex or not allowed. Nothing has been executed when it returns errors; hand them to DispatchError.
// gqlgen's own would parse, and coerce the variables, once more.
func (e *Executor) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	opCtx := &graphql.OperationContext{
		RawQuery: params.Query, OperationName: params.OperationName, Headers: params.Headers, Extensions: params.Extensions,
		RecoverFunc: e.opt.recovered, ResolverMiddleware: resolveField, RootResolverMiddleware: e.resolveRootField,
		Stats: graphql.Stats{Read: params.ReadTime},
	}
	doc, errs := e.documents.get(params.Query)
	if errs != nil {
		return opCtx, errs
	}
	op, err := doc.operation(params.OperationName)
	if err != nil {
		return opCtx, listOf(err)
	}
	variables, err := e.coerceVariables(op, params.Variables)
	if err != nil {
		return opCtx, listOf(err)
	}
	if err := doc.addLiterals(variables); err != nil {
		return opCtx, listOf(err)
	}
	opCtx.Doc, opCtx.Operation, opCtx.Variables = doc.ast, op, variables
	introspects, err := e.admit(ctx, op, variables)
	if err != nil {
		return opCtx, listOf(err)
	}
	if introspects {
		opCtx.ResolverMiddleware = resolveIntrospection
	}
	return opCtx, nil
}

// resolveField is what gqlgen does to resolve a field.
func resolveField(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }

// resolveRootField resolves a field of the root, with a span of its own, and takes the time.
func (e *Executor) resolveRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	ctx, span := startRootField(ctx)
	defer span.End()
	return e.observes.resolveRootField(ctx, next)
}

// admit refuses operations that are too complex, and those whose fields the caller may not select. It tells whether the
// operation introspects.
func (e *Executor) admit(ctx context.Context, op *ast.OperationDefinition, variables map[string]any) (introspects bool, err error) {
	scale := newScale(variables)
	weight, err := scale.operation(op)
	if err != nil {
		return false, err
	}
	if err := e.opt.checkWeight(weight); err != nil {
		return false, err
	}
	_, introspects = scale.access[introspect]
	return introspects, e.opt.checkAccess(ctx, scale.access)
}

// listOf makes the list of one error that the executor's interface speaks in.
func listOf(err error) gqlerror.List { return gqlerror.List{gqlerror.WrapIfUnwrapped(err)} }

// requireScope is the directive at execution: admit has checked it for the whole document, and this is a second lock on
// the same door.
func requireScope(ctx context.Context, _ any, next graphql.Resolver, scope models.Scope) (any, error) {
	if viewer, ok := auth.ViewerFrom(ctx); !ok || !viewer.Has(scope) {
		return nil, errScope("the field", scope)
	}
	return next(ctx)
}
