package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	driver "modernc.org/sqlite"
	lite "modernc.org/sqlite/lib"

	"github.com/asyncgate/asyncgate/migrations"
)

const (
	// busyTimeout is how long a statement waits for a lock of another process's.
	busyTimeout  = 10 * time.Second
	betweenOpens = 50 * time.Millisecond
)

// sqlite is SQLite: a file, one writer connection with immediate transactions, a pool of readers.
type sqlite struct{ kept *keptStatements }

// openSQLite opens the file, which is made if need be, and returns its whole path.
func (s *Store) openSQLite(ctx context.Context, path string) (string, error) {
	if path == "" {
		return "", errors.New("a SQLite database needs a path: sqlite://asyncgate.db")
	}
	if dir := filepath.Dir(path); dir != "." {
		if _, err := os.Stat(dir); err != nil {
			return "", fmt.Errorf("the folder of the database %s: %w", path, err)
		}
	}
	if err := s.create(path); err != nil {
		return "", err
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("the database %s: %w", path, err)
	}
	return whole, s.connectSQLite(ctx, path, sqliteDSN(path))
}

// connectSQLite opens the writer and the readers of the database at path, which is a name for people.
func (s *Store) connectSQLite(ctx context.Context, path, dsn string) error {
	writer, err := sql.Open("sqlite", dsn+"&_txlock=immediate&_pragma=journal_mode(WAL)")
	if err != nil {
		return err
	}
	writer.SetMaxOpenConns(1)
	// The writer is opened first: it sets the journal mode that the readers rely on.
	if err := firstOpen(ctx, writer); err != nil {
		return errors.Join(fmt.Errorf("the database %s can't be opened: %w", path, err), writer.Close())
	}
	readers, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)")
	if err != nil {
		return errors.Join(err, writer.Close())
	}
	readers.SetMaxOpenConns(s.options.MaxConnections)
	readers.SetMaxIdleConns(s.options.MaxConnections)
	s.write = bun.NewDB(writer, sqlitedialect.New())
	s.read = bun.NewDB(readers, sqlitedialect.New()).WithQueryHook(countingHook{}).WithQueryHook(spanHook{semconv.DBSystemNameSQLite})
	s.dialect = sqlite{kept: &keptStatements{}}
	return nil
}

// firstOpen opens a connection. SQLite doesn't wait, whatever its busy_timeout, where two set the journal mode of a new database
// at once: one of them hears that it is locked.
func firstOpen(ctx context.Context, db *sql.DB) error {
	for end := time.Now().Add(busyTimeout); ; {
		err := db.PingContext(ctx)
		if sqliteCode(err)&0xff != lite.SQLITE_BUSY || time.Now().After(end) || !pause(ctx, betweenOpens) {
			return err
		}
	}
}

// create makes the file where there is none, for its owner alone: it holds what the tasks hold.
func (s *Store) create(path string) error {
	if _, err := os.Stat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return nil // what else is wrong with it, opening it tells
	}
	if s.options.Existing {
		return fmt.Errorf("there is no database %s; name another with --database-url, or start the server, which makes it", path)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the database %s can't be made: %w", path, err)
	}
	return file.Close()
}

func sqliteDSN(path string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() +
		fmt.Sprintf("?_pragma=busy_timeout(%d)", busyTimeout.Milliseconds()) + "&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=cache_size(-16384)"
}

func (sqlite) conflict(err error) bool {
	code := sqliteCode(err)
	return code == lite.SQLITE_CONSTRAINT_UNIQUE || code == lite.SQLITE_CONSTRAINT_PRIMARYKEY ||
		code&0xff == lite.SQLITE_BUSY
}

func (sqlite) unreachable(err error) bool {
	switch sqliteCode(err) & 0xff {
	case lite.SQLITE_BUSY, lite.SQLITE_IOERR, lite.SQLITE_CANTOPEN, lite.SQLITE_INTERRUPT:
		return true
	default:
		return errors.Is(err, sql.ErrConnDone)
	}
}

func (sqlite) cannotWrite(err error) bool {
	switch code := sqliteCode(err); code {
	// A quota, or a disk whose end is found by another call than a write.
	case lite.SQLITE_IOERR_WRITE, lite.SQLITE_IOERR_FSYNC, lite.SQLITE_IOERR_DIR_FSYNC, lite.SQLITE_IOERR_TRUNCATE, lite.SQLITE_IOERR_SHMSIZE:
		return true
	default:
		return code&0xff == lite.SQLITE_FULL || code&0xff == lite.SQLITE_READONLY
	}
}

// discreet has nothing to do: SQLite's messages name tables and columns only.
func (sqlite) discreet(err error) error { return err }

func sqliteCode(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// now is the transaction's time: the process's clock, since one process writes.
func (s *Store) now() time.Time {
	clock := s.options.Clock
	if clock == nil {
		clock = time.Now
	}
	return clock().UTC().Truncate(time.Microsecond)
}

func (sqlite) migrations() fs.FS { return folder(migrations.SQLite, "sqlite") }

// lockMigrations has nothing to do: the transaction is immediate and holds the only write lock there is.
func (sqlite) lockMigrations(context.Context, bun.Tx) error { return nil }

// gaveWay is never true: the only lock is had from the beginning.
func (sqlite) gaveWay(error) bool { return false }

func folder(files embed.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		return files // the name is a constant of this room and valid
	}
	return sub
}
