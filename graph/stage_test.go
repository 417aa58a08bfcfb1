package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// stage is an executor on a database, with a caller.
type stage struct {
	store    *store.Store
	engine   *engine.Engine
	executor *graph.Executor
	log      *logged
	viewer   models.Viewer
}

const traceID = "0af7651916cd43dd8448eb211c80319c"

// onBoth runs a test on both databases, migrated and empty. The caller is an agent with all scopes but ADMIN.
func onBoth(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   sqliteURL,
		"postgres": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newStage(t, url(t), store.Options{}, graph.Options{}))
		})
	}
}

func sqliteURL(t *testing.T) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "test.db")
}

func newStage(t *testing.T, url string, so store.Options, o graph.Options) *stage {
	t.Helper()
	db, err := store.Open(t.Context(), url, so)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &stage{store: db, log: &logged{}, viewer: viewer("planner", models.ScopeRead, models.ScopeTask, models.ScopeLease)}
	hub := feed.New(db, feed.Options{})
	t.Cleanup(hub.Close)
	rules := models.DefaultRules()
	rules.ExpiryJitter = 0
	s.engine = engine.New(db, engine.Options{Rules: rules, Bell: hub})
	t.Cleanup(func() { _ = s.engine.Close(context.Background()) })
	o.Store, o.Engine, o.Feed = db, s.engine, hub
	o.Service = graph.ServiceInfo{Version: "1.2.3", InstanceID: "one", Environment: "development", StartedAt: time.Unix(0, 0)}
	o.Logger = slog.New(auth.LogHandler(slog.NewTextHandler(s.log, nil)))
	s.executor = graph.New(o)
	return s
}

var tenant = uuid.MustParse("5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a01")

func viewer(id string, scopes ...models.Scope) models.Viewer {
	return models.Viewer{TenantID: tenant, Principal: models.Principal{Kind: models.KindAgent, ID: id}, Scopes: scopes}
}

// as returns the stage with another caller.
func (s *stage) as(v models.Viewer) *stage {
	other := *s
	other.viewer = v
	return &other
}

func (s *stage) context(ctx context.Context) context.Context {
	return auth.WithViewer(trace.WithID(ctx, traceID), s.viewer)
}

// answer is a response, its data decoded with exact numbers.
type answer struct {
	Data     map[string]any
	Errors   gqlerror.List
	executed bool
}

// do executes a query or mutation; variables are JSON, "" is none.
func (s *stage) do(t *testing.T, query, variables string) answer {
	t.Helper()
	return s.doIn(s.context(t.Context()), t, query, variables)
}

func (s *stage) doIn(ctx context.Context, t *testing.T, query, variables string) answer {
	t.Helper()
	params := &graphql.RawParams{Query: query}
	if variables != "" {
		params.Variables = texts(t, variables)
	}
	return read(t, s.respond(ctx, params))
}

func (s *stage) respond(ctx context.Context, params *graphql.RawParams) *graphql.Response {
	opCtx, errs := s.executor.CreateOperationContext(ctx, params)
	if errs != nil {
		return s.executor.DispatchError(graphql.WithOperationContext(ctx, opCtx), errs)
	}
	if opCtx.Operation.Operation == ast.Subscription { // one that is refused
		_, refusal := s.executor.Subscribe(ctx, opCtx, func() {})
		return refusal
	}
	next, ctx := s.executor.DispatchOperation(ctx, opCtx)
	return next(ctx)
}

// subscribe starts a subscription. Each call of next waits for an event; nil is the end. A refusal is the first event.
func (s *stage) subscribe(ctx context.Context, t *testing.T, query, variables string) (next func() *answer) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	t.Cleanup(cancel)
	params := &graphql.RawParams{Query: query}
	if variables != "" {
		params.Variables = texts(t, variables)
	}
	opCtx, errs := s.executor.CreateOperationContext(ctx, params)
	if errs != nil {
		refusal := read(t, s.executor.DispatchError(graphql.WithOperationContext(ctx, opCtx), errs))
		return func() *answer { return &refusal }
	}
	l := &listener{bell: make(chan struct{}, 1)}
	sub, refusal := s.executor.Subscribe(ctx, opCtx, l.ring)
	if refusal != nil {
		refused := read(t, refusal)
		return func() *answer { return &refused }
	}
	l.sub = sub
	context.AfterFunc(ctx, l.leave)
	return func() *answer {
		response := l.next()
		if response == nil {
			return nil
		}
		a := read(t, response)
		return &a
	}
}

