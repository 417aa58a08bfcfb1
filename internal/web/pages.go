package web

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
)

// static holds small pages and all that they load: what people see whose server was built without the console.
//
//go:embed static
var static embed.FS

// registerPages serves the pages, and what they load: no request of theirs leaves the machine. The site is what the console's
// build has written, nil when there is none; a page that it lacks is the small one.
func registerPages(mux *http.ServeMux, site fs.FS) {
	small, err := fs.Sub(static, "static")
	if err != nil {
		panic(fmt.Sprintf("reading embedded files: %v", err)) // they are part of the binary
	}
	for _, p := range []struct{ pattern, name, policy string }{
		{"GET /{$}", "index.html", pagePolicy},
		{"GET /playground", "playground.html", playgroundPolicy},
	} {
		if has(site, p.name) {
			mux.Handle(p.pattern, page(site, p.name, p.policy))
		} else {
			mux.Handle(p.pattern, page(small, p.name, pagePolicy))
		}
	}
	for _, name := range filesBelow(small, ".") {
		if path.Ext(name) != ".html" {
			mux.Handle("GET /static/"+name, page(small, name, pagePolicy))
		}
	}
	for _, name := range filesBelow(site, "assets") {
		if path.Ext(name) != compressed {
			mux.Handle("GET /"+name, asset(site, name))
		}
	}
}

func has(files fs.FS, name string) bool {
	if files == nil {
		return false
	}
	_, err := fs.Stat(files, name)
	return err == nil
}

// filesBelow lists the files of a folder; none when it is not there.
func filesBelow(files fs.FS, folder string) []string {
	if !has(files, folder) {
		return nil
	}
	var names []string
	err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("reading embedded files: %v", err))
	}
	return names
}
