package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/asyncgate/asyncgate/migrations"
)

// postgres is PostgreSQL: pgx through database/sql under bun; batches take a connection of the same pool and use
// pgx's pipeline.
type postgres struct {
	config     *pgx.ConnConfig // as the URL says; not to be changed
	all        postgresSelects
	grown      *growth
	others     *others
	succession *succession
}

// parsePostgres reads a URL and adds what it leaves open.
func parsePostgres(url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// pgx's message may quote the URL, whose password nobody should read in a log.
		return nil, errors.New("the database URL is malformed; it is written postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "asyncgate"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	return config, nil
}

// openPostgres connects, and returns where to and the database there.
func (s *Store) openPostgres(ctx context.Context, url string) (string, error) {
	config, err := parsePostgres(url)
	if err != nil {
		return "", err
	}
	db := sql.OpenDB(newPostgresPool(config.Copy()))
	db.SetMaxOpenConns(s.options.MaxConnections)
	db.SetMaxIdleConns(s.options.MaxConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		return "", errors.Join(refused(config, err), db.Close())
	}
	s.read = bun.NewDB(db, pgdialect.New()).WithQueryHook(countingHook{}).WithQueryHook(spanHook{semconv.DBSystemNamePostgreSQL})
	s.write = s.read
	s.dialect = postgres{
		config: config, all: newPostgresSelects(s.write), grown: &growth{rows: map[string]int{}},
		others: newOthers(), succession: &succession{writing: map[uuid.UUID][]*turn{}},
	}
	return fmt.Sprintf("%s:%d/%s", config.Host, config.Port, config.Database), nil
}

// refused says why there is no connection, and what to do. pgx's own text goes over several lines, one for each attempt.
func refused(config *pgx.ConnConfig, err error) error {
	at := fmt.Sprintf("PostgreSQL at %s:%d", config.Host, config.Port)
	var said *pgconn.PgError
	var op *net.OpError
	switch {
	case !errors.As(err, &said) && errors.As(err, &op):
		return fmt.Errorf("%s doesn't answer (%w); start it, or name another with ASYNCGATE_DATABASE_URL", at, op.Err)
	case said == nil:
		return fmt.Errorf("%s doesn't answer: %s", at, strings.Join(strings.Fields(err.Error()), " "))
	case said.Code == "3D000": // invalid_catalog_name
		return fmt.Errorf("%s has no database %q; make it with createdb", at, config.Database)
	case strings.HasPrefix(said.Code, "28"):
		return fmt.Errorf("%s refuses the user %q: %s; the database URL names user and password", at, config.User, said.Message)
	default:
		return fmt.Errorf("%s refuses the connection: %s", at, said.Message)
	}
}

const (
	divisionByZero   = "22012" // an assertion of a batch: a guarded write lost a race, or the head was elsewhere
	deadlockDetected = "40P01"
	lockNotAvailable = "55P03" // lock_timeout
)

func (postgres) conflict(err error) bool {
	switch sqlState(err) {
	case "23505", // unique_violation: another replica was first
		"42P07", // duplicate_table: the same, among first starts
		divisionByZero, deadlockDetected,
		"40001": // serialization_failure
		return true
	default:
		var unsent *unsentError
		return errors.As(err, &unsent) || errors.Is(err, errFollowedNothing) || errors.Is(err, errImpatient)
	}
}

func (postgres) unreachable(err error) bool {
	switch state := sqlState(err); {
	// Connection, shutdown or cancellation, resources, lost races.
	case strings.HasPrefix(state, "08"), strings.HasPrefix(state, "57"), strings.HasPrefix(state, "53"), strings.HasPrefix(state, "40"):
		return true
	// Timeouts: of a lock, of an idle transaction, of a long one.
	case slices.Contains([]string{lockNotAvailable, "25P03", "25P04"}, state):
		return true
	case state != "":
		return false
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || pgconn.Timeout(err) || connectionLost(err)
}

func (postgres) cannotWrite(err error) bool {
	switch sqlState(err) {
	case "53100", // disk_full
		"58030", // io_error
		"25006": // read_only_sql_transaction: a standby, or a database that was made read-only
		return true
	default:
		return false
	}
}

func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// connectionLost tells whether err says that the connection ended under a statement.
func connectionLost(err error) bool {
	return errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn) ||
		strings.Contains(err.Error(), "conn closed")
}

func (postgres) migrations() fs.FS { return folder(migrations.Postgres, "postgres") }

func (postgres) lockMigrations(ctx context.Context, tx bun.Tx) error {
	// It conflicts with itself, not with reads nor with the inserts of this transaction.
	if _, err := tx.ExecContext(ctx, "LOCK TABLE "+migrationsTable+" IN SHARE UPDATE EXCLUSIVE MODE"); err != nil {
		return err
	}
	// Only from here on: however long another process migrates, this one waits for it.
	_, err := tx.ExecContext(ctx, "SET LOCAL lock_timeout = '2s'")
	return err
}

func (postgres) gaveWay(err error) bool { return sqlState(err) == lockNotAvailable }
