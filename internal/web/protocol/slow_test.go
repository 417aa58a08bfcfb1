package protocol_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/web"
	"github.com/asyncgate/asyncgate/models"
)

// small makes the feed forget soon, so that whoever falls behind reads the ledger.
var small = feed.Options{Buffer: 64}

// receipts is what a test commits: each has 2 KiB, so that all together do not fit into any connection.
const receipts = 1500

// commit creates tasks, each with one receipt.
func (s *stage) commit(t *testing.T) {
	t.Helper()
	viewer, err := auth.Development{}.Authenticate(t.Context(), auth.Credentials{})
	if err != nil {
		t.Fatal(err)
	}
	input := engine.CreateTask{Type: "work"}
	for range models.MaxLabels / 4 {
		input.Tags = append(input.Tags, strings.Repeat("x", models.MaxLabelLength-8)+uuid.NewString()[:8])
	}
	for left := receipts; left > 0; left -= models.MaxBatchSize {
		inputs := make([]engine.CreateTask, min(left, models.MaxBatchSize))
		for i := range inputs {
			inputs[i] = input
		}
		if _, err := s.engine.CreateTasks(t.Context(), viewer, inputs); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReadersThatPause commits while readers pause: what they have not read is nowhere but in the ledger. Those that go on
// in time get it from there. The others hear that they were too slow, and their last cursors resume them.
func TestReadersThatPause(t *testing.T) {
	t.Parallel()
	s := newStage(t, small)
	ended := make(chan struct{}, 10)
	patient := s.front(t, func(o *web.Options) { o.WriteTimeout, o.KeepAlive = time.Hour, time.Hour })
	strict := s.front(t, func(o *web.Options) {
		o.WriteTimeout = 6 * time.Second
		o.Executor = watched{s.executor, ended}
	})
	const each = 6
	var inTime []subscriber
	tooSlow := map[string]subscriber{}
	for name, subscribe := range transports {
		for range each {
			inTime = append(inTime, subscribe(t, patient.url, models.LedgerStart))
		}
		tooSlow[name] = subscribe(t, strict.url, models.LedgerStart)
	}
	before := heap()
	s.commit(t)
	if grown := heap() - before; grown > 16<<20 { // in a queue for each of them it would be twice that
		t.Errorf("readers that pause hold %d MiB", grown>>20)
	}
	for i := 0; i < len(inTime); i += each { // one of each transport
		if _, code := inTime[i].take(t, 1, receipts); code != "" {
			t.Errorf("a stream that is read on ended with %s", code)
		}
	}
	for range tooSlow {
		select {
		case <-ended:
		case <-time.After(patience):
			t.Fatal("a stream goes on that is not read")
		}
	}
	for name, next := range tooSlow {
		cursor, code := next.take(t, 1, receipts)
		if code != string(models.CodeSubscriberTooSlow) {
			t.Fatalf("the %s ended with %q", name, code)
		}
		if _, ok := next(); ok {
			t.Errorf("something comes on the %s behind the error", name)
		}
		seq, err := models.ParseLedgerCursor(uuid.Nil, cursor)
		if err != nil {
			t.Fatal(err)
		}
		if _, code := transports[name](t, patient.url, cursor).take(t, seq+1, receipts); code != "" {
			t.Errorf("the resumed %s ended with %s", name, code)
		}
	}
}

func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// watched is an executor that tells when a subscription has ended.
type watched struct {
	*graph.Executor
	ended chan<- struct{}
}

// Subscribe watches the subscription's context.
func (w watched) Subscribe(ctx context.Context, op *graphql.OperationContext, ring func()) (graph.Subscription, *graphql.Response) {
	context.AfterFunc(ctx, func() { w.ended <- struct{}{} })
	return w.Executor.Subscribe(ctx, op, ring)
}
