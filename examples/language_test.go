package examples_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// language is an agent and a worker that are written in it. A new one is a row of languages, and nothing else.
type language struct {
	name          string
	agent, worker []string
}

var languages = []language{
	{"Go", []string{"go/agent"}, []string{"go/worker"}},
	{"Python", []string{"python3", "python/agent.py"}, []string{"python3", "python/worker.py"}},
	{"TypeScript", []string{"node", "--import", tsx, "typescript/agent.ts"}, []string{"node", "--import", tsx, "typescript/worker.ts"}},
}

// tsx lets Node 20 run TypeScript. `make test` installs it, or `npm ci --ignore-scripts` in typescript.
const tsx = "typescript/node_modules/tsx/dist/loader.mjs"

// builtGo is the folder with the examples in Go: `go run` would not pass signals on to them.
var builtGo string

func buildGo() error {
	dir, err := os.MkdirTemp("", "asyncgate-examples-")
	if err != nil {
		return err
	}
	builtGo = dir
	build := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-o", dir+"/go/", "./go/...")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the examples in Go: %w\n%s", err, out)
	}
	return nil
}

// executable finds the program that runs an example.
func executable(name string) (string, error) {
	if strings.HasPrefix(name, "go/") {
		name = filepath.Join(builtGo, name)
	}
	return exec.LookPath(name)
}

// next is the language that takes over from this one.
func next(i int) language { return languages[(i+1)%len(languages)] }

// onEach runs a test for each language, on each database.
func onEach(t *testing.T, test func(t *testing.T, i int, s *server)) {
	t.Helper()
	for i, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			onEachDatabase(t, func(t *testing.T, s *server) { test(t, i, s) })
		})
	}
}

// TestLength: an example is something to read at a glance.
func TestLength(t *testing.T) {
	t.Parallel()
	for _, file := range sources(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 60 {
			t.Errorf("%s has %d lines, more than 60", file, n)
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			if n := len([]rune(string(line))); n > 120 {
				t.Errorf("%s:%d has %d characters, more than 120", file, i+1, n)
			}
		}
	}
}

// sources are the files of the examples. To have read them makes go test run again what they have changed.
func sources(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*/*.py", "*/*.ts", "*/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatal("there are no examples")
	}
	return files
}
