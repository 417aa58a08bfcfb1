package store

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// Exec runs SQL past every rule, so that tests can corrupt a database and ask it what it refuses.
func (s *Store) Exec(ctx context.Context, query string, args ...any) error {
	_, err := s.write.ExecContext(ctx, query, args...)
	return err
}

// Alone makes the store believe that no other server writes to the database, until it finds otherwise.
func (s *Store) Alone() {
	others := s.dialect.(postgres).others
	others.listen(time.Hour)
	others.gone.Store(0)
}

// IsAlone tells what it believes.
func (s *Store) IsAlone() bool { return s.dialect.(postgres).others.none() }

// Prepared returns how many statements PostgreSQL has prepared for the connection of a pool of one.
func (s *Store) Prepared(ctx context.Context) (n int, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT count(*) FROM pg_prepared_statements").Scan(&n)
	return n, err
}

// CountOpenObligations counts the rows.
func (s *Store) CountOpenObligations(ctx context.Context) (n int64, err error) {
	err = s.read.NewSelect().ColumnExpr("count(*)").Table("obligations").Where("closed_by IS NULL").Scan(ctx, &n)
	return n, err
}

// TaskColumns are the columns of tasks.
func TaskColumns(s *Store) (names []string) {
	for _, f := range s.write.Table(reflect.TypeFor[taskRow]()).Fields {
		names = append(names, f.Name)
	}
	return names
}

// CopyTenant gives a new tenant all that another has. Ids are a tenant's own, so it is as good as written anew, and faster.
func (s *Store) CopyTenant(ctx context.Context, from, to uuid.UUID) error {
	columns := map[string]string{"ledger_heads": "seq"}
	for _, row := range []reflect.Type{
		reflect.TypeFor[taskRow](), reflect.TypeFor[leaseRow](), reflect.TypeFor[receiptRow](), reflect.TypeFor[obligationRow](),
		reflect.TypeFor[acknowledgementRow](), reflect.TypeFor[taskCountRow](),
	} {
		var names []string
		for _, f := range s.write.Table(row).Fields {
			if f.Name != "tenant_id" {
				names = append(names, f.Name)
			}
		}
		columns[s.write.Table(row).Name] = strings.Join(names, ", ")
	}
	for table, names := range columns {
		err := s.Exec(ctx, "INSERT INTO "+table+" (tenant_id, "+names+") SELECT ?, "+names+" FROM "+table+" WHERE tenant_id = ?", to, from)
		if err != nil {
			return err
		}
	}
	return nil
}

// PlanOf returns how the database would run the last statement of read.
func (s *Store) PlanOf(ctx context.Context, read func(context.Context, *Store) error) (string, error) {
	var last lastQuery
	reader := *s
	reader.read = s.read.WithQueryHook(&last)
	if err := read(ctx, &reader); err != nil {
		return "", err
	}
	explain := "EXPLAIN "
	if s.Embedded() {
		explain = "EXPLAIN QUERY PLAN "
	}
	rows, err := s.read.DB.QueryContext(ctx, explain+last.text)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	var plan strings.Builder
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return "", err
		}
		fmt.Fprintln(&plan, *cells[len(cells)-1].(*any))
	}
	return plan.String(), rows.Err()
}

// PlanOfClaim returns how the database looks for a claim's candidates, and how many pages PostgreSQL reads for them.
func (s *Store) PlanOfClaim(ctx context.Context, tenant uuid.UUID, claim Claim) (plan string, pages int, err error) {
	if s.Embedded() {
		plan, err = s.PlanOf(ctx, func(ctx context.Context, s *Store) error {
			var rows []*taskRow
			return sqliteCandidates(s.read.NewSelect().Model(&rows), tenant, claim, claim.AtMost).Scan(ctx)
		})
		return plan, 0, err
	}
	text, args := postgresCandidates(selectAll[taskRow](s.write, "t"), tenant, claim, claim.AtMost, firstSpare, nil)
	conn, err := s.write.DB.Conn(ctx)
	if err != nil {
		return "", 0, err
	}
	defer conn.Close()
	err = conn.Raw(func(driverConn any) error {
		rows, err := driverConn.(*postgresConn).Conn.Conn().Query(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+text, args...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	})
	whole := regexp.MustCompile(`Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?`).FindStringSubmatch(plan)
	for _, n := range whole[min(1, len(whole)):] {
		more, _ := strconv.Atoi(n) // "" where there are none
		pages += more
	}
	return plan, pages, err
}

type lastQuery struct{ text string }

func (l *lastQuery) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	l.text = e.Query
	return ctx
}

func (*lastQuery) AfterQuery(context.Context, *bun.QueryEvent) {}
