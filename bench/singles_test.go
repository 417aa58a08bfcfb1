package bench_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// singles measures lives of a single task, a call for each of their four steps, with 8 clients, against River with as many that
// each insert a job and wait for its completion. By default River waits for 100 ms between two fetches and completes its jobs
// four times a second, so it plays a second time as quick as it gets: it waits for 1 ms, and each job is completed at once, in a
// transaction of its own.
func singles(b *testing.B, r *run) {
	server := r.serve(b, r.database(b, "singles"))
	river := r.database(b, "singles_river")
	live := livingAlone(uuid.NewString())
	playRiver := func(args ...string) side {
		return r.onCheckpoint(func(b *testing.B, d time.Duration) float64 {
			return r.playRiver(b, river, d, append(args, "-single", "-clients=8")...).perSecond()
		})
	}
	r.warm(b, server.URL, live)
	rates := inTurns(b, pick(r, 3, 1), pick(r, 3*time.Second, time.Second/2),
		r.onCheckpoint(func(b *testing.B, d time.Duration) float64 { return load(b, server.URL, 8, d, live).perSecond() }),
		playRiver(), playRiver("-cooldown=1ms", "-intx"))
	const scenario = "single-step lives, 8 clients"
	r.table.compare(scenario, perSecond(rates[0]), "River, its defaults", perSecond(rates[1]), atLeast(1))
	r.table.compare(scenario, perSecond(rates[0]), "River, as quick as it gets", perSecond(rates[2]), atLeast(1))
}

const completeTask = `mutation($i: CompleteTaskInput!) { completeTask(input: $i) { receipt { seq } } }`

// livingAlone returns what a client of a tenant and its worker do to let a task live its whole life. The one that is claimed
// may be another client's.
func livingAlone(tenant string) func(client int, l *line) (int, error) {
	create := taskCreator(tenant)
	worker := as(tenant, "worker:bench")
	claim := request(claimTasks, map[string]any{"i": map[string]any{"capabilities": []string{"writing"}, "maxTasks": 1, "waitSeconds": 30}}, worker...)
	return func(client int, l *line) (int, error) {
		if _, err := create(client, l); err != nil {
			return 0, err
		}
		leases, err := l.leases(claim)
		if err != nil {
			return 0, err
		}
		if len(leases) == 0 {
			return 0, errIncomplete
		}
		if _, err := l.must(request(`mutation($i: StartTaskInput!) { startTask(input: $i) { task { status } } }`,
			map[string]any{"i": map[string]any{"leaseId": leases[0]}}, worker...)); err != nil {
			return 0, err
		}
		_, err = l.must(request(completeTask,
			map[string]any{"i": map[string]any{"leaseId": leases[0], "summary": "written", "result": map[string]any{"pages": 12}}}, worker...))
		return 1, err
	}
}
