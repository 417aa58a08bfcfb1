package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asyncgate/asyncgate/client"
)

// TestLostAnswers: the server has done what it was asked, and its answer is lost. The call is repeated, and nothing is done twice.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		ctx := within(t)
		url := serve(t, databaseURL).URL
		sees := newClient(t, url, "agent:a")
		r := newRelay(t, url)
		var calls atomic.Int64
		r.losing(func(body []byte) bool { return bytes.Contains(body, []byte("mutation")) && calls.Add(1)%2 == 1 })
		agent, worker := newClient(t, r.URL, "agent:a"), newClient(t, r.URL, "worker:w")
		direct := newClient(t, url, "worker:w")

		claim := func() *client.Lease {
			t.Helper()
			leases := must(direct.ClaimTasks(ctx, client.ClaimTasksInput{Wait: 10 * time.Second}))(t)
			if len(leases) != 1 {
				t.Fatalf("claimed %d tasks, want 1", len(leases))
			}
			return leases[0]
		}
		must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "x", MaxAttempts: 3}))(t)
		lease := claim()
		must(worker.StartTask(ctx, lease.ID))(t)
		for sequence := range 3 {
			must(worker.ReportProgress(ctx, client.ReportProgressInput{LeaseID: lease.ID, Progress: "same", Sequence: sequence + 1}))(t)
		}
		must(worker.ReleaseLease(ctx, client.ReleaseLeaseInput{LeaseID: lease.ID}))(t)
		must(worker.FailTask(ctx, client.FailTaskInput{LeaseID: claim().ID, Error: 1, Retryable: true, RetryAfter: new(time.Duration)}))(t)
		must(worker.CompleteTask(ctx, client.CompleteTaskInput{LeaseID: claim().ID}))(t)
		batch := must(agent.CreateTasks(ctx, []client.CreateTaskInput{{Type: "y"}, {Type: "y"}}))(t)
		for _, created := range batch {
			must(agent.CancelTask(ctx, client.CancelTaskInput{TaskID: created.Task.ID}))(t)
		}
		must(agent.RetryTask(ctx, client.RetryTaskInput{TaskID: batch[0].Task.ID}))(t)

		got := map[client.ReceiptType]int{}
		for receipt, err := range must(sees.Receipts(ctx, client.ReceiptFilter{}, client.PageInput{}))(t).All(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			got[receipt.Type]++
		}
		want := map[client.ReceiptType]int{
			client.TaskAssignedReceipt: 4, client.TaskAcceptedReceipt: 3, client.TaskStartedReceipt: 1, client.TaskProgressReceipt: 3,
			client.LeaseReleasedReceipt: 1, client.TaskRetryScheduledReceipt: 1, client.TaskCompletedReceipt: 1,
			client.TaskCanceledReceipt: 2, client.TaskResultReadyReceipt: 3,
		}
		for kind, n := range want {
			if got[kind] != n {
				t.Errorf("%d receipts %s, want %d", got[kind], kind, n)
			}
		}

		// A claim that is lost is told, not repeated: the lease is there.
		must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "z"}))(t)
		calls.Store(0)
		_, err := worker.ClaimTasks(ctx, client.ClaimTasksInput{Types: []string{"z"}})
		var e *client.Error
		if !errors.As(err, &e) || e.Code != client.CodeUnavailable || !e.Retryable || calls.Load() != 1 {
			t.Errorf("a lost claim: %v after %d calls", err, calls.Load())
		}
		if held := must(direct.Leases(ctx, client.LeaseFilter{States: []client.LeaseState{client.LeaseActive}}, client.PageInput{}))(t); len(held.Nodes) != 1 {
			t.Errorf("it holds %d leases, want 1", len(held.Nodes))
		}
	})
}

// TestGivesUp: a call ends with its retries, or with its context, and says why.
func TestGivesUp(t *testing.T) {
	t.Parallel()
	broken := errors.New("the cable is out")
	var calls atomic.Int64
	transport := roundTripper(func(*http.Request) (*http.Response, error) {
		calls.Add(1)
		return nil, broken
	})
	c, err := client.New("http://127.0.0.1:1", client.Options{HTTPClient: &http.Client{Transport: transport}, Retries: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Viewer(t.Context()); !errors.Is(err, broken) || client.CodeOf(err) != client.CodeUnavailable || calls.Load() != 3 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	if _, err := c.Viewer(ctx); !errors.Is(err, enough) {
		t.Errorf("the context's end: %v", err)
	}
}

// TestRetryAfter: who is told to wait waits for at least that long; so does a claim, which the server has not begun.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		transport := roundTripper(func(*http.Request) (*http.Response, error) {
			if calls.Add(1)%2 == 1 {
				return &http.Response{
					StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}},
					Body: io.NopCloser(strings.NewReader(`{"errors": [{"message": "slow down", "extensions": {"code": "RATE_LIMITED", "retryable": true}}]}`)),
				}, nil
			}
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"data": {"ledgerHead": "0", "claimTasks": {}}}`))}, nil
		})
		c := must(client.New("http://127.0.0.1:1", client.Options{HTTPClient: &http.Client{Transport: transport}}))(t)
		for name, do := range map[string]func() error{
			"a query": func() error { _, err := c.LedgerHead(t.Context()); return err },
			"a claim": func() error { _, err := c.ClaimTasks(t.Context(), client.ClaimTasksInput{}); return err },
		} {
			began := time.Now()
			if err := do(); err != nil || time.Since(began) < 7*time.Second || time.Since(began) > 8*time.Second {
				t.Errorf("%s: %v after %s", name, err, time.Since(began))
			}
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
