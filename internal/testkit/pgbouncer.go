package testkit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// PgBouncer starts a PgBouncer as deploy/pgbouncer.ini sets it up, but for addresses and users, before the server of
// databaseURL, and returns the URL of the same database through it. It is stopped when the test ends.
func PgBouncer(tb testing.TB, databaseURL string) string {
	tb.Helper()
	return startBouncer(tb, databaseURL, freePort)
}

// PgBouncerAt is PgBouncer at a port of the caller's choice.
func PgBouncerAt(tb testing.TB, databaseURL string, port int) string {
	tb.Helper()
	return startBouncer(tb, databaseURL, func() (int, error) { return port, nil })
}

func startBouncer(tb testing.TB, databaseURL string, port func() (int, error)) string {
	tb.Helper()
	through, guard, err := tryBouncer(tb.Context(), databaseURL, port)
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

// tryBouncer tries three times: as for PostgreSQL, a port that is free when we look may be taken a moment later.
func tryBouncer(ctx context.Context, databaseURL string, port func() (int, error)) (string, *guard, error) {
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
		if through, g, err = p.bounce(ctx, program, server, port); err == nil {
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
func (p *programs) bounce(ctx context.Context, program string, server *url.URL, choose func() (int, error)) (string, *guard, error) {
	port, err := choose()
	if err != nil {
		return "", nil, err
	}
	dir, err := p.run("mktemp", "-d", filepath.Join(p.home, "pgbouncer-XXXXXX"))
	if err != nil {
		return "", nil, err
	}
	settings, err := bouncerSettings(map[string]string{
		"*": "host=" + server.Hostname() + " port=" + server.Port(), "listen_port": strconv.Itoa(port),
		"auth_file": filepath.Join(dir, "users"), "logfile": filepath.Join(dir, "log"),
	})
	if err != nil {
		return "", nil, err
	}
	password, _ := server.User.Password()
	for name, text := range map[string]string{"users": fmt.Sprintf("%q %q\n", server.User.Username(), password), "settings": settings} {
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
	if err := answers(ctx, through.String(), 10*time.Second); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log")) // without a log the error must do
		return "", nil, fmt.Errorf("PgBouncer doesn't serve: %w\n%s", errors.Join(err, g.release()), log)
	}
	return through.String(), g, nil
}

// bouncerSettings are those that operators are given, with values of the test's own.
func bouncerSettings(own map[string]string) (string, error) {
	root, err := repository()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(root, "deploy", "pgbouncer.ini"))
	if err != nil {
		return "", err
	}
	settings := string(text)
	for name, value := range own {
		line := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` = .*$`)
		if !line.MatchString(settings) {
			return "", fmt.Errorf("deploy/pgbouncer.ini has no %s", name)
		}
		settings = line.ReplaceAllLiteralString(settings, name+" = "+value)
	}
	return settings, nil
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
func answers(ctx context.Context, url string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
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
