package testkit

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// RedisServer is a Redis of a test's own, on a Unix socket, that forgets everything when it is killed.
type RedisServer struct {
	// URL is where it is, also after Kill and Start.
	URL string

	tb       testing.TB
	programs *programs
	program  string
	dir      string
	guard    *guard // nil while it is killed
}

// Redis starts a Redis. It ends with its test, or with the test process, however that ends.
func Redis(tb testing.TB) *RedisServer {
	tb.Helper()
	p, err := findPrograms()
	if err != nil {
		tb.Fatal(err)
	}
	program, err := exec.LookPath("redis-server")
	if err != nil {
		tb.Fatal("there is no Redis on this machine for the tests: `make test` installs Debian's as root; elsewhere install the package redis-server, or redis")
	}
	dir, err := p.run("mktemp", "-d", filepath.Join(p.home, "redis-XXXXXX"))
	if err != nil {
		tb.Fatal(err)
	}
	r := &RedisServer{URL: "unix://" + filepath.Join(dir, "socket"), tb: tb, programs: p, program: program, dir: dir}
	r.Start()
	tb.Cleanup(r.Kill)
	return r
}

// redisScript writes the process's number beside the socket, for signals. What is killed has nothing to save.
const redisScript = `mkdir -p -m 700 "$2" && cd "$2" || exit
"$1" --port 0 --unixsocket "$2/socket" --save '' --appendonly no --logfile "$2/log" & echo $! >pid
read -r _; kill -9 $!; wait $! 2>/dev/null; rm -rf "$2"`

// Start starts a Redis that was killed; it is empty.
func (r *RedisServer) Start() {
	r.tb.Helper()
	var err error
	if r.guard, err = newGuard(r.programs, redisScript, r.program, r.dir); err != nil {
		r.tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), programTime)
	defer cancel()
	for {
		err := r.ping(ctx)
		if err == nil {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(r.dir, "log")) // without a log the error must do
			r.tb.Fatalf("Redis doesn't serve: %v\n%s", err, log)
		}
	}
}

func (r *RedisServer) ping(ctx context.Context) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", filepath.Join(r.dir, "socket"))
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.HasPrefix(answer, "+PONG") {
		err = errors.New(answer)
	}
	return err
}

// Kill ends it as a crash would, with all its connections.
func (r *RedisServer) Kill() {
	r.tb.Helper()
	if r.guard == nil {
		return
	}
	if err := r.guard.release(); err != nil {
		r.tb.Error(err)
	}
	r.guard = nil
}

// Freeze makes it hang: connections are taken, and nothing is answered until Thaw.
func (r *RedisServer) Freeze() { r.signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (r *RedisServer) Thaw() { r.signal(syscall.SIGCONT) }

func (r *RedisServer) signal(signal syscall.Signal) {
	r.tb.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, "pid"))
	if err != nil {
		r.tb.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err == nil {
		err = syscall.Kill(pid, signal)
	}
	if err != nil {
		r.tb.Fatal(err)
	}
}
