package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// client calls a server as its users do: with a key, or in the tenant of development mode.
type client struct {
	url  string
	http *http.Client
	key  string
}

func newClient(t *testing.T, url string) *client {
	t.Helper()
	c := &client{url: url, http: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// refusal is an answer with an error. Any other failure to get an answer is the connection's.
type refusal struct {
	Message    string `json:"message"`
	Extensions struct {
		Code      string `json:"code"`
		Retryable bool   `json:"retryable"`
	} `json:"extensions"`
}

func (r *refusal) Error() string { return r.Extensions.Code + ": " + r.Message }

func codeOf(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.Extensions.Code
	}
	return ""
}

// envelope is a GraphQL response, as an answer or as an event.
type envelope struct {
	Data   json.RawMessage `json:"data"`
	Errors []*refusal      `json:"errors"`
}

func (e *envelope) into(target any) error {
	if len(e.Errors) > 0 {
		return e.Errors[0]
	}
	return json.Unmarshal(e.Data, target)
}

func (c *client) post(ctx context.Context, accept, principal, query string, variables any) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	c.identify(request.Header, principal)
	return c.http.Do(request)
}

// identify says who calls. Who has a key is whom it speaks for, whatever principal says.
func (c *client) identify(h http.Header, principal string) {
	if c.key != "" {
		h.Set("Authorization", "Bearer "+c.key)
	} else {
		h.Set("X-Principal", principal)
	}
}

// with returns the client with another key.
func (c *client) with(key string) *client { return &client{url: c.url, http: c.http, key: key} }

// do makes a query or mutation and decodes its data.
func (c *client) do(ctx context.Context, principal, query string, variables, target any) error {
	response, err := c.post(ctx, "application/json", principal, query, variables)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	answer := &envelope{}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%s: %w: %s", response.Status, err, text)
	}
	return answer.into(target)
}

// must is do for what can't fail.
func (c *client) must(t *testing.T, principal, query string, variables, target any) {
	t.Helper()
	if err := c.do(t.Context(), principal, query, variables, target); err != nil {
		t.Fatal(err)
	}
}

// create creates a task and returns its id.
func (c *client) create(ctx context.Context, input map[string]any) (string, error) {
	var got struct {
		CreateTask struct{ Task struct{ ID string } }
	}
	err := c.do(ctx, "agent:planner", `mutation($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }`,
		map[string]any{"input": input}, &got)
	return got.CreateTask.Task.ID, err
}

func (c *client) mustCreate(t *testing.T, taskType string) string {
	t.Helper()
	id, err := c.create(t.Context(), map[string]any{"type": taskType})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// claim claims tasks of a type and returns the ids of their leases and of themselves.
func (c *client) claim(ctx context.Context, taskType string, most, wait int) (leases, tasks []string, err error) {
	var got struct {
		ClaimTasks struct {
			Leases []struct {
				ID   string
				Task struct{ ID string }
			}
		}
	}
	err = c.do(ctx, "worker:builder", `mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { leases { id task { id } } } }`,
		map[string]any{"input": map[string]any{"types": []string{taskType}, "maxTasks": most, "waitSeconds": wait}}, &got)
	for _, l := range got.ClaimTasks.Leases {
		leases, tasks = append(leases, l.ID), append(tasks, l.Task.ID)
	}
	return leases, tasks, err
}

// ledgerReceipt is what the tests read of a receipt.
type ledgerReceipt struct {
	Seq  int64
	Type string
	Task *struct{ ID, Status string }
}

// mustReadLedger returns the whole ledger, oldest first.
func (c *client) mustReadLedger(t *testing.T) []ledgerReceipt {
	t.Helper()
	var all []ledgerReceipt
	for after := "0"; ; {
		var got struct {
			Receipts struct {
				Nodes    []ledgerReceipt
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		c.must(t, "agent:planner", `query($after: String) { receipts(after: $after, first: 200) { nodes { seq type task { id status } } pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": after}, &got)
		all = append(all, got.Receipts.Nodes...)
		if !got.Receipts.PageInfo.HasNextPage {
			return all
		}
		after = got.Receipts.PageInfo.EndCursor
	}
}
