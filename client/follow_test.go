package client_test

import (
	"context"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/client"
)

// followed is an element of a subscription.
type followed[E any] struct {
	event E
	err   error
}

// follow reads a subscription in the background until ctx ends.
func follow[E any](ctx context.Context, events iter.Seq2[E, error]) <-chan followed[E] {
	out := make(chan followed[E])
	go func() {
		for event, err := range events {
			select {
			case out <- followed[E]{event, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// finish creates a task and completes it with a number.
func finish(ctx context.Context, t *testing.T, agent, worker *client.Client, n int) {
	t.Helper()
	must(agent.CreateTask(ctx, client.CreateTaskInput{Type: "count"}))(t)
	for {
		leases, err := worker.ClaimTasks(ctx, client.ClaimTasksInput{Wait: 20 * time.Second})
		if client.CodeOf(err) == client.CodeUnavailable {
			continue
		}
		if err != nil || len(leases) != 1 {
			t.Fatalf("claimed %d: %v", len(leases), err)
		}
		must(worker.CompleteTask(ctx, client.CompleteTaskInput{LeaseID: leases[0].ID, Completion: client.Completion{Result: n}}))(t)
		return
	}
}

func eventStream(body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}},
		Body: io.NopCloser(strings.NewReader(body)),
	}
}
