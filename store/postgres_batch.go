package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/asyncgate/asyncgate/models"
)

// batch on PostgreSQL costs two messages, whatever is in it: one that begins, locks and reads, one that writes and commits; and
// a third where it follows closely upon another, see succession. Its few statements are prepared once per connection and take
// arrays.
func (d postgres) batch(ctx context.Context, s *Store, tenant uuid.UUID, needs *Needs, decide Decide) error {
	conn, err := s.write.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool, which drops it when it is broken
	return conn.Raw(func(driverConn any) error {
		pooled, ok := driverConn.(*postgresConn)
		if !ok {
			return fmt.Errorf("the pool holds a %T instead of its own connections", driverConn)
		}
		b := &postgresBatch{s: s, postgres: d, conn: pooled.Conn.Conn(), tenant: tenant, rows: newRows()}
		done, err := b.run(ctx, needs, decide)
		if !done {
			b.rollback()
		}
		if err != nil && pooled.lost(ctx) && !b.wrote {
			return &unsentError{cause: err}
		}
		return shared(err)
	})
}

type postgresBatch struct {
	postgres
	s          *Store
	conn       *pgx.Conn
	tenant     uuid.UUID
	rows       *Rows
	statements int
	claiming   postgresClaiming
	begun      bool  // whether the tenant has a ledger
	seen       int64 // where it stood when that was read, without a lock
	wrote      bool  // whether the message that commits was sent, be it in part
}

// unsentError says that the connection broke before anything was written, as one does that the pool has kept while the
// server was restarted: the batch may be run again.
type unsentError struct{ cause error }

func (e *unsentError) Error() string { return "the connection broke: " + e.cause.Error() }

func (e *unsentError) Unwrap() error { return e.cause }

// run returns whether the transaction is over.
func (b *postgresBatch) run(ctx context.Context, needs *Needs, decide Decide) (bool, error) {
	earlier := b.succession.last(b.tenant)
	if err := b.read(ctx, needs); err != nil {
		return false, err
	}
	w := decide(b.rows)
	if w.Empty() {
		return false, nil // nothing to keep: the rollback only releases the locks
	}
	p, err := b.succeed(ctx, w, earlier)
	if err != nil {
		return false, err
	}
	b.acquaint(ctx, b.grown.by(p))
	return true, nil
}

// rollback leaves the connection fit for its next user; one that can't be rolled back is closed.
func (b *postgresBatch) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if b.conn.IsClosed() {
		return
	}
	if _, err := b.conn.Exec(ctx, "rollback"); err != nil {
		_ = b.conn.Close(ctx)
	}
}

// pipeline collects the statements of one message with what reads their answers.
type pipeline struct {
	b     *postgresBatch
	batch pgx.Batch
	reads []func(pgx.BatchResults) error
}

// queue adds a statement; for tests, one that the database refuses in its place.
func (p *pipeline) queue(read func(pgx.BatchResults) error, text string, args ...any) {
	p.b.statements++
	if fail := p.b.s.options.FailStatement; fail != nil && fail(p.b.statements) {
		text, args, read = "SELECT sqrt(-1::float8)", nil, nil
	}
	if read == nil {
		read = func(results pgx.BatchResults) error {
			_, err := results.Exec()
			return err
		}
	}
	p.batch.Queue(text, args...)
	p.reads = append(p.reads, read)
}

// send sends the message, which is a round of the batch, and reads all its answers.
func (p *pipeline) send(ctx context.Context, round string) (err error) {
	ctx, span := startRound(ctx, semconv.DBSystemNamePostgreSQL, round)
	defer func() { endSpan(span, err) }()
	count(ctx, len(p.reads))
	results := p.b.conn.SendBatch(ctx, &p.batch)
	for _, read := range p.reads {
		if err := read(results); err != nil {
			return errors.Join(err, results.Close())
		}
	}
	return results.Close()
}

