package testkit

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Caddy starts a Caddy as a Caddyfile says and returns its URL. Nothing of the file is changed but addresses, old by new: the :80
// that it serves becomes a port of the loopback address, and others are replaced as the test says. One that the file doesn't
// have fails the test. Caddy ends with its test, or with the test process, however that ends.
func Caddy(tb testing.TB, caddyfile string, addresses map[string]string) (url string) {
	tb.Helper()
	program := unpackedProgram(tb, "caddy", "caddy")
	dir := tb.TempDir()
	said := NewOutput()
	command := func(args ...string) *exec.Cmd {
		// Not the test's context, which has ended when its cleanups run.
		c := exec.CommandContext(context.Background(), program, args...)
		c.Env = append(environment(nil), "HOME="+dir)
		c.Stderr = said
		return c
	}
	settings, err := command("adapt", "--adapter", "caddyfile", "--config", caddyfile).Output()
	if err != nil {
		tb.Fatalf("%s: %v\n%s", caddyfile, err, said)
	}
	served := FreeAddress(tb)
	settings = replaceAddress(tb, settings, ":80", served)
	for old, address := range addresses {
		settings = replaceAddress(tb, settings, old, address)
	}
	path := filepath.Join(dir, "caddy.json")
	if err := os.WriteFile(path, settings, 0o600); err != nil {
		tb.Fatal(err)
	}
	run := command("run", "--config", path)
	if err := run.Start(); err != nil {
		tb.Fatal(err)
	}
	release := Guard(tb, run.Process)
	tb.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait() // it was killed
		release()
		if tb.Failed() {
			tb.Logf("Caddy said:\n%s", said)
		}
	})
	awaitListener(tb, served)
	return "http://" + served
}

// replaceAddress replaces a string of a JSON text.
func replaceAddress(tb testing.TB, text []byte, old, address string) []byte {
	tb.Helper()
	quoted := []byte(strconv.Quote(old))
	if !bytes.Contains(text, quoted) {
		tb.Fatalf("the proxy's settings have no address %s:\n%s", old, text)
	}
	return bytes.ReplaceAll(text, quoted, []byte(strconv.Quote(address)))
}

// FreeAddress is an address of this machine, host:port, that nobody listens at. It is not one of those that the system gives to
// outgoing connections, so that a server finds it free when it is started again.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	port, err := freePort()
	if err != nil {
		tb.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// awaitListener returns when connections are taken at an address.
func awaitListener(tb testing.TB, address string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), programTime)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			tb.Fatalf("nobody listens at %s within %s: %v", address, programTime, err)
		}
	}
}
