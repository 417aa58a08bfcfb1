package graph_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// counted subscribes, and counts the statements of the subscription.
func (s *stage) counted(t *testing.T, query, variables string) (next func() *answer, statements *store.Counter) {
	t.Helper()
	statements = &store.Counter{}
	return s.subscribe(store.WithCounter(s.context(t.Context()), statements), t, query, variables), statements
}

func TestEventIsExecutedOnceForAllThatAskTheSame(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		const query = `subscription($types: [ReceiptType!], $n: Int) {
			receipts(filter: {types: $types}) { receipt { seq task { status leases(first: $n) { nodes { id } } } } } }`
		first, _ := s.counted(t, query, `{"n": 2}`)
		for name, tt := range map[string]struct {
			as        models.Viewer
			query     string
			variables string
			shared    bool
		}{
			"the same, by the same":         {s.viewer, query, `{"n": 2}`, true},
			"the same of other receipts":    {s.viewer, query, `{"n": 2, "types": ["TASK_ASSIGNED", "TASK_ACCEPTED"]}`, true},
			"the same, by another":          {viewer("other", s.viewer.Scopes...), query, `{"n": 2}`, true},
			"with other scopes":             {viewer("planner", models.ScopeRead), query, `{"n": 2}`, false},
			"with other variables below it": {s.viewer, query, `{"n": 1}`, false},
			"by another document":           {s.viewer, query + " ", `{"n": 2}`, false},
		} {
			next, statements := s.as(tt.as).counted(t, tt.query, tt.variables)
			s.create(t)
			first() // the first may be read from the ledger, before the follower is there
			next()
			before := statements.Load()
			s.create(t)
			want, got := first(), next()
			if fmt.Sprint(want.Data) != fmt.Sprint(got.Data) || len(got.Errors) > 0 {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
			if shared := statements.Load() == before; shared != tt.shared {
				t.Errorf("%s: shared %v, want %v", name, shared, tt.shared)
			}
		}
	})
}

// TestSharedAnswersDoNotGoBackInTime lets one subscription lie behind another: what it shows of the task is never older than
// the event, nor than what it has shown before.
func TestSharedAnswersDoNotGoBackInTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		const query = `subscription { receipts(filter: {types: [TASK_PROGRESS]}) { receipt { task { progress { data } } } } }`
		ahead, behind := s.subscribe(s.context(t.Context()), t, query, ""), s.subscribe(s.context(t.Context()), t, query, "")
		s.create(t)
		lease := s.claim(t)
		const reports = 6
		shown := -1
		for i := range reports {
			s.must(t, fmt.Sprintf("mutation { reportProgress(input: {leaseId: %q, progress: %d}) { task { id } } }", lease, i), "")
			ahead()
			if i%2 == 0 {
				shown = progressShown(t, behind(), max(shown, i/2))
			}
		}
		for i := reports / 2; i < reports; i++ {
			shown = progressShown(t, behind(), max(shown, i))
		}
	})
}

func progressShown(t *testing.T, event *answer, atLeast int) (shown int) {
	t.Helper()
	data := fmt.Sprint(at(t, event.Data, "receipts.receipt.task.progress.data"))
	if _, err := fmt.Sscan(data, &shown); err != nil || shown < atLeast {
		t.Errorf("progress %s, want at least %d", data, atLeast)
	}
	return shown
}

func TestErrorsOfEventsAreNotShared(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{Now: func() time.Time { panic("no clock") }})
	const query = "subscription { receipts { receipt { task { eligibility { reason } } } } }"
	one, _ := s.counted(t, query, "")
	two, statements := s.counted(t, query, "")
	before := statements.Load()
	s.create(t)
	for _, next := range []func() *answer{one, two} {
		if event := next(); event.code(t) != string(models.CodeInternal) {
			t.Errorf("got %v", event)
		}
	}
	if statements.Load() == before {
		t.Error("the second was not executed")
	}
}
