package store

import (
	"context"

	"github.com/google/uuid"
)

// InMemory is the URL of a database for tests: SQLite, with a writer and readers as on a file.
const InMemory = "memory://"

// openInMemory opens a database that the store's connections share and nobody else knows. SQLite keeps it as long as one of them
// is open, which the writer is. It has no WAL: readers and the writer wait for each other, within the busy timeout.
func (s *Store) openInMemory(ctx context.Context) error {
	return s.connectSQLite(ctx, "in memory", sqliteDSN("/asyncgate-"+uuid.NewString())+"&vfs=memdb")
}
