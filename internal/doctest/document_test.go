package doctest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is what a document tells its reader to type.
type block struct {
	line     int // of its first command
	commands string
	// terminal says that it has one of its own, until what it prints matches this, "" at once.
	terminal bool
	until    string
	// shows is the output that the document shows, "" for none.
	shows string
}

var (
	fence = regexp.MustCompile("^ *(```+)([a-z]*)")
	// hidden are commands that no reader needs to see: a preparation that is described elsewhere.
	hidden = regexp.MustCompile(`^<!-- sh$`)
	// ownTerminal makes the next block run beside what follows.
	ownTerminal = regexp.MustCompile(`^<!-- terminal(?:: (.+))? -->$`)
	// server is the last command of a block that serves until it is interrupted.
	server = regexp.MustCompile(`^(\w+=\S+ )*(make run|(go run \.|(\./)?(bin/)?asyncgate)( serve\b.*)?)$`)
	// greeting is what a server prints when it listens.
	greeting = `open https?://[^/]+/`
)

// readDocument returns a document's blocks in their order.
func readDocument(path string) ([]block, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(text), "\n")
	var blocks []block
	var next block // what is known of the next block before it begins
	near := false  // nothing but prose since the last block
	for i := 0; i < len(lines); i++ {
		first := i + 1
		switch {
		case ownTerminal.MatchString(lines[i]):
			next.terminal, next.until = true, ownTerminal.FindStringSubmatch(lines[i])[1]
		case hidden.MatchString(lines[i]):
			i = end(lines, first, "-->")
			next.line, next.commands = first+1, strings.Join(lines[first:i], "\n")
			blocks, next, near = append(blocks, next.asTyped()), block{}, false
		case strings.HasPrefix(lines[i], "#"):
			near = false
		case fence.MatchString(lines[i]):
			opened := fence.FindStringSubmatch(lines[i])
			i = end(lines, first, opened[1])
			inside := strings.Join(lines[first:min(i, len(lines))], "\n")
			switch opened[2] {
			case "sh":
				next.line, next.commands = first+1, inside
				blocks, next, near = append(blocks, next.asTyped()), block{}, true
			case "text":
				if near {
					blocks[len(blocks)-1].shows = inside
				}
				near = false
			case "bash", "shell":
				return nil, fmt.Errorf("%s:%d: what is to be executed is fenced as sh, what isn't as text", path, first)
			default:
				near = false
			}
		}
	}
	return blocks, nil
}

// end returns the index of the line that ends what began before line from.
func end(lines []string, from int, mark string) int {
	for i := from; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == mark {
			return i
		}
	}
	return len(lines)
}

// asTyped gives a block that serves a terminal of its own.
func (b block) asTyped() block {
	commands := strings.Split(strings.ReplaceAll(strings.TrimSpace(b.commands), "\\\n", " "), "\n")
	last := strings.TrimSpace(commands[len(commands)-1])
	if server.MatchString(last) && !strings.HasSuffix(last, "--help") {
		b.terminal, b.until = true, greeting
	}
	return b
}

func TestReadDocument(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "document.md")
	text := "# A\n\n```sh\necho 1\n```\n\nIt prints:\n\n```text\n1\n```\n\n```text\nno output\n```\n" +
		"```sh\nA=b go run . serve --addr \\\n  1\n```\n\n## B\n```text\nnone either\n```\n<!-- sh\nhidden\n-->\n" +
		"<!-- terminal: ready -->\n\n  ```sh\n  ./worker\n  ```\n```yaml\nnot: run\n```\n<!-- terminal -->\n```sh\n./agent\n```\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readDocument(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []block{
		{line: 4, commands: "echo 1", shows: "1"},
		{line: 17, commands: "A=b go run . serve --addr \\\n  1", terminal: true, until: greeting},
		{line: 26, commands: "hidden"},
		{line: 31, commands: "  ./worker", terminal: true, until: "ready"},
		{line: 38, commands: "./agent", terminal: true},
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("read\n%+v, not\n%+v", got, want)
	}
}
