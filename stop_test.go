package main_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// enough tasks, created one by one, for all clients to be at it. Few, because SQLite is slow under the race detector.
const enough = 40

// stopTime is how long a stop may take.
const stopTime = 30 * time.Second

// load is everything that clients may be doing when a server is told to stop. What is expected of each is in its function.
type load struct {
	t       *testing.T
	c       *client
	ctx     context.Context
	cancel  context.CancelFunc
	clients sync.WaitGroup

	// stopping is set before the server is told to stop: only then may connections fail.
	stopping atomic.Bool
	// busy is closed when so much has happened that all of them are at it.
	busy chan struct{}

	mu        sync.Mutex
	created   []string // ids of tasks that were answered
	completed []string
	streams   []*followed
}

// followed is what a stream has delivered: sequences 1, 2, … without a gap, or the test has failed.
type followed struct {
	seq    int64
	cursor string
}

func startLoad(t *testing.T, c *client) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{t: t, c: c, ctx: ctx, cancel: cancel, busy: make(chan struct{})}
	t.Cleanup(func() {
		cancel()
		l.clients.Wait()
	})
	for i := range 8 {
		l.clients.Go(func() { l.create(i) })
	}
	for range 4 {
		l.clients.Go(l.work)
		l.clients.Go(l.wait)
		l.clients.Go(func() { l.follow(c.follow, endOfEventStream) })
		l.clients.Go(func() { l.follow(c.followOnSocket, endOfSocket) })
	}
	l.clients.Go(l.await)
	return l
}

// over tells whether a client's work is over because the server stops, and fails the test if it is over for another reason.
func (l *load) over(what string, err error) bool {
	if err == nil {
		return false
	}
	if l.stopping.Load() && (codeOf(err) == "" || codeOf(err) == "UNAVAILABLE") {
		return true // refused while draining, or the server has gone
	}
	l.t.Errorf("%s: %v", what, err)
	return true
}

// create creates tasks. Whatever is answered must be in the ledger.
func (l *load) create(number int) {
	for i := 0; ; i++ {
		id, err := l.c.create(l.ctx, map[string]any{"type": "work", "idempotencyKey": fmt.Sprintf("%d-%d", number, i)})
		if l.over("createTask", err) {
			return
		}
		l.mu.Lock()
		l.created = append(l.created, id)
		if len(l.created) == enough {
			close(l.busy)
		}
		l.mu.Unlock()
	}
}

// work claims tasks, waiting for them, and completes them.
func (l *load) work() {
	for {
		leases, tasks, err := l.c.claim(l.ctx, "work", 3, 20)
		if l.over("claimTasks", err) {
			return
		}
		for i, lease := range leases {
			err := l.c.do(l.ctx, "worker:builder", `mutation($id: ID!) { completeTask(input: {leaseId: $id}) { task { status } } }`,
				map[string]any{"id": lease}, &struct{}{})
			if l.over("completeTask", err) {
				return
			}
			l.mu.Lock()
			l.completed = append(l.completed, tasks[i])
			l.mu.Unlock()
		}
	}
}

// wait waits for work that never comes. It must be answered, not cut off: with nothing, or to ask elsewhere.
func (l *load) wait() {
	leases, _, err := l.c.claim(l.ctx, "never", 1, 30)
	if len(leases) > 0 || err != nil && codeOf(err) != "UNAVAILABLE" {
		l.t.Errorf("a claim that waits got %v, %v", leases, err)
	}
}

// await waits for the end of a task that never ends. It is answered as it is, or to ask elsewhere.
func (l *load) await() {
	id, err := l.c.create(l.ctx, map[string]any{"type": "endless"})
	if err != nil {
		l.t.Error(err)
		return
	}
	var got struct{ AwaitTask struct{ Status string } }
	err = l.c.do(l.ctx, "agent:planner", `query($id: ID!) { awaitTask(id: $id, timeoutSeconds: 30) { status } }`, map[string]any{"id": id}, &got)
	if codeOf(err) != "UNAVAILABLE" && (err != nil || got.AwaitTask.Status != "QUEUED") {
		l.t.Errorf("awaitTask got %+v, %v", got, err)
	}
}

// follow reads the ledger as it grows. Its end must be one after which clients connect again.
func (l *load) follow(open func(context.Context, string) (stream, error), resumable func(error) bool) {
	s, err := open(l.ctx, "0")
	if err != nil {
		l.t.Error(err)
		return
	}
	defer s.close()
	f := &followed{cursor: "0"}
	l.mu.Lock()
	l.streams = append(l.streams, f)
	l.mu.Unlock()
	for {
		e, err := s.next(l.ctx)
		if err != nil {
			if !l.stopping.Load() || !resumable(err) && codeOf(err) != "UNAVAILABLE" {
				l.t.Errorf("a stream ended with %v", err)
			}
			return
		}
		if e.Receipt.Seq != f.seq+1 {
			l.t.Errorf("a stream has %d behind %d", e.Receipt.Seq, f.seq)
			return
		}
		f.seq, f.cursor = e.Receipt.Seq, e.Cursor
	}
}

