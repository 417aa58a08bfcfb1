package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"
)

// compressed is what the names of copies end with that are sent to whoever takes them.
const compressed = ".gz"

// page is a file whose name stays when its content changes: browsers ask each time whether it has.
func page(files fs.FS, name, policy string) http.Handler {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		panic(fmt.Sprintf("reading embedded files: %v", err))
	}
	sum := sha256.Sum256(content)
	return file(files, name, policy, hex.EncodeToString(sum[:16]), "no-cache")
}

// asset is a file whose name changes with its content: browsers need not ask again.
func asset(files fs.FS, name string) http.Handler {
	return file(files, name, pagePolicy, path.Base(name), "public, max-age=31536000, immutable")
}

// file serves an embedded file, or its compressed copy, as it lies in the binary.
func file(files fs.FS, name, policy, version, caching string) http.Handler {
	kind := mediaTypeOf(name)
	copied := has(files, name+compressed)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", caching)
		h.Set("ETag", `"`+version+`"`)
		sent := name
		if copied {
			h.Set("Vary", "Accept-Encoding")
			if takesGzip(r.Header) {
				sent += compressed
				h.Set("Content-Encoding", "gzip")
				h.Set("ETag", `"`+version+compressed+`"`)
			}
		}
		opened, err := files.Open(sent)
		if err != nil {
			panic(fmt.Sprintf("reading embedded files: %v", err))
		}
		defer opened.Close()
		http.ServeContent(w, r, sent, time.Time{}, opened.(io.ReadSeeker)) // as all files are that are embedded
	})
}

// mediaTypes are those that pages depend on: the machine's own list may know others, or none.
var mediaTypes = map[string]string{
	".html":  "text/html; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".svg":   "image/svg+xml",
	".ttf":   "font/ttf",
	".woff2": "font/woff2",
}

func mediaTypeOf(name string) string {
	extension := path.Ext(name)
	if known, ok := mediaTypes[extension]; ok {
		return known
	}
	if known := mime.TypeByExtension(extension); known != "" {
		return known
	}
	return "application/octet-stream"
}