// listener is the reader of a subscription.
type listener struct {
	bell chan struct{}

	mu  sync.Mutex
	sub graph.Subscription
}

func (l *listener) ring() {
	select {
	case l.bell <- struct{}{}:
	default:
	}
}

func (l *listener) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sub.Close()
	l.ring()
}

// next waits for a response; nil is the end.
func (l *listener) next() *graphql.Response {
	for {
		l.mu.Lock()
		response, ended := l.sub.Next()
		l.mu.Unlock()
		if response != nil || ended {
			return response
		}
		<-l.bell
	}
}

func read(t *testing.T, response *graphql.Response) answer {
	t.Helper()
	if response == nil {
		t.Fatal("no response")
	}
	a := answer{Errors: response.Errors, executed: len(response.Data) > 0}
	if a.executed && string(response.Data) != "null" {
		a.Data = decode(t, string(response.Data))
	}
	for _, err := range a.Errors {
		if err.Extensions["traceId"] != traceID || err.Extensions["code"] == nil || err.Extensions["retryable"] == nil {
			t.Errorf("extensions of %q: %v", err.Message, err.Extensions)
		}
	}
	return a
}

// texts returns variables as transports do.
func texts(t *testing.T, variables string) map[string]any {
	t.Helper()
	text, ok := models.ReadText([]byte(variables))
	if !ok {
		t.Fatalf("malformed: %.200s", variables)
	}
	values := map[string]any{}
	for name, value := range text.Members() {
		values[name.String()] = value
	}
	return values
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var value map[string]any
	if err := d.Decode(&value); err != nil {
		t.Fatalf("%v in %.200s", err, text)
	}
	return value
}

// must executes and returns the data; any error ends the test.
func (s *stage) must(t *testing.T, query, variables string) map[string]any {
	t.Helper()
	a := s.do(t, query, variables)
	if len(a.Errors) > 0 {
		t.Fatalf("%s\n%v %v", query, a.Errors, a.Errors[0].Extensions)
	}
	return a.Data
}

// code returns the one code of the answer's errors, "" when there are none.
func (a answer) code(t *testing.T) string {
	t.Helper()
	var code string
	for i, err := range a.Errors {
		c, _ := err.Extensions["code"].(string)
		if i > 0 && c != code {
			t.Fatalf("errors of several codes: %v", a.Errors)
		}
		code = c
	}
	return code
}

// at finds a value by keys and indices with points between: tasks.nodes.0.id.
func at(t *testing.T, data map[string]any, path string) any {
	t.Helper()
	var value any = data
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			var i int
			if err := json.Unmarshal([]byte(step), &i); err != nil || i >= len(v) {
				t.Fatalf("%s: no %s in %v", path, step, v)
			}
			value = v[i]
		default:
			t.Fatalf("%s: %T before %s", path, value, step)
		}
	}
	return value
}

func text(t *testing.T, data map[string]any, path string) string {
	t.Helper()
	s, ok := at(t, data, path).(string)
	if !ok {
		t.Fatalf("%s is %v", path, at(t, data, path))
	}
	return s
}

// create creates a task and returns its id.
func (s *stage) create(t *testing.T) string {
	t.Helper()
	return text(t, s.must(t, `mutation { createTask(input: {type: "t"}) { task { id } } }`, ""), "createTask.task.id")
}

// claim claims a task and returns the lease's id.
func (s *stage) claim(t *testing.T) string {
	t.Helper()
	return text(t, s.must(t, `mutation { claimTasks(input: {}) { leases { id } } }`, ""), "claimTasks.leases.0.id")
}

// logged is a log that tests read.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

var _ io.Writer = (*logged)(nil)

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
