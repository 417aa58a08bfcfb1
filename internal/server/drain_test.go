package server

import (
	"bytes"
	"database/sql"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/config"
)

// opened is a server that is served from within the test.
type opened struct {
	*Server
	url      string
	database string // its URL
	logs     *logs
}

// openForTest starts a server on a SQLite database of its own, with these settings.
func openForTest(t *testing.T, settings ...string) *opened {
	t.Helper()
	return openOn(t, "sqlite://"+filepath.Join(t.TempDir(), "asyncgate.db"), settings...)
}

// openOn starts a server on a database, with these settings.
func openOn(t *testing.T, database string, settings ...string) *opened {
	t.Helper()
	o := &opened{database: database, logs: &logs{}}
	settings = append(settings, "ASYNCGATE_ADDR=127.0.0.1:0", "ASYNCGATE_DATABASE_URL="+database)
	c, _, err := config.Load(nil, settings)
	if err != nil {
		t.Fatal(err)
	}
	if o.Server, err = Open(t.Context(), c, Options{Logger: slog.New(slog.NewTextHandler(o.logs, nil))}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	o.url = "http://" + o.listener.Addr().String()
	o.Start()
	t.Cleanup(func() {
		select {
		case <-o.draining.Done():
		default:
			o.drainWithin(stopWithin)
		}
	})
	return o
}

// sql opens the server's database beside it.
func (o *opened) sql(t *testing.T) *sql.Conn {
	t.Helper()
	driver, source := "pgx", o.database
	if path, ok := strings.CutPrefix(o.database, "sqlite://"); ok {
		driver, source = "sqlite", path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); db.Close() })
	return conn
}

func mustExec(t *testing.T, conn *sql.Conn, statement string) {
	t.Helper()
	if _, err := conn.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write keeps what is logged.
func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// count returns how many entries have the level.
func (l *logs) count(level slog.Level) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), "level="+level.String()+" ")
}

// TestDrainStalledClient: who does not send on what it began keeps no server from stopping in good order.
func TestDrainStalledClient(t *testing.T) {
	t.Parallel()
	o := openForTest(t)
	conn, err := net.Dial("tcp", o.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"+
		"Expect: 100-continue\r\n\r\n")
	if _, err := io.ReadFull(conn, make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))); err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, `{"que`)
	began := time.Now()
	o.Drain()
	if took := time.Since(began); took > stopWithin/2 {
		t.Errorf("it took %s", took)
	}
	if o.logs.count(slog.LevelWarn)+o.logs.count(slog.LevelError) > 0 {
		t.Errorf("it was not in good order: %s", &o.logs.b)
	}
}

// TestDrainStraggler: what does not end in time is cut off, which is one warning and no failure. Its caller may repeat it.
func TestDrainStraggler(t *testing.T) {
	t.Parallel()
	o := openForTest(t)
	other := o.sql(t)
	mustExec(t, other, "BEGIN IMMEDIATE") // no other transaction gets on
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.url+"/graphql",
		strings.NewReader(`{"query":"mutation { createTask(input: {type: \"x\"}) { created } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream") // the head of the answer tells that the mutation runs
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	o.drainWithin(100 * time.Millisecond)
	mustExec(t, other, "ROLLBACK")
	if body, _ := io.ReadAll(resp.Body); strings.Contains(string(body), "complete") {
		t.Errorf("an answer that was cut off looks whole: %s", body)
	}
	if warned, failed := o.logs.count(slog.LevelWarn), o.logs.count(slog.LevelError); warned != 1 || failed != 0 {
		t.Errorf("logged %d warnings and %d errors: %s", warned, failed, &o.logs.b)
	}
}