// scan reads the rows of an answer into row structs: every column of the table, in the order of its tags.
func scan[M any, R any, P interface {
	*R
	row[M]
}](db *bun.DB, take func([]*M)) func(pgx.BatchResults) error {
	fields := db.Table(reflect.TypeFor[R]()).Fields
	return func(results pgx.BatchResults) error {
		found, err := results.Query()
		if err != nil {
			return err
		}
		defer found.Close()
		var nouns []*M
		for found.Next() {
			var r R
			if err := found.Scan(destinations(fields, &r)...); err != nil {
				return err
			}
			noun, err := P(&r).model()
			if err != nil {
				return err
			}
			nouns = append(nouns, noun)
		}
		if err := found.Err(); err != nil {
			return err
		}
		take(nouns)
		return nil
	}
}

// destinations are where the fields of a row struct are scanned to.
func destinations(fields []*schema.Field, row any) []any {
	dests := make([]any, len(fields))
	for i, f := range fields {
		dests[i] = f.Value(reflect.ValueOf(row).Elem()).Addr().Interface()
	}
	return dests
}

// postgresSelects are what the reads of batches begin with, for rows r, t and l: written once, as the forms are.
type postgresSelects struct{ receipts, tasks, leases string }

func newPostgresSelects(db *bun.DB) postgresSelects {
	return postgresSelects{
		receipts: selectAll[receiptRow](db, "r"), tasks: selectAll[taskRow](db, "t"), leases: selectAll[leaseRow](db, "l"),
	}
}

// selectAll is "SELECT every column FROM table AS alias".
func selectAll[R any](db *bun.DB, alias string) string {
	table := db.Table(reflect.TypeFor[R]())
	text := "SELECT "
	for i, f := range table.Fields {
		if i > 0 {
			text += ", "
		}
		text += alias + "." + f.Name
		if f.UserSQLType == "json" {
			text += "::text" // as JSON, pgx would take the value null for no value
		}
	}
	return text + " FROM " + table.Name + " AS " + alias
}

// lockAndRead sends the first message: what the commands name is locked, tasks before leases and each in the order of ids; then
// the candidates of claims, passing over what others hold; the time last, so that it is later than every wait for a lock.
func (b *postgresBatch) lockAndRead(ctx context.Context, n *Needs) error {
	p := &pipeline{b: b}
	p.queue(nil, "begin")
	if len(n.Tasks)+len(n.Leases) > 0 {
		b.lockTasksAndLeases(p, n)
	}
	if len(n.Due) > 0 {
		b.lockDue(p, n.Due)
	}
	if len(n.Receipts) > 0 {
		p.queue(scan[models.Receipt, receiptRow](b.s.write, b.rows.addReceipts),
			b.all.receipts+" WHERE r.tenant_id = $1 AND r.id = ANY($2)", pgID(b.tenant), pgIDs(n.Receipts))
	}
	if len(n.Acknowledged) > 0 {
		p.queue(b.scanPairs(b.rows.Acknowledged),
			"SELECT a.receipt_id, a.acknowledged_by FROM acknowledgements AS a WHERE a.tenant_id = $1 AND a.receipt_id = ANY($2) ORDER BY a.receipt_id FOR UPDATE",
			pgID(b.tenant), pgIDs(n.Acknowledged))
	}
	if len(n.Terminated) > 0 {
		p.queue(b.scanPairs(b.rows.Terminated),
			"SELECT o.task_id, o.closed_by FROM obligations AS o JOIN tasks AS t ON t.tenant_id = o.tenant_id AND t.obligation_id = o.receipt_id "+
				"WHERE o.tenant_id = $1 AND t.tenant_id = $1 AND t.id = ANY($2) AND o.closed_by IS NOT NULL",
			pgID(b.tenant), pgIDs(n.Terminated))
	}
	clock := b.clock()
	for _, claim := range n.Claims {
		b.lockCandidates(p, claim, n.candidates(claim), clock)
	}
	if len(n.Keys) > 0 {
		// Without a lock, so after all that lock: the copy of a task that comes first is the one that is written.
		b.readKeys(p, n.Keys)
	}
	p.queue(func(results pgx.BatchResults) error {
		var now time.Time
		var seen *int64
		err := results.QueryRow().Scan(&now, &seen)
		b.rows.Now = now.UTC()
		if seen != nil {
			b.begun, b.seen = true, *seen
		}
		return err
	}, "SELECT coalesce($1::timestamptz, clock_timestamp()), (SELECT h.seq FROM ledger_heads AS h WHERE h.tenant_id = $2)", clock, pgID(b.tenant))
	return p.send(ctx, roundRead)
}

