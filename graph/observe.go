package graph

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/time/rate"

	"github.com/asyncgate/asyncgate/models"
)

// Observer is told what becomes of operations, for figures: what is executed by its name, see Operations, and how it ended by
// OK, CANCELED (the caller had gone) or the code of the error. Its methods are called by many at once and must return at
// once.
type Observer interface {
	// Answered tells of a root field of a query or mutation and how long it took, nested fields included.
	Answered(operation, code string, took time.Duration)
	// Refused tells of a request of which nothing was executed.
	Refused(code string)
	// Subscribed tells of a stream that begins, Delivered of an event of it, and Unsubscribed of its end.
	Subscribed(subscription string)
	Delivered(subscription string)
	Unsubscribed(subscription, code string)
}

// typenameOnly is the operation that selects no field but __typename, as probes do.
const typenameOnly = "__typename"

// How an operation ends that has no error of its own.
const (
	codeOK       = "OK"
	codeCanceled = "CANCELED"
)

// unobserved is the Observer of who wants none.
type unobserved struct{}

func (unobserved) Answered(string, string, time.Duration) {}
func (unobserved) Refused(string)                         {}
func (unobserved) Subscribed(string)                      {}
func (unobserved) Delivered(string)                       {}
func (unobserved) Unsubscribed(string, string)            {}

// Operations returns the names of all that can be asked for, sorted: createTask is create_task. Fields of queries and
// mutations, which no two share, and those of subscriptions.
func Operations() (operations, subscriptions []string) {
	schema := NewExecutableSchema(Config{}).Schema()
	operations = []string{typenameOnly}
	for _, object := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, f := range object.Fields {
			operations = append(operations, operationName(f.Name))
		}
	}
	for _, f := range schema.Subscription.Fields {
		subscriptions = append(subscriptions, operationName(f.Name))
	}
	slices.Sort(operations)
	slices.Sort(subscriptions)
	return operations, subscriptions
}

// operationName writes a field's name as figures and logs do.
func operationName(field string) string {
	var name strings.Builder
	for _, r := range field {
		if unicode.IsUpper(r) {
			name.WriteByte('_')
		}
		name.WriteRune(unicode.ToLower(r))
	}
	return name.String()
}

// answered is a root field that was executed.
type answered struct {
	alias, operation string
	took             time.Duration
}

// observes is the extension that tells the Observer, and the log.
type observes struct {
	opt *Options
	// names are the names of the operations by field.
	names map[string]string
	// loud bounds what is logged of operations where debugging is off: when the database is gone, all of them fail.
	loud *rate.Limiter
}

// The log shows operations that took this long beyond what they were asked to wait, and those that the server could not
// execute, so many a second and no more.
const (
	slowAfter    = 5 * time.Second
	loudInSecond = 10
)

func newObserves(o *Options, schema *ast.Schema) *observes {
	x := &observes{opt: o, names: map[string]string{}, loud: rate.NewLimiter(loudInSecond, loudInSecond)}
	for _, object := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, f := range object.Fields {
			x.names[f.Name] = operationName(f.Name)
		}
	}
	return x
}

// ExtensionName names the extension in gqlgen.
func (*observes) ExtensionName() string { return "Observes" }

// Validate has nothing against any schema.
func (*observes) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation tells of subscriptions that are refused.
func (x *observes) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	responses := next(ctx)
	o, opens := ctx.Value(openingKey{}).(*opening)
	if !opens || o.source != nil {
		return responses
	}
	return func(ctx context.Context) *graphql.Response {
		response := responses(ctx)
		x.opt.Observer.Refused(codesOf(ctx, response)(""))
		return response
	}
}

// resolveRootField takes the time of a root field.
func (x *observes) resolveRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	field := graphql.GetRootFieldContext(ctx).Field
	start := time.Now()
	defer func() {
		runOf(ctx).answer(answered{alias: field.Alias, operation: x.names[field.Name], took: time.Since(start)})
	}()
	return next(ctx)
}

// InterceptResponse tells of what was answered.
func (x *observes) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	r := runOf(ctx)
	switch {
	case response == nil, r != nil && r.stream != nil:
	case r == nil:
		if code := codesOf(ctx, response)(""); code != string(models.CodeSubscriberTooSlow) { // the end of a stream, told as such
			x.opt.Observer.Refused(code)
		}
	default:
		codes := codesOf(ctx, response)
		for _, a := range r.takeAnswers() {
			code := codes(a.alias)
			x.opt.Observer.Answered(a.operation, code, a.took)
			x.log(ctx, a, code)
		}
	}
	return response
}

func (x *observes) log(ctx context.Context, a answered, code string) {
	level, patience := slog.LevelDebug, slowAfter
	if a.operation == "claim_tasks" || a.operation == "await_task" {
		patience += models.MaxWaitSeconds * time.Second
	}
	if a.took > patience || code == string(models.CodeUnavailable) {
		level = slog.LevelInfo
	}
	if level == slog.LevelInfo && !x.loud.Allow() {
		level = slog.LevelDebug
	}
	if x.opt.Logger.Enabled(ctx, level) {
		x.opt.Logger.Log(ctx, level, "operation", "operation", a.operation, "code", code, "duration", a.took)
	}
}

// codesOf tells how the root field with an alias ended: the code of the first error below it. "" stands for the response.
func codesOf(ctx context.Context, response *graphql.Response) func(alias string) string {
	var first map[string]string
	for _, err := range response.Errors {
		if first == nil {
			first = map[string]string{}
		}
		code, _ := err.Extensions["code"].(string)
		if code == string(models.CodeUnavailable) && errors.Is(context.Cause(ctx), context.Canceled) {
			code = codeCanceled
		}
		aliases := []string{""}
		if len(err.Path) > 0 {
			if name, ok := err.Path[0].(ast.PathName); ok {
				aliases = append(aliases, string(name))
			}
		}
		for _, alias := range aliases {
			if _, known := first[alias]; !known {
				first[alias] = code
			}
		}
	}
	return func(alias string) string {
		if code, ok := first[alias]; ok {
			return code
		}
		return codeOK
	}
}
