package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/client/asyncgatetest"
)

// TestSubscribeRestart: the server restarts in the middle, and connections are cut again and again. Every result comes, in order, and
// none twice.
func TestSubscribeRestart(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		ctx := within(t)
		server := serve(t, databaseURL)
		r := newRelay(t, server.URL)
		const total = 24
		results := follow(ctx, newClient(t, r.URL, "agent:a").SubscribeResultReady(ctx, client.ResultReadyInput{After: "0"}))
		receipts := follow(ctx, newClient(t, r.URL, "agent:b").SubscribeReceipts(ctx,
			client.ReceiptFilter{Types: []client.ReceiptType{client.TaskResultReadyReceipt}}, "0"))
		agent, worker := newClient(t, r.URL, "agent:a"), newClient(t, r.URL, "worker:w")
		var seqs []int64
		for i := range total {
			finish(ctx, t, agent, worker, i)
			switch i {
			case 5: // a crash, and another server
				r.cut(true)
				server.Kill()
				server = serve(t, databaseURL)
				r.to(t, server.URL)
				r.cut(false)
			case 10, 20:
				r.cut(false)
			case 15: // an operator's restart: a server that drains ends its streams
				server.Stop()
				server = serve(t, databaseURL)
				r.to(t, server.URL)
			}
		}
		for i := range total {
			got, other := <-results, <-receipts
			if got.err != nil || other.err != nil {
				t.Fatal(got.err, other.err)
			}
			var n int
			if err := json.Unmarshal(got.event.Task.Outcome.Result, &n); err != nil || n != i {
				t.Fatalf("result %d is %s (%v)", i, got.event.Task.Outcome.Result, err)
			}
			if other.event.Receipt.ID != got.event.Receipt.ID {
				t.Fatalf("the two subscriptions differ at %d", i)
			}
			seqs = append(seqs, got.event.Receipt.Seq)
		}
		if !slices.IsSorted(seqs) {
			t.Errorf("out of order: %v", seqs)
		}
	})
}

// TestSubscribeUnacknowledged: a subscription that is cut while it replays goes on with what it has not given, and gives nothing
// that was acknowledged.
func TestSubscribeUnacknowledged(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	server := asyncgatetest.Start(t)
	r := newRelay(t, server.URL)
	agent, worker := server.Client("agent:a"), server.Client("worker:w")
	const before, after = 9, 5
	acknowledged := func(i int) bool { return i%3 == 1 }
	head := must(agent.LedgerHead(ctx))(t)
	for i := range before {
		finish(ctx, t, agent, worker, i)
		result := must(agent.Receipts(ctx, client.ReceiptFilter{Types: []client.ReceiptType{client.TaskResultReadyReceipt}}, client.PageInput{After: head}))(t).Nodes[i]
		if acknowledged(i) {
			must(agent.AcknowledgeReceipt(ctx, client.AcknowledgeReceiptInput{ReceiptID: result.ID}))(t)
		}
	}
	var got, want []string
	for i := range before {
		if !acknowledged(i) {
			want = append(want, strconv.Itoa(i))
		}
	}
	replayed := len(want)
	for i := range after {
		want = append(want, strconv.Itoa(before+i))
	}
	for event, err := range newClient(t, r.URL, "agent:a").SubscribeResultReady(ctx, client.ResultReadyInput{Unacknowledged: true}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(event.Task.Outcome.Result))
		if len(got) == replayed { // the rest comes while it is followed
			for i := range after {
				finish(ctx, t, agent, worker, before+i)
			}
		}
		if len(got) == len(want) {
			break
		}
		r.cut(false)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSubscribeEnds: a refusal for good ends a subscription, and so does its context.
func TestSubscribeEnds(t *testing.T) {
	t.Parallel()
	server := asyncgatetest.Start(t)
	agent := server.Client("agent:a")
	var last error
	for _, err := range agent.SubscribeReceipts(within(t), client.ReceiptFilter{}, "nowhere") {
		last = err
	}
	if client.CodeOf(last) != client.CodeBadUserInput {
		t.Errorf("a bad cursor: %v", last)
	}
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(enough) })
	for _, err := range agent.SubscribeReceipts(ctx, client.ReceiptFilter{}, "") {
		last = err
	}
	if !errors.Is(last, enough) {
		t.Errorf("the context's end: %v", last)
	}
}

// TestSubscribeTaskAvailable: who waits for work is woken by what it can do.
func TestSubscribeTaskAvailable(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	server := asyncgatetest.Start(t)
	agent := server.Client("agent:a")
	woken := follow(ctx, server.Client("worker:w").SubscribeTaskAvailable(ctx, client.TaskAvailableInput{Types: []string{"b"}}))
	for {
		must(agent.CreateTasks(ctx, []client.CreateTaskInput{{Type: "a"}, {Type: "b"}}))(t)
		select {
		case got := <-woken:
			if got.err != nil || got.event.Type != "b" {
				t.Errorf("woken by %+v", got)
			}
			return
		case <-time.After(10 * time.Millisecond): // it may not have stood yet, and nothing is replayed
		}
	}
}

// TestSubscribeRevoked: a key that is revoked ends its subscriptions.
func TestSubscribeRevoked(t *testing.T) {
	t.Parallel()
	answers := []string{
		"event: next\ndata: {\"errors\":[{\"message\":\"busy\",\"extensions\":{\"code\":\"SUBSCRIBER_TOO_SLOW\",\"retryable\":true}}]}\n\nevent: complete\ndata:\n\n",
		"event: next\ndata: {\"errors\":[{\"message\":\"revoked\",\"extensions\":{\"code\":\"UNAUTHENTICATED\",\"retryable\":false}}]}\n\nevent: complete\ndata:\n\n",
	}
	connections := 0
	c := must(client.New("http://127.0.0.1:1", client.Options{HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		connections++
		return eventStream(answers[connections-1]), nil
	})}}))(t)
	var last error
	for _, err := range c.SubscribeLeaseEnded(within(t)) {
		last = err
	}
	if client.CodeOf(last) != client.CodeUnauthenticated || connections != 2 {
		t.Errorf("%v after %d connections", last, connections)
	}
}
