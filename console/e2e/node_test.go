package e2e_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/console"
	"github.com/asyncgate/asyncgate/internal/testkit"
)

// program is the command, which serves what `make console` has built.
var program *testkit.Program

func TestMain(m *testing.M) { os.Exit(testkit.RunWithProgram(m, &program)) }

// scriptTime bounds a script, on a machine that has much else to do.
const scriptTime = 10 * time.Minute

// operator is what somebody at the server does when a script asks for it, by name.
type operator map[string]func()

// asks begins a line in which a script asks its operator for something; an empty line tells it that it is done.
const asks = "operator: "

// runInBrowser runs a script of this folder to its end, for the server at the URL. What else the script needs to know are its
// arguments.
func runInBrowser(t *testing.T, does operator, script, url string, arguments ...string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("the browser is driven by Node: %v", err)
	}
	if console.Files() == nil {
		t.Fatal("there is nothing to look at: `make console` builds it")
	}
	remember(t)
	ctx, cancel := context.WithTimeout(t.Context(), scriptTime)
	defer cancel()
	command := exec.CommandContext(ctx, node, append([]string{script, url, browser(t)}, arguments...)...)
	answers, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = command.Stdout
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	output := does.serve(t, said, answers)
	if err := command.Wait(); err != nil {
		t.Errorf("%s: %v", script, err)
	}
	t.Logf("%s:\n%s", script, output)
}

// serve does what a script asks for until it has ended, and returns what else it said.
func (does operator) serve(t *testing.T, said io.Reader, answers io.Writer) string {
	t.Helper()
	var output strings.Builder
	lines := bufio.NewReader(said)
	for {
		line, err := lines.ReadString('\n')
		if what, ok := strings.CutPrefix(line, asks); ok {
			do := does[strings.TrimSpace(what)]
			if do == nil {
				t.Fatalf("nobody here can %s", what)
			}
			do()
			if _, err := io.WriteString(answers, "\n"); err != nil {
				t.Fatal(err)
			}
		} else {
			output.WriteString(line)
		}
		if err != nil {
			return output.String() // its end; Wait tells of any other error
		}
	}
}

// browser finds Chromium: ASYNCGATE_TEST_CHROMIUM, or by one of the names that it is installed under.
func browser(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("ASYNCGATE_TEST_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("there is no browser: install chromium, as Debian and others name it, or name one in ASYNCGATE_TEST_CHROMIUM")
	return ""
}

// remember opens what Node reads, so that the go command does not take an old result for one of changed scripts.
func remember(t *testing.T) {
	t.Helper()
	scripts, err := filepath.Glob("*.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scripts {
		if _, err := os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
}
