package main_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

const (
	callersTrace = "0af7651916cd43dd8448eb211c80319c"
	callersSpan  = "b7ad6b7169203331"
	// written is in all that the test's client writes, and must be in no span.
	written = "MARKER5e6a01"
)

// createTraced creates a task as part of the caller's trace.
func createTraced(t *testing.T, url string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"query":     `mutation ` + written + `($input: CreateTaskInput!) { ` + written + `: createTask(input: $input) { task { id } } }`,
		"variables": map[string]any{"input": map[string]any{"type": written, "payload": map[string]any{"secret": written}, "idempotencyKey": written}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Traceparent", "00-"+callersTrace+"-"+callersSpan+"-01")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct{ Errors []any }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK || answer.Errors != nil {
		t.Fatalf("%d, %v, %v", response.StatusCode, err, answer.Errors)
	}
}

const createdTree = `POST /graphql
  mutation createTask
    Mutation.createTask
      await commit
        commit batch
          lock and read
          write and commit
`

func TestTraces(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		c := testkit.NewCollector(t)
		s := program.Serve(t, []string{
			"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_INSTANCE_ID=one", "OTEL_EXPORTER_OTLP_ENDPOINT=" + c.URL,
			"OTEL_EXPORTER_OTLP_HEADERS=x-key=a%20b", "OTEL_RESOURCE_ATTRIBUTES=team=night",
		})
		createTraced(t, s.URL)
		s.Stop() // what was not sent yet is sent now
		if got := c.Tree(mustHex(t, callersTrace), mustHex(t, callersSpan)); got != createdTree {
			t.Errorf("spans:\n%swant:\n%s", got, createdTree)
		}
		if strings.Contains(c.Text(), written) {
			t.Errorf("what the client wrote was sent: %s", c.Text())
		}
		resources, headers := c.Resources()
		if len(resources) == 0 || len(headers) == 0 {
			t.Fatal("nothing was sent")
		}
		if got := headers[0].Get("X-Key"); got != "a b" {
			t.Errorf("the header is %q", got)
		}
		about := map[string]string{}
		for _, a := range resources[0].GetAttributes() {
			about[a.GetKey()] = a.GetValue().GetStringValue()
		}
		for key, want := range map[string]string{
			"service.name": "asyncgate", "service.instance.id": "one", "deployment.environment.name": "development", "team": "night",
		} {
			if about[key] != want || about["service.version"] == "" {
				t.Errorf("%s is %q, want %q, of version %q", key, about[key], want, about["service.version"])
			}
		}
	})
}

func TestTracesOverGRPC(t *testing.T) {
	t.Parallel()
	c := testkit.NewCollector(t)
	s := program.Serve(t, []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.GRPC, "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_SERVICE_NAME=other",
	})
	createTraced(t, s.URL)
	s.Stop()
	if got := c.Tree(mustHex(t, callersTrace), mustHex(t, callersSpan)); got != createdTree {
		t.Errorf("spans:\n%swant:\n%s", got, createdTree)
	}
	if !strings.Contains(c.Text(), `"other"`) {
		t.Error("OTEL_SERVICE_NAME did not win")
	}
}

func TestTracesAreNotSent(t *testing.T) {
	t.Parallel()
	for name, setting := range map[string]string{
		"disabled":    "OTEL_SDK_DISABLED=true",
		"no exporter": "OTEL_TRACES_EXPORTER=none",
		"not sampled": "OTEL_TRACES_SAMPLER=always_off",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := testkit.NewCollector(t)
			s := program.Serve(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.URL, setting})
			createTraced(t, s.URL)
			s.Stop()
			if got := c.Text(); got != "" {
				t.Errorf("sent: %s", got)
			}
		})
	}
}

// A collector that is not there, or does not answer, costs a line of the log.
func TestTracesWithoutCollector(t *testing.T) {
	t.Parallel()
	for name, accept := range map[string]bool{"refuses": false, "is silent": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			closed := func() { _ = listener.Close() }
			defer closed() // nobody accepts: what is sent there is never answered
			if !accept {
				closed()
			}
			s := program.Serve(t, []string{
				"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + listener.Addr().String(), "OTEL_BSP_SCHEDULE_DELAY=10",
				"OTEL_EXPORTER_OTLP_TIMEOUT=500", "OTEL_BSP_EXPORT_TIMEOUT=500", "OTEL_BSP_MAX_QUEUE_SIZE=4",
			})
			for range 20 { // more than the queue holds
				createTraced(t, s.URL)
			}
			s.AwaitLog("traces could not be sent; serving goes on without")
			start := time.Now()
			s.Signal(syscall.SIGTERM)
			r := s.Wait()
			if r.Code != 0 || time.Since(start) > 30*time.Second {
				t.Errorf("the server ended with %d after %s\n%s", r.Code, time.Since(start), r.Stderr)
			}
			if n := strings.Count(r.Stderr, "serving goes on without"); n != 1 {
				t.Errorf("said %d times:\n%s", n, r.Stderr)
			}
		})
	}
}

func TestMalformedTelemetryIsToldAndServesOn(t *testing.T) {
	t.Parallel()
	c := testkit.NewCollector(t)
	s := program.Serve(t, []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.URL, "OTEL_EXPORTER_OTLP_HEADERS=SECRET5e6a01,a=%zz,b=c", "OTEL_EXPORTER_OTLP_TIMEOUT=10s",
		"OTEL_TRACES_SAMPLER=sometimes", "OTEL_BSP_MAX_QUEUE_SIZE=-1", "OTEL_RESOURCE_ATTRIBUTES=nonsense,team=night",
		"OTEL_EXPORTER_OTLP_PROTOCOL=udp",
	})
	createTraced(t, s.URL)
	s.Signal(syscall.SIGTERM)
	r := s.Wait()
	if got := c.Tree(mustHex(t, callersTrace), mustHex(t, callersSpan)); r.Code != 0 || got != createdTree {
		t.Errorf("ended with %d, spans:\n%swant:\n%s", r.Code, got, createdTree)
	}
	for _, name := range []string{
		"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_TRACES_SAMPLER", "OTEL_BSP_MAX_QUEUE_SIZE",
		"OTEL_RESOURCE_ATTRIBUTES", "OTEL_EXPORTER_OTLP_PROTOCOL",
	} {
		if strings.Count(r.Stderr, name) != 1 {
			t.Errorf("%s is named %d times", name, strings.Count(r.Stderr, name))
		}
	}
	for line := range strings.Lines(r.Stderr) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not one of the server's own lines: %s", line)
		}
	}
	if strings.Contains(r.Stderr, "SECRET5e6a01") {
		t.Errorf("a header was logged:\n%s", r.Stderr)
	}
}

func mustHex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
