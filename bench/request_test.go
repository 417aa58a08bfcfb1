package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/ulule/limiter/v3"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/limit"
	"github.com/asyncgate/asyncgate/internal/metrics"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// BenchmarkRequest measures what a request costs between net/http and the engine, for a profile: the same operations are asked of
// the server's handler (request) and of the rooms behind it (behind). The difference is the price of HTTP and GraphQL;
// allocations tell it on a machine that others use too.
func BenchmarkRequest(b *testing.B) {
	tenant := uuid.New()
	for name, do := range map[string]func(b *testing.B, f *front){
		"createTask/request": func(b *testing.B, f *front) { f.post(b, tenant, creating) },
		"createTask/behind":  func(b *testing.B, f *front) { f.create(b, tenant, 1) },
		"life of 100/request": func(b *testing.B, f *front) {
			f.post(b, tenant, creatingMany(batch))
			f.post(b, tenant, completing(f.claim(b, tenant)))
		},
		"life of 100/behind":      func(b *testing.B, f *front) { f.live(b, tenant) },
		"openObligations/request": func(b *testing.B, f *front) { f.post(b, tenant, owed) },
		"openObligations/behind": func(b *testing.B, f *front) {
			if page, err := f.store.Tenant(tenant).OpenObligations(b.Context(), agent(tenant).Principal, first()); err != nil || len(page.Nodes) != models.MaxPageSize {
				b.Fatalf("the page is not full: %v", err)
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			f := openFront(b)
			if strings.HasPrefix(name, "openObligations") {
				f.create(b, tenant, models.MaxPageSize)
			}
			b.ReportAllocs()
			for b.Loop() {
				do(b, f)
			}
		})
	}
}

// What clients send.
const (
	creating = `{"query":"mutation($i: CreateTaskInput!) { createTask(input: $i) { task { id } created } }","variables":{"i":` + aTask + `}}`
	aTask    = `{"type":"bench","requirements":{"capabilities":["writing"]},"payload":` +
		`{"language":"en","sections":["summary","outlook"],"title":"Quarterly report of the northern region"}}`
	claiming = `{"query":"mutation { claimTasks(input: {capabilities: [\"writing\"], maxTasks: 100}) ` +
		`{ leases { id expiresAt task { id type payload attempt } } } }"}`
	owed = `{"query":"{ openObligations(first: 200) { nodes { id type from { kind id } to { kind id } body bodyHash hash seq createdAt ` +
		`isObligation } pageInfo { hasNextPage endCursor } } }"}`
)

// batch is how many tasks a call of a life is about.
const batch = 100

func creatingMany(n int) string {
	return `{"query":"mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { task { id } created } }","variables":{"i":[` +
		strings.TrimSuffix(strings.Repeat(aTask+",", n), ",") + `]}}`
}

func completing(leases []string) string {
	var inputs strings.Builder
	for i, lease := range leases {
		if i > 0 {
			inputs.WriteByte(',')
		}
		fmt.Fprintf(&inputs, `{"leaseId":"%s","result":{"pages":12,"summary":"as expected"}}`, lease)
	}
	return `{"query":"mutation($i: [CompleteTaskInput!]!) { completeTasks(inputs: $i) { payload { task { id status } receipt { id seq } } ` +
		`error { code message } } }","variables":{"i":[` + inputs.String() + `]}}`
}

// front is the server's handler with all that stands behind it, opened as the command does, in development mode.
type front struct {
	store   *store.Store
	engine  *engine.Engine
	handler http.Handler
}

