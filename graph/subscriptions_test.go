package graph_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func TestReceiptsStreamResumesBehindACursor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		head := text(t, s.must(t, "{ ledgerHead }", ""), "ledgerHead")
		s.create(t)
		s.claim(t)
		const query = "subscription($after: String) { receipts(after: $after) { cursor receipt { type seq isOpen } } }"
		next := s.subscribe(s.context(t.Context()), t, query, fmt.Sprintf(`{"after": %q}`, head))
		first := next()
		if got := text(t, first.Data, "receipts.receipt.type"); got != "TASK_ASSIGNED" {
			t.Fatalf("first %s", got)
		}
		cursor := text(t, first.Data, "receipts.cursor")
		resumed := s.subscribe(s.context(t.Context()), t, query, fmt.Sprintf(`{"after": %q}`, cursor))
		for _, stream := range []func() *answer{next, resumed} {
			if got := text(t, stream().Data, "receipts.receipt.type"); got != "TASK_ACCEPTED" {
				t.Errorf("second %s", got)
			}
		}
	})
}

func TestNestedFieldsOfEventsAreNeverStale(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		next := s.subscribe(s.context(t.Context()), t, `subscription { receipts(filter: {types: [TASK_STARTED, TASK_PROGRESS]})
			{ receipt { type task { status progress { data } } } } }`, "")
		s.create(t)
		lease := s.claim(t)
		for i := range 3 {
			s.must(t, fmt.Sprintf("mutation { reportProgress(input: {leaseId: %q, progress: %d}) { task { id } } }", lease, i), "")
			event := next()
			if i == 0 { // the first report also starts
				event = next()
			}
			if got := at(t, event.Data, "receipts.receipt.task.progress.data"); fmt.Sprint(got) != fmt.Sprint(i) {
				t.Errorf("progress %v after report %d", got, i)
			}
		}
	})
}

func TestStreamThatEndsWithAnErrorSaysSoOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	hub := feed.New(s.store, feed.Options{})
	t.Cleanup(hub.Close)
	s.executor = graph.New(graph.Options{Store: s.store, Engine: s.engine, Feed: hub})
	next := s.subscribe(s.context(t.Context()), t, `subscription { receipts(after: "0") { cursor receipt { id } } }`, "")
	for range 3 {
		s.create(t)
	}
	hub.Close() // streams end, whatever their readers are doing
	var last *answer
	for event := next(); event != nil; event = next() {
		if last != nil && len(last.Errors) > 0 {
			t.Fatal("an event behind the error")
		}
		last = event
	}
	if last == nil || last.code(t) != string(models.CodeUnavailable) || last.executed {
		t.Fatalf("the last response is %v", last)
	}
	if last.Errors[0].Extensions["retryable"] != true {
		t.Errorf("extensions %v", last.Errors[0].Extensions)
	}
}

func TestSubscriptionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	ctx, cancel := context.WithCancel(s.context(t.Context()))
	next := s.subscribe(ctx, t, "subscription { leaseEnded { id } }", "")
	time.AfterFunc(10*time.Millisecond, cancel)
	if event := next(); event != nil {
		t.Errorf("got %v", event)
	}
}

func TestSubscriptionThatCannotStartIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	for query, want := range map[string]string{
		`subscription { receipts(after: "nonsense") { cursor } }`:                                      "BAD_USER_INPUT",
		`subscription { receipts(filter: {taskId: "1"}) { cursor } }`:                                  "BAD_USER_INPUT",
		`subscription { resultReady(principal: {kind: AGENT, id: ""}) { cursor } }`:                    "BAD_USER_INPUT",
		`subscription { __typename }`:                                                                  "GRAPHQL_VALIDATION_FAILED",
		`subscription { leaseEnded @skip(if: true) { id } }`:                                           "GRAPHQL_VALIDATION_FAILED",
		`subscription { ...f } fragment f on Subscription { leaseEnded @include(if: false) { id } }`:   "GRAPHQL_VALIDATION_FAILED",
		`subscription { ...f @skip(if: true) } fragment f on Subscription { leaseEnded { id } }`:       "GRAPHQL_VALIDATION_FAILED",
		`subscription { leaseEnded { id } taskAvailable { type } }`:                                    "GRAPHQL_VALIDATION_FAILED",
		`subscription { a: leaseEnded { id } b: leaseEnded { id } }`:                                   "GRAPHQL_VALIDATION_FAILED",
		`subscription { leaseEnded { id } ...f } fragment f on Subscription { b: leaseEnded { id } }`:  "GRAPHQL_VALIDATION_FAILED",
		`subscription { taskAvailable(types: [""]) { type } }`:                                         "BAD_USER_INPUT",
		`subscription { taskAvailable(capabilities: [""]) { type } }`:                                  "BAD_USER_INPUT",
		`subscription($b: Boolean! = true) { leaseEnded @skip(if: $b) { id } }`:                        "GRAPHQL_VALIDATION_FAILED",
		`subscription { ... on Subscription { ... @include(if: false) { taskAvailable { type } } } } `: "GRAPHQL_VALIDATION_FAILED",
	} {
		event := s.subscribe(s.context(t.Context()), t, query, "")()
		if event == nil || event.code(t) != want || event.executed {
			t.Errorf("%s: %v", query, event)
		}
	}
}

func TestErrorOfAnEventHasItsWholePath(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{Now: func() time.Time { panic("no clock") }})
	next := s.subscribe(s.context(t.Context()), t, "subscription { all: receipts { receipt { task { eligibility { reason } } } } }", "")
	s.create(t)
	event := next()
	if len(event.Errors) != 1 || event.Errors[0].Path.String() != "all.receipt.task.eligibility" {
		t.Errorf("errors %v", event.Errors)
	}
}
