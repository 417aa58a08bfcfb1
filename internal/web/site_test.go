package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/asyncgate/asyncgate/internal/web"
)

// site is what a build of the console may have written.
func site() fstest.MapFS {
	files := fstest.MapFS{}
	for name, content := range map[string]string{
		"index.html":                  "<!doctype html><title>the console</title>",
		"playground.html":             "<!doctype html><title>the playground, built</title>",
		"assets/index-B5jn3yOg.js":    "export const console = 'built';",
		"assets/index-DgDgBW_s.css":   "body { color: red }",
		"assets/codicon-ngg6Pgfi.ttf": "a font",
	} {
		files[name] = &fstest.MapFile{Data: []byte(content)}
		if !strings.HasSuffix(name, ".ttf") {
			files[name+".gz"] = &fstest.MapFile{Data: zip(content)}
		}
	}
	return files
}

func zip(content string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, content)
	_ = w.Close()
	return b.Bytes()
}

func unzip(t *testing.T, content string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func withSite(files fstest.MapFS) func(*web.Options) { return func(o *web.Options) { o.Site = files } }

// TestSite: the built console is served as it was built, and as little of it as possible is sent.
func TestSite(t *testing.T) {
	t.Parallel()
	onStages(t, withSite(site()), func(t *testing.T, s *stage) {
		for path, kind := range map[string]string{
			"/": "text/html; charset=utf-8", "/playground": "text/html; charset=utf-8",
			"/assets/index-B5jn3yOg.js": "text/javascript; charset=utf-8", "/assets/index-DgDgBW_s.css": "text/css; charset=utf-8",
			"/assets/codicon-ngg6Pgfi.ttf": "font/ttf",
		} {
			checkSiteFile(t, s, path, kind)
		}
		for _, path := range []string{
			"/index.html", "/playground.html", "/assets", "/assets/", "/assets/index-B5jn3yOg.js.gz", "/assets/index-other.js", "/tasks/1",
		} {
			s.do(t, "GET", path, "").expect(t, 404, "")
		}
		s.do(t, "POST", "/assets/index-B5jn3yOg.js", "").expect(t, 405, "")
		if icon := s.do(t, "GET", "/static/icon.svg", ""); icon.status != 200 {
			t.Errorf("the icon, which the built pages have too: %d", icon.status)
		}
	})
}

// checkSiteFile compares what is sent with what was built: plain and compressed, whole and not at all.
func checkSiteFile(t *testing.T, s *stage, path, kind string) {
	t.Helper()
	name := map[string]string{"/": "index.html", "/playground": "playground.html"}[path]
	caching := "no-cache"
	if name == "" {
		name, caching = path[1:], "public, max-age=31536000, immutable"
	}
	want := string(site()[name].Data)
	_, hasCopy := site()[name+".gz"]

	plain := s.do(t, "GET", path, "", "Accept-Encoding", "identity")
	if plain.status != 200 || plain.body != want || plain.header.Get("Content-Encoding") != "" {
		t.Errorf("%s: %d %q", path, plain.status, plain.body)
	}
	compressed := s.do(t, "GET", path, "", "Accept-Encoding", "br, gzip")
	if hasCopy && (compressed.header.Get("Content-Encoding") != "gzip" || unzip(t, compressed.body) != want) {
		t.Errorf("%s, compressed: %v", path, compressed.header)
	}
	if !hasCopy && (compressed.header.Get("Content-Encoding") != "" || compressed.body != want) {
		t.Errorf("%s, which has no compressed copy: %v", path, compressed.header)
	}
	for what, r := range map[string]reply{"plain": plain, "compressed": compressed} {
		if r.header.Get("Content-Type") != kind || r.header.Get("Cache-Control") != caching {
			t.Errorf("%s, %s: %v", path, what, r.header)
		}
		if policy := r.header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self';") {
			t.Errorf("%s, %s: the policy is %q", path, what, policy)
		}
		if vary := r.header.Values("Vary"); hasCopy != strings.Contains(strings.Join(vary, ","), "Accept-Encoding") {
			t.Errorf("%s, %s: Vary is %q", path, what, vary)
		}
	}
	if hasCopy && plain.header.Get("ETag") == compressed.header.Get("ETag") {
		t.Errorf("%s: two representations have one ETag", path)
	}
	for encoding, tag := range map[string]string{"identity": plain.header.Get("ETag"), "gzip": compressed.header.Get("ETag")} {
		if r := s.do(t, "GET", path, "", "Accept-Encoding", encoding, "If-None-Match", tag); r.status != 304 || r.body != "" {
			t.Errorf("%s, %s, when it has not changed: %d %q", path, encoding, r.status, r.body)
		}
		head := s.do(t, "HEAD", path, "", "Accept-Encoding", encoding)
		if head.status != 200 || head.body != "" || head.header.Get("ETag") != tag || head.header.Get("Content-Type") != kind {
			t.Errorf("HEAD of %s, %s: %d %v", path, encoding, head.status, head.header)
		}
	}
}

func TestSiteOfPages(t *testing.T) {
	t.Parallel()
	t.Run("a page that changes is another", func(t *testing.T) {
		t.Parallel()
		files := site()
		before := newStage(t, withSite(files)).do(t, "GET", "/", "").header.Get("ETag")
		changed := maps.Clone(files)
		changed["index.html"] = &fstest.MapFile{Data: []byte("<!doctype html><title>the next console</title>")}
		if after := newStage(t, withSite(changed)).do(t, "GET", "/", "").header.Get("ETag"); after == before {
			t.Errorf("both are %s", after)
		}
	})
	t.Run("without a build there are the small pages, which tell how to get the others", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		for _, path := range []string{"/", "/playground"} {
			if r := s.do(t, "GET", path, ""); r.status != 200 || !strings.Contains(r.body, "make console") {
				t.Errorf("%s: %d %s", path, r.status, r.body)
			}
		}
		s.do(t, "GET", "/assets/index-B5jn3yOg.js", "").expect(t, 404, "")
	})
}

func TestWhoTakesGzip(t *testing.T) {
	t.Parallel()
	s := newStage(t, withSite(site()))
	for accept, want := range map[string]string{
		"gzip": "gzip", "GZIP;q=0.1": "gzip", "*": "gzip", "deflate, *;q=0.5": "gzip", "br;q=1, gzip;q=0.5": "gzip",
		"": "", "identity": "", "br": "", "gzip;q=0": "", "*, gzip;q=0": "", "*;q=0": "", "gzip;q=x": "", "gzipped": "",
	} {
		if got := s.do(t, "GET", "/", "", "Accept-Encoding", accept).header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: Content-Encoding is %q", accept, got)
		}
	}
}
