package prometheus_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// caller calls a server in development mode.
type caller struct {
	url  string
	http *http.Client
}

// load keeps a server busy with all that its figures tell of, until the test ends: tasks live their lives, leases run out, calls
// are refused, somebody follows.
func load(t *testing.T, url string) {
	t.Helper()
	c := &caller{url: url + "/graphql", http: &http.Client{Transport: &http.Transport{}}}
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	t.Cleanup(func() {
		stop()
		busy.Wait()
		c.http.CloseIdleConnections()
	})
	busy.Go(func() {
		_, _ = c.do(ctx, "text/event-stream", "", `subscription { receipts { cursor } }`) // until it is stopped
	})
	busy.Go(func() {
		for tick := time.Tick(50 * time.Millisecond); ctx.Err() == nil; {
			c.life(ctx, t)
			select {
			case <-tick:
			case <-ctx.Done():
			}
		}
	})
}

// life is that of a task which is completed, and of another whose worker is lost.
func (c *caller) life(ctx context.Context, t *testing.T) {
	answer, err := c.do(ctx, "application/json", "", `mutation {
		a: createTask(input: {type: "load"}) { created } b: createTask(input: {type: "load"}) { created }
		claimTasks(input: {maxTasks: 2}) { leases { id } }
	}`)
	var got struct {
		Data struct {
			ClaimTasks struct{ Leases []struct{ ID string } }
		}
	}
	if err == nil {
		err = json.Unmarshal(answer, &got)
	}
	if ctx.Err() != nil {
		return
	}
	if err != nil || len(got.Data.ClaimTasks.Leases) == 0 {
		t.Errorf("nothing to claim: %v: %s", err, answer)
		return
	}
	_, _ = c.do(ctx, "application/json", "", `mutation { completeTask(input: {leaseId: "`+got.Data.ClaimTasks.Leases[0].ID+`"}) { task { status } } }`)
	_, _ = c.do(ctx, "application/json", "", `mutation { createTask(input: {type: ""}) { created } }`)
	_, _ = c.do(ctx, "application/json", "https://elsewhere.example", `{ ledgerHead }`)
}

// do returns the whole answer. Refusals are answers.
func (c *caller) do(ctx context.Context, accept, origin, query string) ([]byte, error) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	request.Header.Set("X-Principal", "agent:load")
	if origin != "" {
		request.Header.Set("Origin", origin)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}
