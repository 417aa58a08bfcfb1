package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
	"github.com/asyncgate/asyncgate/models"
)

// serve starts servers, one for each database URL; several on one database are replicas.
func serve(tb testing.TB, program *testkit.Program, urls ...string) []*testkit.RunningServer {
	tb.Helper()
	var servers []*testkit.RunningServer
	for _, url := range urls {
		servers = append(servers, program.Serve(tb, []string{
			"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_LOG_LEVEL=warn", "ASYNCGATE_RATE_LIMIT_ENABLED=false",
		}))
	}
	return servers
}

// caller calls a server over HTTP: as anyone of a tenant, or with a key.
type caller struct {
	url, tenant, key string
	http             *http.Client
}

func newCaller(tb testing.TB, url, tenant string) *caller {
	tb.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	tb.Cleanup(transport.CloseIdleConnections)
	return &caller{url: url, tenant: tenant, http: &http.Client{Transport: transport}}
}

// request is a GraphQL request of a principal, over HTTP.
func (c *caller) request(ctx context.Context, principal, accept, document string, variables map[string]any) (*http.Request, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header = c.header(principal)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	return r, nil
}

func (c *caller) header(principal string) http.Header {
	if c.key != "" {
		return http.Header{"Authorization": {"Bearer " + c.key}}
	}
	return http.Header{"X-Tenant-Id": {c.tenant}, "X-Principal": {principal}}
}

// answer is a GraphQL response, and the payload of an event.
type answer struct {
	Data   json.RawMessage
	Errors []struct{ Message string }
}

func (a *answer) into(data any) error {
	if len(a.Errors) > 0 {
		return errors.New(a.Errors[0].Message)
	}
	return json.Unmarshal(a.Data, data)
}

// do makes a query or mutation and decodes its data.
func (c *caller) do(ctx context.Context, principal, document string, variables map[string]any, data any) error {
	r, err := c.request(ctx, principal, "application/json", document, variables)
	if err != nil {
		return err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var a answer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	return a.into(data)
}

// held is a task that a worker has claimed.
type held struct{ lease, task, owner string }

// create makes a task of the principal's.
func (c *caller) create(ctx context.Context, principal string) error {
	var data struct{ CreateTask struct{ Created bool } }
	return c.do(ctx, principal, createTask, map[string]any{"i": taskInput()}, &data)
}

// claim claims so many tasks at most, waiting so many seconds for the first.
func (c *caller) claim(ctx context.Context, most, wait int) ([]held, error) {
	var data struct {
		ClaimTasks struct {
			Leases []struct {
				ID   string
				Task struct {
					ID        string
					CreatedBy struct{ ID string }
				}
			}
		}
	}
	err := c.do(ctx, "worker:bench", `mutation($i: ClaimTasksInput!) { claimTasks(input: $i) { leases { id task { id createdBy { id } } } } }`,
		map[string]any{"i": map[string]any{"capabilities": []string{"writing"}, "maxTasks": most, "waitSeconds": wait}}, &data)
	if err != nil {
		return nil, err
	}
	var claimed []held
	for _, l := range data.ClaimTasks.Leases {
		claimed = append(claimed, held{lease: l.ID, task: l.Task.ID, owner: l.Task.CreatedBy.ID})
	}
	return claimed, nil
}

// complete completes tasks, each on its own.
func (c *caller) complete(ctx context.Context, tasks ...held) error {
	var reports []map[string]any
	for _, h := range tasks {
		reports = append(reports, map[string]any{"leaseId": h.lease, "summary": "written", "result": map[string]any{"pages": 12}})
	}
	if len(reports) == 1 {
		var data struct {
			CompleteTask struct{ Receipt struct{ Seq int64 } }
		}
		return c.do(ctx, "worker:bench", completeTask,
			map[string]any{"i": reports[0]}, &data)
	}
	var data struct {
		CompleteTasks []struct{ Error *struct{ Message string } }
	}
	err := c.do(ctx, "worker:bench", `mutation($i: [CompleteTaskInput!]!) { completeTasks(inputs: $i) { error { message } } }`,
		map[string]any{"i": reports}, &data)
	for _, r := range data.CompleteTasks {
		if r.Error != nil {
			err = errors.Join(err, errors.New(r.Error.Message))
		}
	}
	return err
}

// finish claims and completes as many tasks as one call may, and returns how many.
func (c *caller) finish(ctx context.Context) (int, error) {
	claimed, err := c.claim(ctx, models.MaxClaim, 0)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	return len(claimed), c.complete(ctx, claimed...)
}
