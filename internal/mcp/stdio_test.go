package mcp_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/internal/mcp"
)

// quiet is a server on which nothing happens.
type quiet struct{}

// RoundTrip answers queries, and lets subscriptions wait.
func (quiet) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	if r.Header.Get("Accept") != "text/event-stream" {
		answer.Body = io.NopCloser(strings.NewReader(`{"data":{"ledgerHead":"x"}}`))
		return answer, nil
	}
	body, end := io.Pipe()
	context.AfterFunc(r.Context(), func() { _ = end.CloseWithError(r.Context().Err()) })
	answer.Header.Set("Content-Type", "text/event-stream")
	answer.Body = body
	return answer, nil
}

// silent is a server that takes requests and does not answer.
type silent struct{}

// RoundTrip waits for the end of the request.
func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

const (
	initialize = `{"jsonrpc":"2.0","id":"first","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"host","version":"1"}}}` + "\n"
	create     = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_task","arguments":{"type":"report"}}}` + "\n"
	await      = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"await_task","arguments":{"taskId":"01a216c1-0fe1-7000-8000-000000000001"}}}` + "\n"
	claim      = `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"claim_tasks"}}` + "\n"
	collect    = `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"collect_results"}}` + "\n"
	listen     = `{"jsonrpc":"2.0","id":4,"method":"subscriptions/listen","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"host","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}},"notifications":{"toolsListChanged":true}}}` + "\n"
)

// TestStdioEnds: when the input has ended, calls may end too: waits soon, others within the time of a call; what takes longer is
// given up, and told.
func TestStdioEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server  http.RoundTripper
		input   string
		answers []string
		within  time.Duration
		says    string
	}{
		"nothing":        {silent{}, initialize, []string{`"id":"first"`}, 0, ""},
		"a call":         {silent{}, initialize + create, []string{`"id":1`, "UNAVAILABLE"}, 20 * time.Second, ""},
		"a claim":        {silent{}, initialize + claim, []string{`"id":3`, "held_leases"}, 2 * time.Second, ""},
		"a wait":         {silent{}, initialize + create + await, []string{`"id":1`}, 25 * time.Second, "had not ended 25s after the input: 1"},
		"no results":     {quiet{}, initialize + collect, []string{`"id":5`, "None has come"}, 4 * time.Second, ""},
		"a subscription": {silent{}, listen, []string{`"id":4,"result"`}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				out := &output{}
				begun := time.Now()
				err := mcp.ServeStdio(t.Context(), options(test.server), io.NopCloser(strings.NewReader(test.input)), out)
				if took := time.Since(begun); took != test.within {
					t.Errorf("it took %s, want %s", took, test.within)
				}
				if said := text(err); !strings.Contains(said, test.says) || (said == "") != (test.says == "") {
					t.Errorf("it said %q, want %q", said, test.says)
				}
				for _, answer := range test.answers {
					if !strings.Contains(out.String(), answer) {
						t.Errorf("%s is not in\n%s", answer, out)
					}
				}
			})
		})
	}
}

// TestStdioStops: a process that is told to stop does not wait for calls, whether the input has ended or not.
func TestStdioStops(t *testing.T) {
	t.Parallel()
	for _, ends := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			read, write := io.Pipe()
			ctx, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			go func() {
				_, _ = io.WriteString(write, initialize+create)
				if ends {
					_ = write.Close()
				}
			}()
			begun := time.Now()
			err := mcp.ServeStdio(ctx, options(silent{}), read, &output{})
			if took := time.Since(begun); err != nil || took != time.Second {
				t.Errorf("the input ended: %t; it stopped after %s: %v", ends, took, err)
			}
		})
	}
}

// TestStdioLong: a message that is too long is told.
func TestStdioLong(t *testing.T) {
	t.Parallel()
	err := mcp.ServeStdio(t.Context(), options(silent{}), io.NopCloser(strings.NewReader(strings.Repeat(" ", 17<<20))), &output{})
	if !strings.Contains(text(err), "a message on standard input is longer than 16 MiB") {
		t.Error(err)
	}
}

func options(server http.RoundTripper) mcp.Options {
	return mcp.Options{URL: "http://server", Options: client.Options{
		HTTPClient: &http.Client{Transport: server}, Logger: slog.New(slog.DiscardHandler),
	}}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// output is standard output, read when all is over.
type output struct{ bytes.Buffer }

// Close does nothing.
func (*output) Close() error { return nil }
