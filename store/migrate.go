package store

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

// migrator is the part of a dialect that migrations need.
type migrator interface {
	// migrations returns the embedded SQL files.
	migrations() fs.FS
	// lockMigrations holds back every other migrating process until the transaction ends, also when this process dies.
	lockMigrations(ctx context.Context, tx bun.Tx) error
	// gaveWay tells whether a migration has waited for a lock as long as it may.
	gaveWay(err error) bool
}

const (
	migrationsTable = "bun_migrations"
	// A migration that waits for a table makes all wait that come after it. So it gives way soon, and tries again a second later.
	migrationTries = 10
	betweenTries   = time.Second
)

// Migration is one step of the schema, and when it was applied; nil when it is still to come.
type Migration struct {
	Name      string
	AppliedAt *time.Time
	// Unknown is true when the database has it and this binary doesn't: a newer version was here.
	Unknown bool
	// Beside is true for an unknown one that says that a server of this version may go on beside it. Of any other unknown one
	// the database is refused.
	Beside bool
}

// Migrate applies what is missing and returns the names of it. All of it is one transaction that holds a lock on the table
// of migrations, so that any number of processes may start at once, and one that dies in the middle leaves nothing behind.
// On PostgreSQL none of its statements waits longer than 2 s for a lock; it is tried ten times, so for half a minute, until
// whoever holds the lock has ended. A schema newer than this binary is refused, unless it says that this one may serve beside it.
func (s *Store) Migrate(ctx context.Context) ([]string, error) {
	var applied []string
	var err error
	for try := range migrationTries {
		if try > 0 && s.dialect.gaveWay(err) && !pause(ctx, betweenTries) {
			break
		}
		applied = nil
		err = s.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			applied, err = s.migrateIn(ctx, tx)
			return err
		})
		// Two first starts at once can both try to create the table of migrations; the second try finds it.
		if err == nil || !s.dialect.conflict(err) && !s.dialect.gaveWay(err) {
			break
		}
	}
	if err != nil && s.dialect.gaveWay(err) {
		return nil, fmt.Errorf("%w: a transaction holds a table for long; pg_stat_activity shows it, and the next start tries again", err)
	}
	return applied, s.fault(err)
}

func (s *Store) migrateIn(ctx context.Context, tx bun.Tx) ([]string, error) {
	_, err := tx.NewCreateTable().Model((*migrate.Migration)(nil)).ModelTableExpr(migrationsTable).IfNotExists().Exec(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.dialect.lockMigrations(ctx, tx); err != nil {
		return nil, err
	}
	steps, err := s.migrationsIn(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := refuseUnknown(steps); err != nil {
		return nil, err
	}
	var applied []string
	for _, step := range steps {
		if step.AppliedAt != nil {
			continue
		}
		if err := s.apply(ctx, tx, step.Name); err != nil {
			return nil, fmt.Errorf("migration %s: %w", step.Name, err)
		}
		applied = append(applied, step.Name)
	}
	return applied, nil
}

func (s *Store) apply(ctx context.Context, tx bun.Tx, name string) error {
	text, err := fs.ReadFile(s.dialect.migrations(), name+".up.sql")
	if err != nil {
		return err
	}
	for _, statement := range strings.Split(string(text), "--bun:split") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		// Straight to the driver: bun would read a ? in the text as a place for an argument.
		if _, err := tx.Tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	record := &migrate.Migration{Name: name, GroupID: 1, MigratedAt: time.Now()}
	_, err = tx.NewInsert().Model(record).ModelTableExpr(migrationsTable).Exec(ctx)
	return err
}

// Migrations lists the steps of the schema in order, applied or not.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	steps, err := s.migrationsIn(ctx, s.read)
	return steps, s.fault(err)
}

func (s *Store) migrationsIn(ctx context.Context, db bun.IDB) ([]Migration, error) {
	files, err := fs.Glob(s.dialect.migrations(), "*.up.sql")
	if err != nil {
		return nil, err
	}
	at, err := appliedMigrations(ctx, db)
	if err != nil {
		return nil, err
	}
	var steps []Migration
	for _, file := range files {
		name := strings.TrimSuffix(file, ".up.sql")
		steps = append(steps, Migration{Name: name, AppliedAt: at[name]})
		delete(at, name)
	}
	for name, when := range at {
		steps = append(steps, Migration{Name: name, AppliedAt: when, Unknown: true})
	}
	judgeUnknown(steps)
	return steps, nil
}

func appliedMigrations(ctx context.Context, db bun.IDB) (map[string]*time.Time, error) {
	at := map[string]*time.Time{}
	exists, err := db.NewSelect().ColumnExpr("1").TableExpr(migrationsTable).Limit(1).Exists(ctx)
	if err != nil || !exists {
		if err != nil && strings.Contains(err.Error(), migrationsTable) {
			return at, nil // no table yet: an empty database
		}
		return at, err
	}
	var records []migrate.Migration
	if err := db.NewSelect().Model(&records).ModelTableExpr(migrationsTable + " AS migration").Scan(ctx); err != nil {
		return nil, err
	}
	for i := range records {
		at[records[i].Name] = &records[i].MigratedAt
	}
	return at, nil
}

// CheckSchema returns an error that says what to do unless the database has the migrations of this binary, and no others but
// those beside which it may serve.
func (s *Store) CheckSchema(ctx context.Context) error {
	steps, err := s.Migrations(ctx)
	if err != nil {
		return err
	}
	if err := refuseUnknown(steps); err != nil {
		return err
	}
	for _, step := range steps {
		if step.AppliedAt == nil {
			return fmt.Errorf("the database lacks migration %s; run `asyncgate migrate up`", step.Name)
		}
	}
	return nil
}

// MigrationSQL returns the text of all migrations for databases of url's kind, for those who apply SQL by hand. It connects to
// none.
func MigrationSQL(url string) (string, error) {
	d, _, err := kindOf(url)
	if err != nil {
		return "", err
	}
	files, err := fs.Glob(d.migrations(), "*.up.sql")
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, file := range files {
		text, err := fs.ReadFile(d.migrations(), file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&all, "-- %s\n%s\n", file, strings.ReplaceAll(string(text), "--bun:split\n", ""))
	}
	return all.String(), nil
}
