package testkit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// A cluster is a PostgreSQL server with its data directory.
type cluster struct {
	find     func() (*programs, error)
	programs *programs
	dir      string // holds data/, password and log
	port     int
	password string
	durable  bool
	settings []string // beside our own, NAME=VALUE
	guard    *guard

	databases atomic.Int64 // created so far; names them
}

// newCluster returns a running server, on an unused port unless an option says otherwise.
func newCluster(options ...Option) (*cluster, error) {
	c := &cluster{find: findPrograms}
	for _, option := range options {
		option(c)
	}
	var err error
	if c.programs, err = c.find(); err != nil {
		return nil, err
	}
	if err := c.create(); err != nil {
		return nil, err
	}
	if err := c.firstStart(); err != nil {
		_ = c.remove() // the start's error is the one to tell
		return nil, err
	}
	return c, nil
}

// create unpacks the data directory from the template.
func (c *cluster) create() error {
	template, err := c.programs.template()
	if err != nil {
		return err
	}
	if err := c.makeDir(); err != nil {
		return err
	}
	if _, err := c.programs.run("tar", "-C", c.dir, "-xf", template); err != nil {
		return err
	}
	password, err := os.ReadFile(filepath.Join(c.dir, "password"))
	c.password = strings.TrimSpace(string(password))
	return err
}

// makeDir makes the cluster's directory and sets the guard on it.
func (c *cluster) makeDir() (err error) {
	c.dir, err = c.programs.run("mktemp", "-d", filepath.Join(c.programs.home, "server-XXXXXX"))
	if err != nil {
		return err
	}
	c.guard, err = newGuard(c.programs, guardScript, c.programs.path("pg_ctl"), c.dir)
	return err
}

// firstStart chooses the port. A port that is free when we look may be taken when the server binds it, so try again.
func (c *cluster) firstStart() error {
	if c.port != 0 {
		return c.start()
	}
	var err error
	for range 3 {
		if c.port, err = freePort(); err != nil {
			return err
		}
		if err = c.start(); err == nil {
			return nil
		}
	}
	return err
}

// freePort avoids the range from which the system takes the ports of outgoing connections: while a server is stopped, a
// client's own connection could take its port.
func freePort() (int, error) {
	for range 100 {
		port := 20000 + rand.IntN(10000)
		listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, fmt.Errorf("no free port between 20000 and 30000")
}

// start returns when the server accepts connections.
func (c *cluster) start() error {
	log := filepath.Join(c.dir, "log")
	_, err := c.programs.run(c.programs.path("pg_ctl"), "start", "-w",
		"-D", c.data(), "-l", log, "-o", c.options())
	if err != nil {
		text, _ := os.ReadFile(log) // without a log pg_ctl's own words must do
		return fmt.Errorf("%w\n%s", err, text)
	}
	return nil
}

func (c *cluster) options() string {
	settings := []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(c.port),
		"unix_socket_directories=",
		"max_connections=300",
	}
	if !c.durable {
		// synchronous_commit stays on: what is committed is then with the operating system, and an immediate stop loses none.
		settings = append(settings, "fsync=off", "full_page_writes=off")
	}
	return "-c " + strings.Join(append(settings, c.settings...), " -c ")
}

func (c *cluster) stop(mode string) error {
	_, err := c.programs.run(c.programs.path("pg_ctl"), "stop", "-w", "-D", c.data(), "-m", mode)
	return err
}

// remove stops the server, if it runs, and deletes its data.
func (c *cluster) remove() error { return c.guard.release() }

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// url leaves no choice about TLS to the client, which would otherwise ask the server for it at each connection.
func (c *cluster) url(database string) string {
	return fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/%s?sslmode=disable", c.password, c.port, database)
}

// createDatabase copies files, which takes half the time of PostgreSQL's default way when nothing waits for the disk.
func (c *cluster) createDatabase(ctx context.Context) (string, error) {
	name := fmt.Sprintf("test_%d", c.databases.Add(1))
	return name, c.admin(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 STRATEGY file_copy")
}

// dropDatabase ends the connections that a test left open: they are the test's fault, but no reason to keep the database.
func (c *cluster) dropDatabase(ctx context.Context, name string) error {
	return c.admin(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
}

// admin runs one statement on a connection of its own, so that no pool's goroutines are left to the leak check.
func (c *cluster) admin(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// A guard is a process that stops a server and deletes its directory as soon as the test process closes a pipe, which the
// operating system does for a test that panics or is killed.
type guard struct {
	process *exec.Cmd
	pipe    *os.File
}

const guardScript = `read -r _; "$1" stop -w -D "$2/data" -m immediate; rm -rf "$2"`

// newGuard starts a guard that runs script, which waits for the end of its input before it ends and removes what it guards.
func newGuard(p *programs, script string, args ...string) (*guard, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	process := p.command("sh", append([]string{"-c", script, "guard"}, args...)...)
	process.Stdin = read
	if err := process.Start(); err != nil {
		write.Close()
		return nil, err
	}
	return &guard{process: process, pipe: write}, nil
}

// release returns when the server is stopped and its directory gone.
func (g *guard) release() error {
	if err := g.pipe.Close(); err != nil {
		return err
	}
	return g.process.Wait()
}
