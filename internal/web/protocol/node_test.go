package protocol_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// runNode runs a script of this folder to its end. said, if not nil, hears each line that it prints, as it comes.
func runNode(t *testing.T, said func(line string), script string, args ...string) {
	t.Helper()
	runNodeTrusting(t, "", said, script, args...)
}

// runNodeTrusting is runNode for scripts that come by TLS; authority is a PEM file with whom they trust.
func runNodeTrusting(t *testing.T, authority string, said func(line string), script string, args ...string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("the clients need Node: %v", err)
	}
	if _, err := os.Stat("node_modules/.package-lock.json"); err != nil {
		t.Fatalf("the clients are not there (`make test` installs them, or `npm ci --ignore-scripts` in this folder): %v", err)
	}
	remember(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, node, append([]string{script}, args...)...)
	command.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+authority)
	var errors bytes.Buffer
	command.Stderr = &errors
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		output.WriteString(lines.Text() + "\n")
		if said != nil {
			said(lines.Text())
		}
	}
	if err := command.Wait(); err != nil {
		t.Errorf("%s: %v\n%s", script, err, errors.String())
	}
	t.Logf("%s:\n%s", script, output.String())
}

// remember opens what Node reads, so that the go command does not take an old result for one of changed scripts.
func remember(t *testing.T) {
	t.Helper()
	for _, pattern := range []string{"*.mjs", "../static/*.js"} {
		scripts, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range scripts {
			if _, err := os.ReadFile(name); err != nil {
				t.Fatal(err)
			}
		}
	}
}
