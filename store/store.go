// Package store is the memory: the only room that speaks SQL.
//
// It owes the others reads that are bound to one tenant (Store.Tenant), one way to write (Store.Batch: lock, decide, write,
// commit), migrations, and the audit behind `asyncgate verify`. It must never decide what an operation does, and row
// structs never leave it. What differs between the databases is in postgres*.go and sqlite*.go and nowhere else.
package store

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// Options are what a Store may be given beside its URL; the zero value serves.
type Options struct {
	// Clock replaces the clock that decides times: the database's on PostgreSQL, the process's on SQLite. For tests.
	Clock func() time.Time
	// MaxConnections bounds the connections to PostgreSQL and the readers of SQLite; 0 is 16.
	MaxConnections int
	// Logger is told when the database does not answer, or does not commit, and when it does again; nil is nobody.
	Logger *slog.Logger
	// Existing refuses to make a database that is not there: for those who only look.
	Existing bool
	// FailStatement, for tests, is asked before each statement of a batch, counted from 1; true makes the database
	// refuse that statement.
	FailStatement func(n int) bool
}

// Store is a database that holds the tenants' tasks, leases and ledgers. It is safe for concurrent use.
type Store struct {
	// read serves everything but batches; write is the same handle on PostgreSQL and the one writer on SQLite.
	read, write *bun.DB
	dialect     dialect
	forms       *forms
	watches     watches
	options     Options
}

// dialect is what differs between the databases.
type dialect interface {
	reader
	migrator
	// batch runs one transaction of one tenant; see Store.Batch.
	batch(ctx context.Context, s *Store, tenant uuid.UUID, needs *Needs, decide Decide) error
	// words writes a form as a statement, and as one for a single row.
	words(f *form) (text, single string)
	// conflict tells whether err is a lost race, after which the batch is run again: a duplicate key, a deadlock, a
	// serialization failure.
	conflict(err error) bool
	// unreachable tells whether err says that the database can't be reached or didn't answer.
	unreachable(err error) bool
	// cannotWrite tells whether err says that the database can't keep what is written: a full disk, a read-only database.
	cannotWrite(err error) bool
	// discreet returns err without what its text may quote of values.
	discreet(err error) error
	// currentTime is the time that decides a lease, as an argument of a query.
	currentTime(s *Store) any
	// capable is the condition that a task t requires nothing beyond a JSON array of capabilities, given as a parameter.
	capable(capabilities string) string
}

// Open opens the database at url, sqlite://PATH or postgres://…; or an empty SQLite in memory, which is gone when it is closed,
// at InMemory. It does not migrate; see Migrate and CheckSchema. Close it after use.
func Open(ctx context.Context, url string, options Options) (*Store, error) {
	if options.MaxConnections == 0 {
		options.MaxConnections = 16
	}
	s := &Store{options: options}
	d, address, err := kindOf(url)
	if err != nil {
		return nil, err
	}
	_, embedded := d.(sqlite)
	var name string
	switch {
	case url == InMemory:
		name = "in memory"
		err = s.openInMemory(ctx)
	case embedded:
		name, err = s.openSQLite(ctx, address)
	default:
		name, err = s.openPostgres(ctx, address)
	}
	if err != nil {
		return nil, err
	}
	s.watches = newWatches(options.Logger, name)
	s.forms = newForms(s.write, s.dialect.words)
	return s, nil
}

// kindOf tells which database a URL names, and its address: SQLite's is a path, PostgreSQL's the URL.
func kindOf(url string) (kind dialect, address string, err error) {
	scheme, rest, _ := strings.Cut(url, "://")
	switch scheme {
	case "sqlite", "memory":
		return sqlite{}, rest, nil
	case "postgres", "postgresql":
		return postgres{}, url, nil
	default:
		return nil, "", errors.New("a database URL is sqlite://PATH or postgres://USER@HOST/DATABASE")
	}
}

// Close closes all connections.
func (s *Store) Close() error {
	err := s.read.Close()
	if s.write != s.read {
		err = errors.Join(s.write.Close(), err)
	}
	return err
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.fault(s.read.PingContext(ctx)) }

// Embedded tells whether the database is a file of this machine, which one server at a time may serve.
func (s *Store) Embedded() bool { return s.read != s.write }

// Tenant returns a handle whose reads see that tenant only: a query without a tenant can't be written.
func (s *Store) Tenant(id uuid.UUID) *Tenant { return &Tenant{s: s, id: id} }

// Tenant reads what belongs to one tenant. All its methods return UNAVAILABLE when the database is out of reach or the
// context's deadline is over.
type Tenant struct {
	s  *Store
	id uuid.UUID
}

// ID returns the tenant's id.
func (t *Tenant) ID() uuid.UUID { return t.id }
