package archive

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/store"
)

// The kinds of violations that Check reports, beside those of store.Verify.
const (
	// Missing is a body or payload that the database has given away and no file has, or a file that the manifest lists.
	Missing store.ViolationKind = "archive_missing"
	// Changed is a line or a file that is not what it was: by the ledger's hashes, its own, or the manifest's.
	Changed store.ViolationKind = "archive_changed"
	// Surplus is a line of something that the ledger doesn't know, or that stands in the folder twice.
	Surplus store.ViolationKind = "archive_surplus"
)

// Counts are what Check has looked at.
type Counts struct {
	Files, Tasks, Receipts int
	// Unlisted are files that no manifest lists: those of a run that was interrupted, or of a manifest that is lost.
	Unlisted int
	// Full are receipts of the files whose bodies the database still has: those of a run that was interrupted, or has come back
	// with an older copy of the database.
	Full int
}

// Check compares the archive in the folders dirs with the ledgers of one tenant, or of all when tenant is nil: every file is what
// its manifest says; every line's hashes recompute and are those of the ledger; every receipt that is archived, and every task of
// one, is in a file. It calls report for each violation. It may run beside servers and archivers. UNAVAILABLE when the database is
// out of reach; a folder that is not there is an error.
func Check(ctx context.Context, s *store.Store, dirs []string, tenant *uuid.UUID, report func(store.Violation)) (Counts, error) {
	var counts Counts
	tenants, err := checkedTenants(ctx, s, dirs, tenant)
	for i := 0; err == nil && i < len(tenants); i++ {
		c := &checking{t: s.Tenant(tenants[i]), counts: &counts, report: report}
		err = c.run(ctx, dirs)
	}
	return counts, err
}

// checkedTenants are those that have a ledger or a folder.
func checkedTenants(ctx context.Context, s *store.Store, dirs []string, one *uuid.UUID) ([]uuid.UUID, error) {
	tenants, err := tenantsOf(ctx, s, one)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, fmt.Errorf("the archive can't be read: %w", err)
		}
		for _, e := range entries {
			if id, err := uuid.Parse(e.Name()); err == nil && id.String() == e.Name() && one == nil && !slices.Contains(tenants, id) {
				tenants = append(tenants, id)
			}
		}
	}
	return tenants, nil
}

// checking compares one tenant.
type checking struct {
	t      *store.Tenant
	counts *Counts
	report func(store.Violation)
	// given are the seqs of receipts whose bodies the database has given away, found those whose bodies are in files.
	given, found seqs
}

func (c *checking) violation(kind store.ViolationKind, id uuid.UUID, format string, args ...any) {
	c.report(store.Violation{Tenant: c.t.ID(), Kind: kind, ID: id, Detail: fmt.Sprintf(format, args...)})
}

// run reads the ledger before the files: what an archiver moves meanwhile was in a file before.
func (c *checking) run(ctx context.Context, dirs []string) error {
	if err := c.readGiven(ctx); err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := c.folder(ctx, filepath.Join(dir, c.t.ID().String())); err != nil {
			return err
		}
	}
	return c.missing(ctx)
}

func (c *checking) readGiven(ctx context.Context) error {
	for after := int64(0); ; {
		receipts, err := c.t.Envelopes(ctx, after, page)
		if err != nil || len(receipts) == 0 {
			return err
		}
		for _, r := range receipts {
			if r.Archived {
				c.given.add(r.Seq)
			}
		}
		after = receipts[len(receipts)-1].Seq
	}
}

func (c *checking) missing(ctx context.Context) error {
	for seq := range c.given.all() {
		if c.found.has(seq) {
			continue
		}
		at, err := c.t.Envelopes(ctx, seq-1, 1)
		if err != nil {
			return err
		}
		for _, r := range at {
			c.violation(Missing, r.ID, "receipt %d is archived, but its body is in no file", r.Seq)
		}
	}
	return nil
}

// folder checks a tenant's folder: the files that the manifest lists, and those that it doesn't list yet.
func (c *checking) folder(ctx context.Context, path string) error {
	m, err := readManifest(path, c.t.ID())
	if err != nil {
		c.violation(Changed, uuid.Nil, "%v", err)
	}
	names, err := namesIn(path, wholeFile)
	if err != nil {
		return err
	}
	listed := map[string]File{}
	known, err := m.Walked.in(ctx, c.t)
	if err != nil {
		return err
	}
	if !known {
		c.violation(Surplus, uuid.Nil, "%s is of another ledger: its receipt %d is not the one here", filepath.Join(path, manifestName), m.Walked.Seq)
	}
	for _, f := range m.Files {
		listed[f.Name] = f
		if !slices.Contains(names, f.Name) {
			c.violation(Missing, uuid.Nil, "the file %s is not there", filepath.Join(path, f.Name))
		}
	}
	here := &seqs{}
	for _, name := range names {
		f, err := c.file(ctx, filepath.Join(path, name), here)
		if err != nil {
			return err
		}
		switch want, ok := listed[name]; {
		case !ok:
			c.counts.Unlisted++
		case f != want:
			c.violation(Changed, uuid.Nil, "the file %s is not as the manifest says: it has %d tasks, %d receipts, %d bytes and SHA-256 %s",
				filepath.Join(path, name), f.Tasks, f.Receipts, f.Bytes, f.SHA256)
		}
	}
	return nil
}
