package testkit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// PgBouncer starts a PgBouncer in transaction mode, otherwise as Debian sets it up, before the server of databaseURL, and
// returns the URL of the same database through it. It is stopped when the test ends.
func PgBouncer(tb testing.TB, databaseURL string) string {
	tb.Helper()
	through, guard, err := startBouncer(tb.Context(), databaseURL)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := guard.release(); err != nil {
			tb.Error(err)
		}
	})
	return through
}

// startBouncer chooses the port. As for PostgreSQL, one that is free when we look may be taken a moment later.
func startBouncer(ctx context.Context, databaseURL string) (string, *guard, error) {
	p, err := findPrograms()
	if err != nil {
		return "", nil, err
	}
	program, err := findBouncer()
	if err != nil {
		return "", nil, err
	}
	server, err := url.Parse(databaseURL)
	if err != nil {
		return "", nil, err
	}
	for range 3 {
		var through string
		var g *guard
		if through, g, err = p.bounce(ctx, program, server); err == nil {
			return through, g, nil
		}
	}
	return "", nil, err
}

// findBouncer looks where system programs are too, which few but root have in their PATH.
func findBouncer() (string, error) {
	for _, name := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no PgBouncer on this machine for the tests: `make test` installs Debian's as root; elsewhere install the package pgbouncer")
}

// bounce starts the program and returns when connections through it are served.
func (p *programs) bounce(ctx context.Context, program string, server *url.URL) (string, *guard, error) {
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	dir, err := p.run("mktemp", "-d", filepath.Join(p.home, "pgbouncer-XXXXXX"))
	if err != nil {
		return "", nil, err
	}
	password, _ := server.User.Password()
	for name, text := range map[string]string{
		"users": fmt.Sprintf("%q %q\n", server.User.Username(), password),
		"settings": strings.Join([]string{
			"[databases]", "* = host=" + server.Hostname() + " port=" + server.Port(),
			"[pgbouncer]", "pool_mode = transaction", "listen_addr = 127.0.0.1", "listen_port = " + strconv.Itoa(port),
			"unix_socket_dir =", "auth_type = md5", "auth_file = " + filepath.Join(dir, "users"), "logfile = " + filepath.Join(dir, "log"), "",
		}, "\n"),
	} {
		if err := p.write(filepath.Join(dir, name), text); err != nil {
			return "", nil, err
		}
	}
	g, err := newGuard(p, bouncerScript, program, dir)
	if err != nil {
		return "", nil, err
	}
	through := *server
	through.Host = "127.0.0.1:" + strconv.Itoa(port)
	if err := answers(ctx, through.String()); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log")) // without a log the error must do
		return "", nil, fmt.Errorf("PgBouncer doesn't serve: %w\n%s", errors.Join(err, g.release()), log)
	}
	return through.String(), g, nil
}

// bouncerScript kills the program, which has nothing to save and would in newer versions wait for its clients.
const bouncerScript = `"$1" -q "$2/settings" & read -r _; kill -9 $! 2>/dev/null; wait $! 2>/dev/null; rm -rf "$2"`

// write writes a file as the account. Not by arguments, which every user of the machine can read.
func (p *programs) write(path, text string) error {
	c := p.command("sh", "-c", `umask 077; cat >"$1"`, "write", path)
	c.Stdin = strings.NewReader(text)
	return c.Run()
}

// answers returns when a server at url takes connections, which a program that has just been started doesn't yet.
func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}
