package main_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestDemo: the whole story against a running server, told step by step, any number of times.
func TestDemo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		for _, settings := range [][]string{nil, {"ASYNCGATE_ADDR=" + strings.TrimPrefix(server.URL, "http://")}} {
			args := []string{"demo"}
			if settings == nil {
				args = append(args, "--url", server.URL)
			}
			r := program.Run(t, settings, args...)
			if r.Code != 0 || r.Stderr != "" || !strings.HasSuffix(r.Stdout, "Done: delegated, worked, delivered, discharged.\n") {
				t.Errorf("demo: %+v", r)
			}
			expectInOrder(t, r.Stdout, "task.assigned", "lease ", "task.completed", "task.result_ready", "the cursor ",
				"task.assigned", "task.accepted", "task.started", "task.progress", "task.completed", "task.result_ready")
		}
		server.Stop()
		r := expectNoViolations(t, url)
		if !strings.HasPrefix(r.Stdout, "1 tenant: 14 receipts (0 archived), 0 obligations open and 2 closed, "+
			"2 receipts acknowledged and 0 results not, 2 tasks, 2 leases\n") {
			t.Errorf("verify: %s", r.Stdout)
		}
	})
}

// expectInOrder fails unless the text has the parts, one behind the other.
func expectInOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		_, rest, found := strings.Cut(text, part)
		if !found {
			t.Errorf("there is no %q in %s", part, text)
			return
		}
		text = rest
	}
}

// TestDemoRefuses: what is no server of ours is told in one line.
func TestDemoRefuses(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	expectRefusal(t, program.Run(t, nil, "demo", "--url", other.URL), 1, "no GraphQL answer")
}

// TestBesideAServer: on one SQLite file other commands run beside a server, and another server doesn't.
func TestBesideAServer(t *testing.T) {
	t.Parallel()
	url := databases["SQLite"](t)
	settings := []string{"ASYNCGATE_DATABASE_URL=" + url, "ASYNCGATE_ADDR=127.0.0.1:0"}
	server := program.Serve(t, settings)
	c := newClient(t, server.URL)
	c.mustCreate(t, "t")

	expectRefusal(t, program.Run(t, settings, "serve"), 1, "another server serves")
	expectRefusal(t, program.Run(t, settings, "serve", "--no-migrate"), 1, "another server serves")
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(strings.TrimPrefix(url, "sqlite://"), link); err != nil {
		t.Fatal(err)
	}
	expectRefusal(t, program.Run(t, settings, "serve", "--database-url", "sqlite://"+link), 1, "another server serves")

	r := program.Run(t, settings, "verify")
	if r.Code != 0 || !strings.HasPrefix(r.Stdout, "1 tenant: 1 receipt (0 archived), 1 obligation open and 0 closed, "+
		"0 receipts acknowledged and 0 results not, 1 task, 0 leases\nno violations\n") {
		t.Errorf("verify: %+v", r)
	}
	for _, args := range []string{"verify --tenant 00000000-0000-0000-0000-000000000000", "migrate status", "migrate up", "migrate sql", "demo --url " + server.URL} {
		if r := program.Run(t, settings, strings.Fields(args)...); r.Code != 0 || r.Stderr != "" {
			t.Errorf("%s: %+v", args, r)
		}
	}
	c.mustCreate(t, "t") // it serves on

	// The lock ends with the server, however that ends.
	server.Kill()
	program.Serve(t, settings).Stop()
	program.Serve(t, settings).Stop()
}

// TestAddressTaken: a server that can't have its address says so in one line, and has made no database.
func TestAddressTaken(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	file := filepath.Join(t.TempDir(), "asyncgate.db")
	settings := []string{"ASYNCGATE_DATABASE_URL=sqlite://" + file, "ASYNCGATE_ADDR=" + taken.Addr().String()}
	expectRefusal(t, program.Run(t, settings, "serve"), 1, "can't be served")
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a database: %v", err)
	}
}

// TestRestart: what was answered is there after a stop and after a crash, and a stream goes on where it stood.
func TestRestart(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		var tasks []string
		cursor := "0"
		for _, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL, syscall.SIGINT, syscall.SIGKILL} {
			server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
			c := newClient(t, server.URL)
			for range 5 {
				tasks = append(tasks, c.mustCreate(t, "t"))
			}
			// The stream begins behind the last event of the server before.
			s, err := c.follow(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			for i := len(tasks) - 5; i < len(tasks); i++ {
				e := mustNext(t, s)
				if e.Receipt.Seq != int64(i+1) || e.Receipt.Task.ID != tasks[i] {
					t.Errorf("the stream has %+v as number %d", e.Receipt, i+1)
				}
				cursor = e.Cursor
			}
			s.close()
			for i, r := range c.mustReadLedger(t) {
				if r.Seq != int64(i+1) || r.Task.ID != tasks[i] {
					t.Errorf("the ledger has %+v as number %d", r, i+1)
				}
			}
			server.Signal(end)
			if r := server.Wait(); end != syscall.SIGKILL && (r.Code != 0 || r.Signal != 0) {
				t.Errorf("ended by %s: %+v", end, r)
			}
		}
		expectNoViolations(t, url)
	})
}
