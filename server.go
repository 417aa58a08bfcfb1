// Command asyncgate is a GraphQL server through which agents delegate work and reliably get the results back.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/asyncgate/asyncgate/internal/config"
)

const usage = `asyncgate delegates work to workers and gets the results back, over GraphQL.

Usage: asyncgate [command] [flags]

Commands:
  serve                     migrate if needed and serve until SIGINT or SIGTERM (the default)
  demo                      tell the whole story against a running server, as a client
  migrate up|status|sql     apply, list or print the migrations
  keys create|list|revoke   make, list and end API keys
  verify [--tenant UUID]    audit the ledger, and archives of it; exit 1 on any violation
  archive                   move the bodies of old closed chains to files
  mcp [--http ADDR]         offer the API as tools for language-model agents
  version                   version, commit and Go version

Every command takes --help. Settings are environment variables, ASYNCGATE_…, each also a flag: see asyncgate serve --help.
`

// process is what a command may touch of the process it runs in.
type process struct {
	args    []string
	environ []string
	stdout  io.Writer
	stderr  io.Writer
}

// variable returns the value of an environment variable, "" when it is not set.
func (p process) variable(name string) string {
	for _, pair := range p.environ {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}

// errUsage is a command line that can't be understood; exit code 2.
type errUsage struct{ message string }

func (e errUsage) Error() string { return e.message }

func usageErrorf(format string, args ...any) error { return errUsage{fmt.Sprintf(format, args...)} }

func main() {
	p := process{args: os.Args[1:], environ: os.Environ(), stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.main(context.Background()))
}

// main runs the command and returns the exit code: 0, 1 for a failure, 2 for bad usage.
func (p process) main(ctx context.Context) int {
	err := p.run(ctx)
	var bad errUsage
	var badFlag *config.UsageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return 1
	case errors.As(err, &bad), errors.As(err, &badFlag):
		p.complain(err)
		return 2
	default:
		p.complain(err)
		return 1
	}
}

// complain says in one line what went wrong, also of several errors at once.
func (p process) complain(err error) {
	_, _ = fmt.Fprintln(p.stderr, "asyncgate:", strings.ReplaceAll(err.Error(), "\n", "; "))
}

// errReported is a failure that the command has already told about.
var errReported = errors.New("reported")

func (p process) run(ctx context.Context) error {
	command, args := "serve", p.args
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	if len(p.args) > 0 {
		switch p.args[0] {
		case "--help", "-h", "help":
			_, err := io.WriteString(p.stdout, usage)
			return err
		case "--version", "-v":
			command, args = "version", p.args[1:]
		}
	}
	switch command {
	case "serve":
		return p.serve(ctx, args)
	case "demo":
		return p.demo(ctx, args)
	case "migrate":
		return p.migrate(ctx, args)
	case "keys":
		return p.keys(ctx, args)
	case "verify":
		return p.verify(ctx, args)
	case "mcp":
		return p.mcp(ctx, args)
	case "archive":
		return p.archive(ctx, args)
	case "version":
		return p.version(args)
	default:
		return usageErrorf("there is no command %q; see asyncgate --help", command)
	}
}
