package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"
)

// static holds the pages and all that they load: no request of theirs leaves the machine.
//
//go:embed static
var static embed.FS

func registerPages(mux *http.ServeMux) {
	mux.Handle("GET /{$}", page("index.html"))
	mux.Handle("GET /playground", page("playground.html"))
	files, err := fs.ReadDir(static, "static")
	if err != nil {
		panic(fmt.Sprintf("reading embedded files: %v", err)) // they are part of the binary
	}
	for _, file := range files {
		if path.Ext(file.Name()) != ".html" {
			mux.Handle("GET /static/"+file.Name(), page(file.Name()))
		}
	}
}

// page serves one embedded file; browsers ask each time whether it has changed.
func page(name string) http.Handler {
	content, err := static.ReadFile("static/" + name)
	if err != nil {
		panic(fmt.Sprintf("reading embedded files: %v", err))
	}
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	kind := map[string]string{
		".html": "text/html; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".svg":  "image/svg+xml",
	}[path.Ext(name)]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", tag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}
