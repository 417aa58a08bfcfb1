package store

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// discreetError is an error of PostgreSQL whose own text may quote what a caller sent, for those who log it. PostgreSQL's log
// has that text; errors.As finds it too.
type discreetError struct{ cause *pgconn.PgError }

// discreet hides the text of errors that quote values: data exceptions (class 22) and syntax errors. Of all others PostgreSQL
// quotes values in the detail, which pgx leaves out of the text.
func (postgres) discreet(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && (strings.HasPrefix(e.Code, "22") || e.Code == "42601") {
		return &discreetError{e}
	}
	return err
}

// Error names the state and the routine of PostgreSQL's source that raised it, which tells as much as the text does.
func (e *discreetError) Error() string {
	return "PostgreSQL refuses a value (SQLSTATE " + e.cause.Code + ", " + e.cause.Routine + "); its log says which"
}

func (e *discreetError) Unwrap() error { return e.cause }