// endOfEventStream: without complete.
func endOfEventStream(err error) bool { return errors.Is(err, io.EOF) && !errors.Is(err, errComplete) }

// endOfSocket: with a close code after which clients of graphql-ws connect again.
func endOfSocket(err error) bool {
	code := websocket.CloseStatus(err)
	return code == websocket.StatusGoingAway || code == websocket.StatusServiceRestart || code == websocket.StatusTryAgainLater
}

// TestStopUnderLoad: a server that is told to stop finishes what it has begun, and loses nothing that it has answered.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		settings := []string{"ASYNCGATE_DATABASE_URL=" + url}
		server := program.Serve(t, settings)
		l := startLoad(t, newClient(t, server.URL))
		select {
		case <-l.busy:
		case <-time.After(2 * time.Minute):
			t.Fatal("the clients don't get on")
		}
		l.stopping.Store(true)
		began := time.Now()
		server.Signal(syscall.SIGTERM)
		r := server.Wait()
		if took := time.Since(began); r.Code != 0 || took > stopTime {
			t.Errorf("the server ended with %d after %s, want 0 within %s\n%s", r.Code, took, stopTime, r.Stderr)
		}
		l.clients.Wait()
		expectNoViolations(t, url)

		again := program.Serve(t, settings)
		l.expectKept(newClient(t, again.URL))
		again.Stop()
	})
}

// expectKept fails unless the next server has all that this one answered, and streams go on where they stood.
func (l *load) expectKept(c *client) {
	l.t.Helper()
	ledger := c.mustReadLedger(l.t)
	status := map[string]string{}
	for i, r := range ledger {
		if r.Seq != int64(i+1) {
			l.t.Fatalf("the ledger has %d in place %d", r.Seq, i+1)
		}
		if r.Type == "TASK_ASSIGNED" {
			status[r.Task.ID] = r.Task.Status
		}
	}
	for _, id := range l.created {
		if status[id] == "" {
			l.t.Errorf("task %s was answered and is lost", id)
		}
	}
	for _, id := range l.completed {
		if status[id] != "SUCCEEDED" {
			l.t.Errorf("the completion of task %s was answered, and the task is %s", id, status[id])
		}
	}
	if len(l.completed) == 0 || len(l.streams) != 8 {
		l.t.Errorf("there were only %d completions and %d streams", len(l.completed), len(l.streams))
	}
	for _, f := range l.streams {
		s, err := c.follow(l.ctx, f.cursor)
		if err != nil {
			l.t.Fatal(err)
		}
		for f.seq < ledger[len(ledger)-1].Seq {
			e := mustNext(l.t, s)
			if e.Receipt.Seq != f.seq+1 {
				l.t.Errorf("a resumed stream has %d behind %d", e.Receipt.Seq, f.seq)
			}
			f.seq = e.Receipt.Seq
		}
		s.close()
	}
}

// slowRequest is a request whose body comes slowly: the server has begun to read it when this returns.
func slowRequest(t *testing.T, url string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(slowBody))
	reader := bufio.NewReader(conn)
	line, err := reader.ReadString('\n')
	if err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server answered %q, %v", line, err)
	}
	if line, err = reader.ReadString('\n'); err != nil || line != "\r\n" {
		t.Fatalf("the server answered %q, %v", line, err)
	}
	return conn, reader
}

const slowBody = `{"query":"{ viewer { principal { id } } }"}`

// TestSlowRequestAndStop: a stop waits for a request that is on its way, which is answered whatever the answer is.
func TestSlowRequestAndStop(t *testing.T) {
	t.Parallel()
	server := program.Serve(t, nil)
	conn, reader := slowRequest(t, server.URL)
	server.Signal(syscall.SIGTERM)
	server.AwaitLog("stopping")
	fmt.Fprint(conn, slowBody)
	line, err := reader.ReadString('\n')
	if err != nil || !strings.Contains(line, " 200 ") && !strings.Contains(line, " 503 ") {
		t.Errorf("the request was answered with %q, %v", line, err)
	}
	if r := server.Wait(); r.Code != 0 {
		t.Errorf("the server ended with %d\n%s", r.Code, r.Stderr)
	}
}

// TestSecondSignal: whoever doesn't want to wait for the end of a stop sends a second signal.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			server := program.Serve(t, nil)
			slowRequest(t, server.URL)
			server.Signal(syscall.SIGTERM)
			server.AwaitLog("stopping")
			server.Signal(signal)
			if r := server.Wait(); r.Signal != signal {
				t.Errorf("the second signal did not end it: %+v", r)
			}
		})
	}
}
