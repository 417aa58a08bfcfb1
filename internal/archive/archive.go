// Package archive is the attic: it moves the bodies of old closed chains from the database to JSON Lines files, and proves that
// files and ledger agree.
//
// It owes everybody that nothing is lost: what the database forgets lies in a file that has reached the disk and was read back
// from there, and a run that ends anywhere is completed by the next one. It must never write a receipt, nor change anything of
// one but its body. docs/retention.md describes the files, docs/decisions/archive.md why they are as they are.
package archive

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/store"
)

// Options say what is archived, and where to.
type Options struct {
	// Before is the instant that the last receipt of a chain must be older than.
	Before time.Time
	// Dir is the folder of the archive, which is made if it is not there.
	Dir string
	// Tenant, if not nil, is the only one that is archived.
	Tenant *uuid.UUID
	// FileBytes is the size after which a file takes no further chain; 0 is 64 MiB. A chain is never divided, so a file is larger
	// by one chain at most.
	FileBytes int64
	// Told, if not nil, is called for each file that is complete: its bodies are in the file and nowhere else.
	Told func(path string, f File)

	// at, for tests, is asked before each step; an error ends the run there as a death would, with nothing tidied up.
	at func(step string) error
}

// Summary is what a run has done.
type Summary struct {
	// Files were completed, Tasks and Receipts are in them.
	Files, Tasks, Receipts int
}

// Run archives every chain that is closed and whose last receipt is older than options.Before. A chain is a task's receipts, their
// acknowledgements, and payload, outcome and progress of the task; it moves as a whole. What is acknowledged later moves in a
// later run.
//
// Each file is written and synced first; then it is read back and the database is emptied of what it holds, a few hundred
// receipts in a transaction; then the manifest lists it. So an interrupted run loses nothing: the next one on the folder
// completes what it finds there. It is an error that another run is writing to the folder, or that the folder is of another
// database. UNAVAILABLE when the database is out of reach.
func Run(ctx context.Context, s *store.Store, options Options) (sum Summary, err error) {
	if options.FileBytes == 0 {
		options.FileBytes = 64 << 20
	}
	if err := makeFolder(options.Dir); err != nil {
		return sum, err
	}
	unlock, err := lock(options.Dir)
	if err != nil {
		return sum, err
	}
	defer unlock()
	tenants, err := tenantsOf(ctx, s, options.Tenant)
	for i := 0; err == nil && i < len(tenants); i++ {
		err = runTenant(ctx, s.Tenant(tenants[i]), &options, &sum)
	}
	return sum, err
}

func runTenant(ctx context.Context, t *store.Tenant, options *Options, sum *Summary) error {
	f, err := openFolder(t, options, sum)
	if err != nil {
		return err
	}
	if err := f.completeUnlisted(ctx); err != nil {
		return err
	}
	return (&walk{folder: f, t: t, before: options.Before}).run(ctx)
}

func tenantsOf(ctx context.Context, s *store.Store, one *uuid.UUID) ([]uuid.UUID, error) {
	if one != nil {
		return []uuid.UUID{*one}, nil
	}
	return s.Tenants(ctx)
}
