// Package console carries what Vite builds of this folder's sources, so that the server is one file.
//
// The room owes the others the built pages, or the word that nobody has built them: `make console` does, and needs Node.
package console

import (
	"embed"
	"io/fs"
)

// dist is never empty: it holds a file that keeps it in git.
//
//go:embed all:dist
var dist embed.FS

// Files returns the built site: index.html, playground.html, and below assets what they load, each file beside its
// compressed copy NAME.gz. It is nil when nothing was built.
func Files() fs.FS {
	site, err := fs.Sub(dist, "dist/site")
	if err != nil {
		return nil
	}
	if _, err := fs.Stat(site, "index.html"); err != nil {
		return nil
	}
	return site
}
