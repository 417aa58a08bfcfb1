package bench_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What pgbench prints.
var (
	processed = regexp.MustCompile(`(?m)^number of transactions actually processed: ([0-9]+)`)
	progress  = regexp.MustCompile(`(?m)^progress: [0-9.]+ s, ([0-9.]+) tps`)
)

// pgbench lets clients run a script against a database, for whole seconds, and returns how often and how fast. It prepares its
// statements and plans them once, which for a script of many takes a while: the rate is that after so many seconds more.
func (r *run) pgbench(b *testing.B, database, script string, clients int, warm, d time.Duration) done {
	b.Helper()
	seconds := int((warm + max(d, time.Second)).Seconds())
	c := r.postgres.Client(b.Context(), nameOf(b, database), "pgbench",
		"--no-vacuum", "--protocol=prepared", "--client="+strconv.Itoa(clients), "--jobs="+strconv.Itoa(min(clients, 2)),
		"--progress=1", "--time="+strconv.Itoa(seconds), "--file=-")
	c.Env = append(c.Env, "PGOPTIONS=-c plan_cache_mode=force_generic_plan")
	c.Stdin = strings.NewReader(script)
	out, err := c.CombinedOutput()
	if err != nil || strings.Contains(string(out), "aborted") {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	rates := printed(b, progress, out)
	rates = rates[min(int(warm.Seconds()), len(rates)-1):]
	sum := 0.0
	for _, rate := range rates {
		sum += rate
	}
	count := printed(b, processed, out)[0]
	return done{count, time.Duration(count / sum * float64(len(rates)) * float64(time.Second))}
}

// printed returns the numbers that a program has printed, one at least.
func printed(b *testing.B, pattern *regexp.Regexp, out []byte) (numbers []float64) {
	b.Helper()
	for _, found := range pattern.FindAllSubmatch(out, -1) {
		n, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			b.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	if len(numbers) == 0 {
		b.Fatalf("%s was not printed:\n%s", pattern, out)
	}
	return numbers
}
