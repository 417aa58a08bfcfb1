package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/goleak"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stage is a server on a small executable schema whose operations wait for the test's gates.
type stage struct {
	url    string
	server *httptest.Server
	web    *web.Server
	client *http.Client
	logs   *logBuffer

	// entered is sent to when `hold` or a subscription has begun; release lets `hold` go on.
	entered chan string
	release chan struct{}
	// ticks feeds the subscription `ticks`; closing it ends the subscription.
	ticks chan string
	// ended is sent to when a subscription's context is done.
	ended chan struct{}

	drain context.CancelFunc
	ready func(context.Context) error
}

const stageSchema = `
	type Query {
		echo(value: String): String
		deep: Query
		whoami: String!
		traceId: String!
		hold: String!
		fails: String!
		unavailable: String!
		lost: String
		refusedToo: String
		panics: String!
		broken: String!
	}
	type Mutation { hold: String! }
	type Subscription { ticks: String!  refused: String!  cutOff: String! panics: String! }
`

// newStage starts a server with the options that change sets.
func newStage(t *testing.T, change ...func(*web.Options)) *stage {
	t.Helper()
	s := prepareStage(t, change...)
	s.server.Start()
	s.url = s.server.URL
	s.client = &http.Client{Transport: &http.Transport{}}
	return s
}

// newSecureStage is newStage over TLS, with a client that likes HTTP/2 best.
func newSecureStage(t *testing.T, change ...func(*web.Options)) *stage {
	t.Helper()
	s := prepareStage(t, change...)
	s.server.EnableHTTP2 = true
	s.server.StartTLS()
	s.url = s.server.URL
	s.client = s.server.Client()
	return s
}

// stages are the ways to start one, for what is the same over TLS.
var stages = map[string]func(*testing.T, ...func(*web.Options)) *stage{"plain": newStage, "TLS": newSecureStage}

// prepareStage makes a server that its caller starts.
func prepareStage(t *testing.T, change ...func(*web.Options)) *stage {
	t.Helper()
	s := &stage{
		entered: make(chan string, 100),
		release: make(chan struct{}),
		ticks:   make(chan string),
		ended:   make(chan struct{}, 100),
		logs:    &logBuffer{},
	}
	var draining context.Context
	draining, s.drain = context.WithCancel(context.Background())
	t.Cleanup(s.drain)
	exec := stageExecutor{executor.New(s), s}
	exec.SetErrorPresenter(presentForTest)
	options := web.Options{
		Executor:       exec,
		Auth:           auth.Development{},
		Ready:          func(ctx context.Context) error { return s.ready(ctx) },
		Drain:          draining,
		Logger:         slog.New(auth.LogHandler(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		AllowedOrigins: []string{"http://localhost:3000"},
		Development:    true,
	}
	s.ready = func(context.Context) error { return nil }
	for _, f := range change {
		f(&options)
	}
	s.web = web.New(options)
	s.server = httptest.NewUnstartedServer(nil)
	s.server.Config = s.web.HTTPServer("")
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		s.server.CloseClientConnections()
		s.server.Close()
	})
	return s
}

func presentForTest(ctx context.Context, err error) *gqlerror.Error {
	var shown *gqlerror.Error
	if !errors.As(err, &shown) {
		shown = gqlerror.WrapPath(graphql.GetPath(ctx), err)
	}
	code, ok := shown.Extensions["code"].(string)
	if !ok {
		code = string(models.CodeOf(err))
	}
	if e := new(models.Error); errors.As(err, &e) {
		shown.Message = e.Message
	}
	shown.Extensions = map[string]any{"code": code, "retryable": models.Code(code).Retryable(), "traceId": trace.ID(ctx)}
	return shown
}

// Schema implements graphql.ExecutableSchema.
func (s *stage) Schema() *ast.Schema { return theSchema() }

var theSchema = sync.OnceValue(func() *ast.Schema { return gqlparser.MustLoadSchema(&ast.Source{Input: stageSchema}) })

// Complexity implements graphql.ExecutableSchema.
func (s *stage) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec implements graphql.ExecutableSchema for queries and mutations without selections within selections.
func (s *stage) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		values := map[string]any{}
		for _, selection := range op.Operation.SelectionSet {
			field := selection.(*ast.Field)
			value, err := s.resolve(ctx, field, field.ArgumentMap(op.Variables))
			if err != nil {
				graphql.AddError(ctx, err)
				if field.Definition.Type.NonNull {
					return &graphql.Response{Data: []byte("null")}
				}
			}
			if text, ok := value.(string); ok && text == "\x00broken" {
				return &graphql.Response{Data: []byte(`{"broken":`)}
			}
			values[field.Alias] = value
		}
		data, _ := json.Marshal(values)
		return &graphql.Response{Data: data}
	}
}

func (s *stage) resolve(ctx context.Context, field *ast.Field, args map[string]any) (any, error) {
	switch field.Name {
	case "echo":
		return args["value"], nil
	case "whoami":
		v, _ := auth.ViewerFrom(ctx)
		return v.String(), nil
	case "traceId":
		return trace.ID(ctx), nil
	case "hold":
		s.entered <- "hold"
		select {
		case <-s.release:
			return "released", nil
		case <-ctx.Done():
			if gone := models.CauseOf(ctx); gone != nil {
				return nil, gone
			}
			return nil, models.Errorf(models.CodeUnavailable, "cut off: %v", ctx.Err())
		}
	case "fails":
		return nil, errors.New("a secret of the database")
	case "refusedToo":
		return nil, models.Errorf(models.CodeNotFound, "there is none")
	case "unavailable", "lost":
		return nil, models.Errorf(models.CodeUnavailable, "the database is out of reach")
	case "broken":
		return "\x00broken", nil
	default:
		panic("oh no")
	}
}
