package bench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
)

// createTask is what a client sends again and again.
const createTask = `mutation($i: CreateTaskInput!) { createTask(input: $i) { task { id } created } }`

// taskInput is a payload of some hundred bytes, and a requirement that each claim must check.
func taskInput() map[string]any {
	return map[string]any{
		"type": "bench", "requirements": map[string]any{"capabilities": []string{"writing"}},
		"payload": map[string]any{"language": "en", "sections": []string{"summary", "outlook"}, "title": "Quarterly report of the northern region"},
	}
}

// taskCreator returns what a client of a tenant does to create one task.
func taskCreator(tenant string) func(client int, l *line) (int, error) {
	message := request(createTask, map[string]any{"i": taskInput()}, as(tenant, "agent:bench")...)
	return func(_ int, l *line) (int, error) {
		_, err := l.must(message)
		return 1, err
	}
}

// creates measures createTask over HTTP, a task a call, against pgbench inserting the same rows: a transaction each, and 50
// tasks to a transaction.
func creates(b *testing.B, r *run) {
	database := r.database(b, "creates")
	server := r.serve(b, database)
	f := r.prepareFloor(b, "creates_floor", recordLife(b, server.URL, openDB(b, database)))
	create := taskCreator(uuid.NewString())
	r.warm(b, server.URL, create)
	single, batched := f.creates(1), f.creates(50)
	for _, clients := range pick(r, []int{1, 8, 32, 128}, []int{1, 32}) {
		warm := pick(r, max(1, time.Duration(clients/10)), 1) * time.Second // to prepare 152 statements each
		rates := inTurns(b, pick(r, 3, 1), pick(r, 3*time.Second, time.Second/2),
			r.onCheckpoint(func(b *testing.B, d time.Duration) float64 {
				return load(b, server.URL, clients, d, create).perSecond()
			}),
			r.onCheckpoint(func(b *testing.B, d time.Duration) float64 {
				return r.pgbench(b, f.database, single, clients, 0, d).perSecond()
			}),
			r.onCheckpoint(func(b *testing.B, d time.Duration) float64 {
				return r.pgbench(b, f.database, batched, clients, warm, d).perSecond() * 50
			}),
		)
		var each, together target
		switch clients {
		case 1:
			each = atLeast(0.8)
		case 32:
			each, together = atLeast(1.3), atLeast(0.6)
		}
		scenario := fmt.Sprintf("createTask, clients: %d", clients)
		r.table.compare(scenario, perSecond(rates[0]), "pgbench, a transaction each", perSecond(rates[1]), each)
		r.table.compare(scenario, perSecond(rates[0]), "pgbench, 50 to a transaction", perSecond(rates[2]), together)
	}
}