func openFront(b *testing.B) *front {
	b.Helper()
	s := openStage(b, sqliteURL(b), store.Options{}).store
	operations, subscriptions := graph.Operations()
	m := metrics.New(metrics.Options{Operations: operations, Subscriptions: subscriptions, Refusals: web.Refusals()})
	hub := feed.New(s, feed.Options{Observer: m.Feed})
	b.Cleanup(hub.Close)
	e := engine.New(s, engine.Options{Rules: models.DefaultRules(), Bell: hub, Observer: m.Engine})
	b.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	limits, err := limit.New(limit.Options{Rate: limiter.Rate{Limit: 1 << 40, Period: time.Minute}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(limits.Close)
	logger := slog.New(auth.LogHandler(slog.NewJSONHandler(io.Discard, nil)))
	return &front{s, e, web.New(web.Options{
		Executor: graph.New(graph.Options{Store: s, Engine: e, Feed: hub, Logger: logger, Observer: m.Operations}),
		Auth:     auth.Development{}, Development: true, Limits: limits, Logger: logger, Observer: m.Requests,
	})}
}

// create creates n tasks, without a request.
func (f *front) create(b *testing.B, tenant uuid.UUID, n int) {
	inputs := make([]engine.CreateTask, n)
	for i := range inputs {
		inputs[i] = engine.CreateTask{
			Type: "bench", Capabilities: []string{"writing"},
			Payload: `{"language":"en","sections":["summary","outlook"],"title":"Quarterly report of the northern region"}`,
		}
	}
	if _, err := f.engine.CreateTasks(b.Context(), agent(tenant), inputs); err != nil {
		b.Fatal(err)
	}
}

// live lets tasks live without a request.
func (f *front) live(b *testing.B, tenant uuid.UUID) {
	f.create(b, tenant, batch)
	leases, err := f.engine.ClaimTasks(b.Context(), agent(tenant), engine.ClaimTasks{Capabilities: []string{"writing"}, MaxTasks: batch})
	if err != nil || len(leases) != batch {
		b.Fatalf("%d leases: %v", len(leases), err)
	}
	done := make([]engine.CompleteTask, len(leases))
	for i, lease := range leases {
		done[i] = engine.CompleteTask{LeaseID: lease.ID, Result: `{"pages":12,"summary":"as expected"}`}
	}
	if _, err := f.engine.CompleteTasks(b.Context(), agent(tenant), done); err != nil {
		b.Fatal(err)
	}
}

// claim claims a batch by a request and returns the leases.
func (f *front) claim(b *testing.B, tenant uuid.UUID) []string {
	var claimed struct {
		Data struct {
			ClaimTasks struct{ Leases []struct{ ID string } }
		}
	}
	if err := json.Unmarshal(f.post(b, tenant, claiming), &claimed); err != nil || len(claimed.Data.ClaimTasks.Leases) != batch {
		b.Fatalf("%d leases: %v", len(claimed.Data.ClaimTasks.Leases), err)
	}
	leases := make([]string, batch)
	for i, lease := range claimed.Data.ClaimTasks.Leases {
		leases[i] = lease.ID
	}
	return leases
}

// post sends a request and returns the answer, which must be one without errors. What it needs itself is little.
func (f *front) post(b *testing.B, tenant uuid.UUID, body string) []byte {
	r := (&http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: "/graphql"}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Host: "localhost", RemoteAddr: "127.0.0.1:4711", Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		Header: http.Header{
			"Content-Type": {"application/json"}, "X-Tenant-Id": {tenant.String()}, "X-Principal": {agent(tenant).Principal.String()},
		},
	}).WithContext(b.Context())
	w := &sink{header: http.Header{}}
	f.handler.ServeHTTP(w, r)
	if w.status != http.StatusOK || bytes.Contains(w.body, []byte(`"errors"`)) {
		b.Fatalf("%d %.500s", w.status, w.body)
	}
	return w.body
}

// sink is an answer, on a connection that bears deadlines.
type sink struct {
	header http.Header
	status int
	body   []byte
}

func (w *sink) Header() http.Header            { return w.header }
func (w *sink) WriteHeader(status int)         { w.status = status }
func (w *sink) Flush()                         {}
func (*sink) SetReadDeadline(time.Time) error  { return nil }
func (*sink) SetWriteDeadline(time.Time) error { return nil }
func (w *sink) Write(p []byte) (n int, err error) {
	w.body = append(w.body, p...)
	return len(p), nil
}
