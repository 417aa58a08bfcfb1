package bench_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/store"
)

// costs counts what no other load on the machine changes: the allocations of a call, from its HTTP request to the recorder of
// its response, and its SQL statements. One call follows the other, so nothing is shared with a neighbour in a batch.
func costs(b *testing.B, r *run) {
	for _, d := range []struct{ name, url string }{{"PostgreSQL", r.database(b, "costs")}, {"SQLite", sqliteURL(b)}} {
		b.Run(d.name, func(b *testing.B) {
			_, front := serveInProcess(b, d.url)
			c := counter{front: front, tenant: uuid.NewString()}
			calls := pick(r, 1_000, 40)
			c.count(b, calls, "createTask", "agent:bench", createTask, func() any { return taskInput() })
			c.count(b, calls/4, "openObligations(200)", "agent:bench", openObligations, nil)
			c.count(b, calls, "claimTasks(1)", "worker:bench", claimTasks, func() any { return map[string]any{"capabilities": []string{"writing"}} })
			leases := c.leases
			c.count(b, calls, "completeTask", "worker:bench", completeTask, func() any {
				lease := leases[0]
				leases = leases[1:]
				return map[string]any{"leaseId": lease, "summary": "written", "result": map[string]any{"pages": 12}}
			})
			for _, line := range c.lines {
				r.table.words(line[0]+", "+d.name, line[1])
			}
		})
	}
}

// counter calls a front without a network and counts.
type counter struct {
	front  http.Handler
	tenant string
	leases []string    // that claims have brought
	lines  [][2]string // operation and what it costs
}

// count makes so many calls of a document and keeps what one of them costs.
func (c *counter) count(b *testing.B, calls int, name, principal, document string, input func() any) {
	b.Helper()
	requests, answers := make([]*http.Request, calls), make([]*httptest.ResponseRecorder, calls)
	var statements store.Counter
	for i := range requests {
		variables := map[string]any{}
		if input != nil {
			variables["i"] = input()
		}
		body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
		if err != nil {
			b.Fatal(err)
		}
		requests[i] = httptest.NewRequestWithContext(store.WithCounter(b.Context(), &statements), http.MethodPost, "http://localhost/graphql", bytes.NewReader(body))
		requests[i].Header = http.Header{"Content-Type": {"application/json"}, "X-Tenant-Id": {c.tenant}, "X-Principal": {principal}}
		answers[i] = httptest.NewRecorder()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i, r := range requests {
		c.front.ServeHTTP(answers[i], r)
	}
	runtime.ReadMemStats(&after)
	for _, a := range answers {
		c.read(b, a)
	}
	c.lines = append(c.lines, [2]string{"a call of " + name, fmt.Sprintf("%s allocations, %.1f KB, %s statements",
		count(int(after.Mallocs-before.Mallocs)/calls), float64(after.TotalAlloc-before.TotalAlloc)/1e3/float64(calls),
		quantity{value: float64(statements.Load()) / float64(calls)})})
}

func (c *counter) read(b *testing.B, a *httptest.ResponseRecorder) {
	b.Helper()
	var said struct {
		Errors []any
		Data   struct {
			ClaimTasks struct{ Leases []struct{ ID string } }
		}
	}
	if err := json.Unmarshal(a.Body.Bytes(), &said); err != nil || len(said.Errors) > 0 {
		b.Fatalf("%d %.300s: %v", a.Code, a.Body, err)
	}
	for _, l := range said.Data.ClaimTasks.Leases {
		c.leases = append(c.leases, l.ID)
	}
}
