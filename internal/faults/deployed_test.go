package faults_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// deployed is what deploy/compose.yaml starts, without its containers: a proxy, two servers, PostgreSQL and Redis. Its files are
// taken as they are, but for addresses.
type deployed struct {
	t        *testing.T
	settings []string
	upstream map[string]string // the address of each server, by its name in the files
	running  map[string]*testkit.RunningServer

	databaseURL string
	proxy       address
}

// deploy starts everything. The settings are added to those of the file.
func deploy(t *testing.T, settings ...string) *deployed {
	t.Helper()
	lookAtSources(t)
	folder := filepath.Join("..", "..", "deploy")
	d := &deployed{t: t, databaseURL: testkit.Postgres(t), running: map[string]*testkit.RunningServer{}, upstream: map[string]string{
		"asyncgate-1:8080": testkit.FreeAddress(t), "asyncgate-2:8080": testkit.FreeAddress(t),
	}}
	replaced := map[string]string{
		"ASYNCGATE_ADDR": "", "PGPASSWORD": "", "ASYNCGATE_METRICS_ADDR": "off",
		"ASYNCGATE_DATABASE_URL": d.databaseURL, "ASYNCGATE_REDIS_URL": testkit.Redis(t).URL, "ASYNCGATE_TRUSTED_PROXIES": "127.0.0.1",
	}
	for name, value := range composed(t, filepath.Join(folder, "compose.yaml")) {
		if address, ok := replaced[name]; ok {
			value = address
			delete(replaced, name)
		}
		if value != "" {
			d.settings = append(d.settings, name+"="+value)
		}
	}
	if len(replaced) > 0 {
		t.Fatalf("compose.yaml does not set %v", replaced)
	}
	d.settings = append(d.settings, settings...)
	for name := range d.upstream {
		d.start(name)
	}
	d.proxy = at(testkit.Caddy(t, filepath.Join(folder, "Caddyfile"), d.upstream))
	return d
}

// composed returns the settings of the two servers, which are the same.
func composed(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Environment map[string]string
		}
	}
	// What a service says beside the settings that it merges would count as said twice.
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.AllowDuplicateMapKey()); err != nil {
		t.Fatal(err)
	}
	one, other := file.Services["asyncgate-1"].Environment, file.Services["asyncgate-2"].Environment
	if len(one) == 0 || fmt.Sprint(one) != fmt.Sprint(other) {
		t.Fatalf("%s has not two servers with the same settings: %v, %v", path, one, other)
	}
	return one
}

func (d *deployed) start(name string) {
	d.t.Helper()
	d.running[name] = program.Serve(d.t, append([]string{"ASYNCGATE_ADDR=" + d.upstream[name]}, d.settings...))
}

// restart replaces a server by the next one at the same address, as it is done when a version is rolled out, and returns when
// that one is ready.
func (d *deployed) restart(name string) {
	d.t.Helper()
	d.running[name].Stop()
	d.start(name)
	ready := newHTTP(d.t)
	eventually(d.t, name+" is ready", func() bool {
		response, err := ready.Get(d.running[name].URL + "/readyz")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// caller returns who has an admin key.
func (d *deployed) caller() caller {
	d.t.Helper()
	c := caller{tenant: uuid.NewString(), http: newHTTP(d.t), lost: new(atomic.Int64)}
	made := program.Run(d.t, []string{"ASYNCGATE_DATABASE_URL=" + d.databaseURL},
		"keys", "create", "--tenant", c.tenant, "--principal", "human:admin", "--scope", "admin")
	if c.key = strings.TrimSpace(made.Stdout); made.Code != 0 {
		d.t.Fatalf("no key: %+v", made)
	}
	return c
}

// TestRollingRestart: while agents and workers go on behind the proxy, one server after the other is replaced. Every call that is
// repeated when its answer is lost is answered in the end, and every stream goes on where it stood.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	d := deploy(t, append([]string{"ASYNCGATE_LOG_LEVEL=warn", "ASYNCGATE_RATE_LIMIT=1000000-M"}, quick...)...)
	l := newLoad(t, newChance(t), d.caller(), []address{d.proxy})
	l.add(3, 4, l.to)
	for _, name := range []string{"asyncgate-1:8080", "asyncgate-2:8080"} {
		d.restart(name)
		pause(t.Context(), *duration/8) // so that the new one works before the other goes
	}
	t.Logf("both servers were replaced; %s", l.end())
	if r := program.Run(t, []string{"ASYNCGATE_DATABASE_URL=" + d.databaseURL}, "verify"); r.Code != 0 {
		t.Errorf("verify ended with %d:\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}

// TestEventsPassTheProxy: what is committed reaches a subscriber behind the proxy while its stream goes on, over both transports.
func TestEventsPassTheProxy(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	me := d.caller().as("agent:planner")
	for transport := range transports {
		f := follow(t, &follower{name: transport, caller: me, transport: transport, query: followLedger, to: []address{d.proxy}}, "0")
		var slowest time.Duration
		var stood int // connections, once the stream stands
		for n := range 10 {
			var got struct {
				CreateTask struct {
					Task struct{ Obligation struct{ Seq int64 } }
				}
			}
			me.must(t, f.to, `mutation { createTask(input: {type: "t"}) { task { obligation { seq } } } }`, nil, &got)
			answered := time.Now()
			f.await(t, got.CreateTask.Task.Obligation.Seq)
			if n == 0 {
				_, stood = f.seen()
				continue
			}
			slowest = max(slowest, time.Since(answered))
		}
		if _, connections := f.seen(); connections != stood {
			t.Errorf("%s took %d connections, the first %d until it stood", transport, connections, stood)
		}
		t.Logf("%s: events come %s behind the answer at most", transport, slowest.Round(time.Millisecond))
	}
}
