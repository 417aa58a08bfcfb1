package bench_test

import (
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/metrics"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// BenchmarkMetrics measures what the metrics add to createTask through the GraphQL executor, and to the smallest query, which
// needs no database.
func BenchmarkMetrics(b *testing.B) {
	for name, query := range map[string]string{
		"createTask": `mutation { createTask(input: {type: "bench", payload: {title: "Quarterly report"}}) { created task { id } } }`,
		"viewer":     `{ viewer { tenantId } }`,
	} {
		for _, watched := range []string{"off", "on"} {
			b.Run(name+"/metrics="+watched, func(b *testing.B) {
				s := openStage(b, sqliteURL(b), store.Options{})
				run := openExecutor(b, s, watched == "on")
				b.ReportAllocs()
				for b.Loop() {
					run(b, query)
				}
			})
		}
	}
}

// openExecutor returns what runs a query, with rooms of its own on the stage's store.
func openExecutor(b *testing.B, s *stage, watched bool) func(b *testing.B, query string) {
	b.Helper()
	var (
		feedOptions   feed.Options
		engineOptions = engine.Options{Rules: models.DefaultRules()}
		graphOptions  graph.Options
	)
	if watched {
		operations, subscriptions := graph.Operations()
		m := metrics.New(metrics.Options{Operations: operations, Subscriptions: subscriptions})
		feedOptions.Observer, engineOptions.Observer, graphOptions.Observer = m.Feed, m.Engine, m.Operations
	}
	hub := feed.New(s.store, feedOptions)
	b.Cleanup(hub.Close)
	engineOptions.Bell = hub
	e := engine.New(s.store, engineOptions)
	b.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	graphOptions.Store, graphOptions.Engine, graphOptions.Feed = s.store, e, hub
	executor := graph.New(graphOptions)
	ctx := auth.WithViewer(trace.WithID(b.Context(), trace.New()), agent(uuid.New()))
	return func(b *testing.B, query string) {
		op, errs := executor.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
		if errs != nil {
			b.Fatal(errs)
		}
		next, ctx := executor.DispatchOperation(ctx, op)
		if response := next(ctx); len(response.Errors) > 0 {
			b.Fatal(response.Errors)
		}
	}
}
