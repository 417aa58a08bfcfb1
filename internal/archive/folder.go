package archive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/asyncgate/asyncgate/store"
)

// A folder is where a tenant's files are, DIR/TENANT, and what a run does there.
type folder struct {
	path     string
	t        *store.Tenant
	options  *Options
	manifest manifest
	sum      *Summary
}

// openFolder reads the manifest, and clears away what a run that was interrupted had only begun to write.
func openFolder(t *store.Tenant, options *Options, sum *Summary) (*folder, error) {
	f := &folder{path: filepath.Join(options.Dir, t.ID().String()), t: t, options: options, sum: sum}
	begun, err := namesIn(f.path, partial)
	for i := 0; err == nil && i < len(begun); i++ {
		err = os.Remove(filepath.Join(f.path, begun[i]))
	}
	if err != nil {
		return nil, err
	}
	f.manifest, err = readManifest(f.path, t.ID())
	return f, err
}

// namesIn returns the names in a tenant's folder that have an ending; none where there is no folder.
func namesIn(path, ending string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ending) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// completeUnlisted goes on where a run was interrupted: between the writing of a file and its place in the manifest.
func (f *folder) completeUnlisted(ctx context.Context) error {
	names, err := namesIn(f.path, wholeFile)
	for i := 0; err == nil && i < len(names); i++ {
		if !f.manifest.lists(names[i]) {
			err = f.complete(ctx, names[i], f.manifest.Walked)
		}
	}
	return err
}

// complete empties the database of what a file holds, and lists the file.
func (f *folder) complete(ctx context.Context, name string, walked *place) error {
	path := filepath.Join(f.path, name)
	file, err := f.empty(ctx, path)
	if err != nil {
		return err
	}
	f.manifest.Files = append(f.manifest.Files, file)
	slices.SortFunc(f.manifest.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	if err := f.walkedTo(walked); err != nil {
		return err
	}
	f.sum.Files++
	f.sum.Tasks += file.Tasks
	f.sum.Receipts += file.Receipts
	if f.options.Told != nil {
		f.options.Told(path, file)
	}
	return nil
}

// walkedTo writes the manifest.
func (f *folder) walkedTo(p *place) error {
	f.manifest.Walked = p
	if err := f.step("list"); err != nil {
		return err
	}
	if err := makeFolder(f.path); err != nil {
		return err
	}
	return f.manifest.write(f.path)
}

func (f *folder) step(name string) error {
	if f.options.at == nil {
		return nil
	}
	return f.options.at(name)
}
