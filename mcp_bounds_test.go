package main_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/asyncgate/asyncgate/internal/mcp"
)

// door is a proxy in front of a server, and sees who comes and goes.
type door struct {
	*httptest.Server
	connections atomic.Int64
	// losing drops answers, once the server has given them.
	losing atomic.Bool
	// waiting and gone are told of each call of awaitTask, when it comes and when its caller is gone.
	waiting, gone chan struct{}
}

func newDoor(t *testing.T, to string) *door {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	d := &door{waiting: make(chan struct{}, 10), gone: make(chan struct{}, 10)}
	proxy := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {},
		ModifyResponse: func(*http.Response) error {
			if d.losing.Load() {
				panic(http.ErrAbortHandler)
			}
			return nil
		},
	}
	d.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte("awaitTask")) {
			stop := context.AfterFunc(r.Context(), func() { d.gone <- struct{}{} })
			defer stop()
			d.waiting <- struct{}{}
		}
		proxy.ServeHTTP(w, r)
	}))
	d.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			d.connections.Add(1)
		}
	}
	d.Start()
	t.Cleanup(d.Close)
	return d
}

// expectTold waits for a word of the door.
func expectTold(t *testing.T, told <-chan struct{}, of string) {
	t.Helper()
	select {
	case <-told:
	case <-time.After(15 * time.Second):
		t.Fatalf("still not: %s", of)
	}
}

// TestMCPCallers: whoever calls, over one process, shares its connections to the server.
func TestMCPCallers(t *testing.T) {
	t.Parallel()
	server := newDoor(t, program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + databases["SQLite"](t)}).URL)
	front := program.ServeMCP(t, server.URL).URL
	for _, name := range []string{"a", "b", "c", "d"} {
		agent := overHTTP(t, front, http.Header{"X-Principal": {"agent:" + name}})
		for range 5 {
			agent.call("create_task", map[string]any{"type": "report"})
		}
		if owed := at[[]any](t, agent.call("open_obligations", nil), "obligations"); len(owed) != 5 {
			t.Errorf("%s is owed %d", name, len(owed))
		}
	}
	if n := server.connections.Load(); n > 2 {
		t.Errorf("24 calls, one after the other, took %d connections", n)
	}
}

// TestMCPGone: when nobody waits for the answer any more, nobody waits for the task either.
func TestMCPGone(t *testing.T) {
	t.Parallel()
	server := newDoor(t, program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + databases["SQLite"](t)}).URL)
	front := program.ServeMCP(t, server.URL).URL
	planner := http.Header{"X-Principal": {"agent:planner"}}
	task := at[string](t, overHTTP(t, front, planner).call("create_task", map[string]any{"type": "report"}), "task", "taskId")
	awaiting := &sdk.CallToolParams{Name: "await_task", Arguments: map[string]any{"taskId": task}}
	stdio, ended := program.Command(t, nil, "mcp", "--url", server.URL), program.Command(t, nil, "mcp", "--url", server.URL)

	for name, host := range map[string]*tools{
		"HTTP":  overHTTP(t, front, planner),
		"stdio": connectTools(t, &sdk.CommandTransport{Command: stdio}),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = host.session.CallTool(ctx, awaiting) }()
		expectTold(t, server.waiting, name+": the call is made")
		cancel()
		expectTold(t, server.gone, name+": the canceled call has ended")
	}

	// What other hosts send, without the SDK's newest protocol.
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, front, strings.NewReader(
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"await_task","arguments":{"taskId":"`+task+`"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"X-Principal": {"agent:planner"}, "Content-Type": {"application/json"},
		"Accept": {"application/json, text/event-stream"}, "Mcp-Protocol-Version": {"2025-06-18"}}
	go func() {
		expectTold(t, server.waiting, "the call is made")
		cancel()
	}()
	if response, err := http.DefaultClient.Do(request); err == nil {
		response.Body.Close()
		t.Errorf("a canceled request was answered: %s", response.Status)
	}
	expectTold(t, server.gone, "the call of the closed connection has ended")

	// A host that ends the process does not wait for its calls.
	host := connectTools(t, &sdk.CommandTransport{Command: ended})
	go func() { _, _ = host.session.CallTool(t.Context(), awaiting) }()
	expectTold(t, server.waiting, "the call is made")
	if err := ended.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	expectTold(t, server.gone, "the process has ended")
}

// TestMCPSlowRequest: a request that does not arrive is not waited for, and does not keep the process from stopping.
func TestMCPSlowRequest(t *testing.T) {
	t.Parallel()
	front := program.ServeMCP(t, "http://127.0.0.1:1")
	var dialer net.Dialer
	connection, err := dialer.DialContext(t.Context(), "tcp", strings.TrimSuffix(strings.TrimPrefix(front.URL, "http://"), "/mcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Principal: agent:a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if err := connection.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	reads := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	if _, err := io.ReadFull(connection, reads); err != nil {
		t.Fatal(err)
	}
	front.Signal(syscall.SIGTERM)
	if answer, err := io.ReadAll(connection); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
		t.Errorf("answered %q, %v", answer, err)
	}
	if r := front.Wait(); r.Code != 0 || r.Stderr != "" {
		t.Errorf("it ended as %+v", r)
	}
}

// TestMCPAddress: behind a server that believes whoever calls, only this machine is served.
func TestMCPAddress(t *testing.T) {
	t.Parallel()
	database := databases["SQLite"](t)
	open := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + databases["SQLite"](t)})
	keys := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + database, "ASYNCGATE_AUTH=keys"})
	everywhere, here := &net.TCPAddr{IP: net.IPv4zero, Port: 8088}, &net.TCPAddr{IP: net.IPv6loopback, Port: 8088}
	for _, test := range []struct {
		url     string
		address net.Addr
		says    string
	}{
		{open.URL, here, ""}, {keys.URL, everywhere, ""}, {open.URL, everywhere, "demands no keys"},
		{"http://127.0.0.1:1", here, ""}, {"http://127.0.0.1:1", everywhere, "is not known"},
	} {
		o := mcp.Options{URL: test.url}
		o.Options.Retries = -1
		err := mcp.CheckAddress(t.Context(), o, test.address)
		if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s at %s: %v, want %q", test.url, test.address, err, test.says)
		}
	}
}
