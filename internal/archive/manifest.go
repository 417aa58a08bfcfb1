package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
)

const (
	manifestName  = "manifest.json"
	formatName    = "asyncgate-archive"
	formatVersion = 1
)

// A manifest says what a tenant's folder holds. It lists files that are complete; one that it doesn't list is still to be
// completed, and so it may be lost: the next run makes it anew.
type manifest struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Tenant  uuid.UUID `json:"tenant"`
	// Walked is the receipt up to which the ledger was looked at; nil before the first one. No chain that ends there or before
	// is looked at again.
	Walked *place `json:"walked"`
	Files  []File `json:"files"`
}

// A place in a ledger has the hash of the receipt there, by which another ledger is told from it.
type place struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// File is what the manifest says of a file.
type File struct {
	// Name is the seqs of its first and last receipt, as in 000000000001-000000001234.jsonl.
	Name string `json:"name"`
	// Tasks and Receipts are how many it holds, in as many lines.
	Tasks    int `json:"tasks"`
	Receipts int `json:"receipts"`
	// FirstSeq and LastSeq are the least and the greatest seq of its receipts. Those between may be in other files or in none.
	FirstSeq int64 `json:"first_seq"`
	LastSeq  int64 `json:"last_seq"`
	Bytes    int64 `json:"bytes"`
	// SHA256 is that of the whole file, 64 lower-case hexadecimal digits.
	SHA256 string `json:"sha256"`
}

// readManifest reads the manifest of a tenant's folder; where there is none, it is that of an empty folder.
func readManifest(dir string, tenant uuid.UUID) (manifest, error) {
	m := manifest{Format: formatName, Version: formatVersion, Tenant: tenant, Files: []File{}}
	path := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s is unreadable (%w); without it, asyncgate archive makes it anew from the files", path, err)
	}
	switch {
	case m.Format != formatName || m.Version != formatVersion:
		return m, fmt.Errorf("%s is of format %q, version %d; this program knows %s, version %d", path, m.Format, m.Version, formatName, formatVersion)
	case m.Tenant != tenant:
		return m, fmt.Errorf("%s is of tenant %s; the folder has another's name", path, m.Tenant)
	}
	return m, nil
}

func (m *manifest) lists(name string) bool {
	for _, f := range m.Files {
		if f.Name == name {
			return true
		}
	}
	return false
}

// write replaces the manifest as a whole.
func (m *manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, manifestName)
	f, err := os.OpenFile(path+partial, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err := errors.Join(err, syncAndClose(f)); err != nil {
		return err
	}
	return renameSynced(path+partial, path)
}
