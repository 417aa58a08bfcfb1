package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/console"
	"github.com/asyncgate/asyncgate/internal/testkit"
)

// program is the command, which serves what `make console` has built.
var program *testkit.Program

func TestMain(m *testing.M) { os.Exit(testkit.RunWithProgram(m, &program)) }

// scriptTime bounds a script, on a machine that has much else to do.
const scriptTime = 5 * time.Minute

// runInBrowser runs a script of this folder, for a server in development mode, to its end.
func runInBrowser(t *testing.T, script, url string) {
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
	output, err := exec.CommandContext(ctx, node, script, url, browser(t)).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v", script, err)
	}
	t.Logf("%s:\n%s", script, output)
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
