package console_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"regexp"
	"testing"

	"github.com/asyncgate/asyncgate/console"
)

// TestFiles: what `make console` has built is complete, and nothing in its pages is inline, which their policy would refuse.
func TestFiles(t *testing.T) {
	t.Parallel()
	site := console.Files()
	if site == nil {
		t.Fatal("the console is not built: run `make console`")
	}
	inline := regexp.MustCompile(`<style| style=|<script(?:[^>]*[^/])?>[^<]|\son[a-z]+=`)
	loaded := regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)
	for _, page := range []string{"index.html", "playground.html"} {
		content := read(t, site, page)
		if found := inline.Find(content); found != nil {
			t.Errorf("%s has something inline: %s", page, found)
		}
		for _, match := range loaded.FindAllSubmatch(content, -1) {
			name := string(match[1][1:])
			if len(read(t, site, name)) == 0 {
				t.Errorf("%s loads %s, which is empty", page, name)
			}
		}
		if !bytes.Equal(unzip(t, read(t, site, page+".gz")), content) {
			t.Errorf("the compressed copy of %s is another", page)
		}
	}
}

func read(t *testing.T, files fs.FS, name string) []byte {
	t.Helper()
	content, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func unzip(t *testing.T, content []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
