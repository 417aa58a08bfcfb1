package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// testName is a test that a document names as its proof.
	testName = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9]*)`")
	// link is where a link of a document leads: a file, this one when empty, and a heading of it.
	link = regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]+))?\)`)
	// heading is one of Markdown, or the line that is like one within a block of code.
	heading      = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Za-z0-9]+)\(`)
)

// TestDocumentsNameWhatExists: a proof that is named and not there is worse than none.
func TestDocumentsNameWhatExists(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	declared := mustReadTests(t, root)
	for _, document := range mustFindDocuments(t, root) {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range testName.FindAllStringSubmatch(string(text), -1) {
			if !declared[name[1]] {
				t.Errorf("%s names %s, which is no test here", document, name[1])
			}
		}
		for _, l := range link.FindAllStringSubmatch(string(text), -1) {
			target := document
			if strings.Contains(l[1], "://") {
				continue
			}
			if l[1] != "" {
				target = filepath.Join(filepath.Dir(document), l[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", document, l[1])
			} else if l[2] != "" && !anchors(t, target)[l[2]] {
				t.Errorf("%s links to %s, which has no heading #%s", document, target, l[2])
			}
		}
	}
}

// anchors are where the headings of a document are found, as GitHub names them.
func anchors(t *testing.T, document string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(string(text), -1) {
		found[strings.ReplaceAll(notInAnchors.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")] = true
	}
	return found
}

func mustReadTests(t *testing.T, root string) map[string]bool {
	t.Helper()
	declared := map[string]bool{}
	for _, f := range mustReadFiles(t, root) {
		if !f.isTest() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, f.path))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range declaredTest.FindAllSubmatch(text, -1) {
			declared[string(name[1])] = true
		}
	}
	return declared
}

// mustFindDocuments lists the Markdown files at the root and below docs.
func mustFindDocuments(t *testing.T, root string) []string {
	t.Helper()
	documents, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(root, "docs"), func(name string, _ fs.DirEntry, err error) error {
		if filepath.Ext(name) == ".md" {
			documents = append(documents, name)
		}
		return err
	})
	if err != nil || len(documents) < 5 {
		t.Fatalf("found %d documents: %v", len(documents), err)
	}
	return documents
}
