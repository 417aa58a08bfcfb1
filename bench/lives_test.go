package bench_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
)

// atOnce is how many tasks a call of lives is about.
const atOnce = 100

// lives measures whole lives by the hundred, three calls for them and four receipts each, with 8 clients: against pgbench
// writing the same in three transactions, and against River, which inserts jobs by the thousand and works a thousand at a
// time.
func lives(b *testing.B, r *run) {
	const clients = 8
	database := r.database(b, "lives")
	server := r.serve(b, database)
	f := r.prepareFloor(b, "lives_floor", recordLife(b, server.URL, openDB(b, database)))
	script := f.lives(atOnce)
	river := r.database(b, "lives_river")
	live := living(uuid.NewString())
	var bytesEach [3][]float64
	counted := func(i int, play func(b *testing.B, d time.Duration) done) side {
		return r.onCheckpoint(func(b *testing.B, d time.Duration) float64 {
			before := r.written(b)
			lived := play(b, d)
			bytesEach[i] = append(bytesEach[i], (r.written(b)-before)/lived.count)
			return lived.perSecond()
		})
	}
	r.warm(b, server.URL, live)
	rates := inTurns(b, pick(r, 3, 1), pick(r, 4*time.Second, time.Second),
		counted(0, func(b *testing.B, d time.Duration) done { return load(b, server.URL, clients, d, live) }),
		counted(1, func(b *testing.B, d time.Duration) done {
			run := r.pgbench(b, f.database, script, clients, 0, d)
			return done{run.count * atOnce, run.took}
		}),
		counted(2, func(b *testing.B, d time.Duration) done {
			return r.playRiver(b, river, d, "-clients", strconv.Itoa(clients), "-cooldown", "2ms")
		}),
	)
	const scenario = "lives by the 100, 8 clients"
	r.table.compare(scenario, perSecond(rates[0]), "pgbench, the same writes", perSecond(rates[1]), atLeast(0.8))
	r.table.compare(scenario, perSecond(rates[0]), "River, batches of 1,000", perSecond(rates[2]), atLeast(0.4))
	each := [3]float64{median(bytesEach[0]), median(bytesEach[1]), median(bytesEach[2])}
	r.table.compare("WAL of such a life", kilobytes(each[0]), "pgbench, the same writes", kilobytes(each[1]), target{})
	r.table.compare("WAL of such a life", kilobytes(each[0]), "River, batches of 1,000", kilobytes(each[2]), target{})
}

// written is how many bytes the server has written to its log.
func (r *run) written(b *testing.B) (total float64) {
	b.Helper()
	db := openDB(b, r.postgres.URL("postgres"))
	defer db.Close()
	if err := db.QueryRowContext(b.Context(), "SELECT pg_current_wal_lsn() - '0/0'").Scan(&total); err != nil {
		b.Fatal(err)
	}
	return total
}

var errIncomplete = errors.New("not all that was created could be claimed and completed")

// living returns what a client of a tenant does to let tasks live their whole lives at once. What it claims may be another's.
func living(tenant string) func(client int, l *line) (int, error) {
	var inputs []any
	for range atOnce {
		inputs = append(inputs, taskInput())
	}
	create := request(createTasks, map[string]any{"i": inputs}, as(tenant, "agent:bench")...)
	claim := request(claimTasks, map[string]any{"i": map[string]any{"capabilities": []string{"writing"}, "maxTasks": atOnce}}, as(tenant, "worker:bench")...)
	return func(_ int, l *line) (int, error) {
		if _, err := l.must(create); err != nil {
			return 0, err
		}
		var reports []any
		for len(reports) < atOnce {
			leases, err := l.leases(claim)
			if err != nil {
				return 0, err
			}
			for _, lease := range leases {
				reports = append(reports, map[string]any{"leaseId": lease, "summary": "written", "result": map[string]any{"pages": 12}})
			}
			if len(leases) == 0 { // others are claiming what is there
				break
			}
		}
		body, err := l.must(request(`mutation($i: [CompleteTaskInput!]!) { completeTasks(inputs: $i) { error { message } } }`,
			map[string]any{"i": reports}, as(tenant, "worker:bench")...))
		if err == nil && bytes.Count(body, []byte(`"error":null`)) != len(reports) {
			err = fmt.Errorf("%w: %.300s", errIncomplete, body)
		}
		return len(reports), err
	}
}

const (
	createTasks = `mutation($i: [CreateTaskInput!]!) { createTasks(inputs: $i) { created } }`
	claimTasks  = `mutation($i: ClaimTasksInput!) { claimTasks(input: $i) { leases { id } } }`
)

// leases sends a claim and returns the ids of the leases.
func (l *line) leases(claim []byte) ([]string, error) {
	body, err := l.must(claim)
	if err != nil {
		return nil, err
	}
	var said struct {
		Data struct {
			ClaimTasks struct{ Leases []struct{ ID string } }
		}
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, err
	}
	var ids []string
	for _, lease := range said.Data.ClaimTasks.Leases {
		ids = append(ids, lease.ID)
	}
	return ids, nil
}

// playRiver lets River play for a time and returns how many jobs it has completed a second.
func (r *run) playRiver(b *testing.B, database string, d time.Duration, args ...string) done {
	b.Helper()
	c := exec.CommandContext(b.Context(), r.river, append([]string{"-url", database, "-time", d.String()}, args...)...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		b.Fatalf("River: %v", err)
	}
	var result struct {
		Jobs    float64
		Seconds float64
		Version string
	}
	if err := json.Unmarshal(out, &result); err != nil {
		b.Fatalf("%v in %s", err, out)
	}
	r.riverVersion = result.Version
	return done{result.Jobs, time.Duration(result.Seconds * float64(time.Second))}
}