// lockTasksAndLeases names the rows by arrays of ids, not by joins: whatever the planner believes of a table that has just
// begun to grow, and it keeps its plan for a while, a lookup by primary key is then the best it can find.
func (b *postgresBatch) lockTasksAndLeases(p *pipeline, n *Needs) {
	p.queue(scan[models.Task, taskRow](b.s.write, b.rows.addTasks),
		b.all.tasks+" WHERE t.tenant_id = $1 AND t.id = ANY(ARRAY(SELECT unnest($2::uuid[]) "+
			"UNION SELECT l.task_id FROM leases AS l WHERE l.tenant_id = $1 AND l.id = ANY($3::uuid[]))) ORDER BY t.id FOR UPDATE OF t",
		pgID(b.tenant), pgIDs(n.Tasks), pgIDs(n.Leases))
	p.queue(scan[models.Lease, leaseRow](b.s.write, b.rows.addLeases),
		b.all.leases+" WHERE l.tenant_id = $1 AND l.id = ANY(ARRAY(SELECT unnest($3::uuid[]) "+
			"UNION SELECT a.id FROM leases AS a WHERE a.tenant_id = $1 AND a.task_id = ANY($2::uuid[]) AND a.ended_at IS NULL)) ORDER BY l.id FOR UPDATE OF l",
		pgID(b.tenant), pgIDs(n.Tasks), pgIDs(n.Leases))
}

// lockDue passes over what somebody holds, so that one lease that stays locked keeps no other from ending.
func (b *postgresBatch) lockDue(p *pipeline, leases []uuid.UUID) {
	p.queue(scan[models.Task, taskRow](b.s.write, b.rows.addTasks),
		b.all.tasks+" WHERE t.tenant_id = $1 AND t.id = ANY(ARRAY("+
			"SELECT l.task_id FROM leases AS l WHERE l.tenant_id = $1 AND l.id = ANY($2::uuid[]))) ORDER BY t.id FOR UPDATE OF t SKIP LOCKED",
		pgID(b.tenant), pgIDs(leases))
	p.queue(scan[models.Lease, leaseRow](b.s.write, b.rows.addLeases),
		b.all.leases+" WHERE l.tenant_id = $1 AND l.id = ANY($2::uuid[]) ORDER BY l.id FOR UPDATE OF l SKIP LOCKED",
		pgID(b.tenant), pgIDs(leases))
}

func (b *postgresBatch) readKeys(p *pipeline, keys []Key) {
	kinds, ids, texts := make([]string, len(keys)), make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		kinds[i], ids[i], texts[i] = string(k.Creator.Kind), k.Creator.ID, k.Key
	}
	p.queue(scan[models.Task, taskRow](b.s.write, b.rows.addKeys),
		b.all.tasks+" JOIN unnest($2::text[], $3::text[], $4::text[]) AS k(kind, id, key) "+
			"ON t.created_by_kind = k.kind AND t.created_by_id = k.id AND t.idempotency_key = k.key "+
			"WHERE t.tenant_id = $1 AND t.idempotency_key = ANY($4) AND t.created_by_kind = ANY($2) AND t.created_by_id = ANY($3)",
		pgID(b.tenant), kinds, ids, texts)
}

// clock is the injected time, or nil for the database's.
func (b *postgresBatch) clock() *time.Time {
	if b.s.options.Clock == nil {
		return nil
	}
	now := b.s.now()
	return &now
}

func (b *postgresBatch) scanPairs(into map[uuid.UUID]uuid.UUID) func(pgx.BatchResults) error {
	return func(results pgx.BatchResults) error {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key uuid.UUID
			var value uuid.NullUUID
			if err := rows.Scan(&key, &value); err != nil {
				return err
			}
			into[key] = value.UUID
		}
		return rows.Err()
	}
}

// currentTime is the statement's, not clock_timestamp(), which is another with every row and so can't bound an index.
func (postgres) currentTime(s *Store) any {
	if s.options.Clock == nil {
		return bun.Safe("statement_timestamp()")
	}
	return instant(s.now())
}

func (postgres) capable(capabilities string) string {
	return "t.capabilities <@ " + capabilities + "::text::jsonb"
}
