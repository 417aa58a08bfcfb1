package graph_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// observed writes down what the executor tells.
type observed struct {
	mu    sync.Mutex
	lines []string
}

func (o *observed) note(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, fmt.Sprintf(format, args...))
}

// take returns what was told since the last time, in no order.
func (o *observed) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := o.lines
	o.lines = nil
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

func (o *observed) Answered(operation, code string, took time.Duration) {
	o.note("%s %s", operation, code)
	if took < 0 {
		o.note("%s took %s", operation, took)
	}
}
func (o *observed) Refused(code string)            { o.note("refused %s", code) }
func (o *observed) Subscribed(name string)         { o.note("subscribed %s", name) }
func (o *observed) Delivered(name string)          { o.note("delivered %s", name) }
func (o *observed) Unsubscribed(name, code string) { o.note("unsubscribed %s %s", name, code) }
func (o *observed) eventually(t *testing.T, want string) {
	t.Helper()
	var got string
	deadline := time.After(time.Minute)
	for tick := time.Tick(time.Millisecond); ; {
		if more := o.take(); more != "" {
			got = strings.TrimPrefix(got+", "+more, ", ")
		}
		if got == want {
			return
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("told %q, want %q", got, want)
		}
	}
}

// observedStages runs a test on both databases with an observer.
func observedStages(t *testing.T, test func(t *testing.T, s *stage, o *observed)) {
	t.Helper()
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   sqliteURL,
		"postgres": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &observed{}
			test(t, newStage(t, url(t), store.Options{}, graph.Options{Observer: o, MaxDepth: 5}), o)
		})
	}
}

// Each root field is told of by its name, with the code of what went wrong below it.
func TestObserverHearsOfOperations(t *testing.T) {
	t.Parallel()
	observedStages(t, func(t *testing.T, s *stage, o *observed) {
		for query, want := range map[string]string{
			`{ __typename }`:                      "__typename OK",
			`{ __schema { queryType { name } } }`: "__schema OK",
			`{ viewer { principal { id } } ledgerHead again: ledgerHead }`:                                                        "ledger_head OK, ledger_head OK, viewer OK",
			`mutation { a: createTask(input: {type: "t"}) { created } b: createTask(input: {type: ""}) { created } }`:             "create_task BAD_USER_INPUT, create_task OK",
			`{ task(id: "5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a99") { id } ...more } fragment more on Query { queueStats { count } }`: "queue_stats OK, task OK",
			`{ lease(`:    "refused GRAPHQL_PARSE_FAILED",
			`{ nothing }`: "refused GRAPHQL_VALIDATION_FAILED",
			`{ receipts { nodes { parents { parents { parents { parents { id } } } } } } }`: "refused QUERY_TOO_COMPLEX",
			`query($n: Int!) { tasks(first: $n) { nodes { id } } }`:                         "refused GRAPHQL_VALIDATION_FAILED",
			`subscription { receipts(after: "no cursor") { cursor } }`:                      "refused BAD_USER_INPUT",
		} {
			s.do(t, query, "")
			if got := o.take(); got != want {
				t.Errorf("%s: told %q, want %q", query, got, want)
			}
		}
		s.as(viewer("reader", models.ScopeRead)).do(t, `mutation { createTask(input: {type: "t"}) { created } }`, "")
		if got := o.take(); got != "refused FORBIDDEN" {
			t.Errorf("told %q", got)
		}
		gone, cancel := context.WithCancel(s.context(t.Context()))
		waits := s.create(t)
		o.take()
		time.AfterFunc(20*time.Millisecond, cancel)
		s.doIn(gone, t, fmt.Sprintf(`{ awaitTask(id: %q, timeoutSeconds: 30) { id } }`, waits), "")
		if got := o.take(); got != "await_task CANCELED" {
			t.Errorf("told %q", got)
		}
	})
}

func TestObserverHearsOfSubscriptions(t *testing.T) {
	t.Parallel()
	observedStages(t, func(t *testing.T, s *stage, o *observed) {
		ctx, cancel := context.WithCancel(s.context(t.Context()))
		next := s.subscribe(ctx, t, `subscription { receipts { cursor } }`, "")
		if got := o.take(); got != "subscribed receipts" {
			t.Errorf("told %q", got)
		}
		s.create(t)
		next()
		o.eventually(t, "create_task OK, delivered receipts")
		cancel()
		o.eventually(t, "unsubscribed receipts OK")

		ctx, end := context.WithCancelCause(s.context(t.Context()))
		s.subscribe(ctx, t, `subscription { leaseEnded { id } }`, "")
		end(models.Errorf(models.CodeSubscriberTooSlow, "too slow"))
		o.eventually(t, "subscribed lease_ended, unsubscribed lease_ended SUBSCRIBER_TOO_SLOW")
	})
}

// The names are those of the schema, one verb one name.
func TestOperations(t *testing.T) {
	t.Parallel()
	operations, subscriptions := graph.Operations()
	if !slices.Contains(operations, "create_task") || !slices.Contains(operations, "queue_stats") || len(operations) != len(slices.Compact(operations)) {
		t.Errorf("operations: %v", operations)
	}
	if want := []string{"lease_ended", "receipts", "result_ready", "task_available"}; !slices.Equal(subscriptions, want) {
		t.Errorf("subscriptions: %v", subscriptions)
	}
}
