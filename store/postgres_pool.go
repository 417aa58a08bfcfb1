package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"hash/maphash"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"
)

// mercy is how long a statement may still run when its caller has gone, before it costs the pool a connection: nearly all
// end sooner, and of a commit it is then known whether it went through.
const mercy = 250 * time.Millisecond

// restedFor is after how long unused a connection is tried before it is used. More than the second between two polls, so that
// an idle server does not ask twice as often.
const restedFor = 3 * time.Second

// pooled sets what the connections of the pool have in common.
func pooled(c *pgx.ConnConfig) {
	// What reads are answered in, and what bun's quoting takes for granted. PgBouncer knows both.
	c.RuntimeParams["datestyle"] = "ISO"
	c.RuntimeParams["standard_conforming_strings"] = "on"
	c.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.DeadlineContextWatcherHandler{Conn: conn.Conn(), DeadlineDelay: mercy}
	}
	// Behind PgBouncer a session may bring what another client listens for. pgx would keep it for ever.
	c.OnNotification = func(*pgconn.PgConn, *pgconn.Notification) {}
}

// postgresPool makes the connections of the pool, and remembers when one of them was last found broken: the others, which
// may have lost the same server, are then tried before they are used.
type postgresPool struct {
	driver.Connector
	broke *atomic.Int64 // nanoseconds since 1970
}

func newPostgresPool(config *pgx.ConnConfig) *postgresPool {
	pooled(config)
	p := &postgresPool{broke: new(atomic.Int64)}
	p.Connector = stdlib.GetConnector(*config,
		// Compiling never pays for statements of milliseconds, and the planner, which knows nothing of how many children a
		// receipt has, would compile the search for them. Not as a startup parameter, which PgBouncer refuses.
		stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, "SET jit = off")
			return err
		}),
		stdlib.OptionShouldPing(func(_ context.Context, idle stdlib.ShouldPingParams) bool {
			used := time.Now().Add(-idle.IdleDuration)
			return idle.IdleDuration > restedFor || used.UnixNano() <= p.broke.Load()
		}))
	return p
}

// Connect implements driver.Connector.
func (p *postgresPool) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	std, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("pgx connects with a %T", conn)
	}
	return &postgresConn{Conn: std, broke: p.broke, seed: maphash.MakeSeed()}, nil
}

// postgresConn is a connection of the pool. Batches have few texts, which pgx prepares and remembers. bun writes its arguments
// into the text, so that most are never seen again: to prepare these too would cost a round trip or two more each, and drive
// out those of the batches. So a text of bun's is prepared when it comes again, as that of a page which is asked for over
// and over.
type postgresConn struct {
	*stdlib.Conn
	broke *atomic.Int64
	// texts are hashes of those that came lately. Two texts in turn on one place are never prepared, and no less right.
	texts [256]uint64
	seed  maphash.Seed
}

// QueryContext implements driver.QueryerContext.
func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if !c.again(query) {
		args = append([]driver.NamedValue{{Ordinal: 1, Value: pgx.QueryExecModeExec}}, args...)
	}
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if err != nil && c.lost(ctx) && strings.HasPrefix(query, "SELECT") && c.Conn.Conn().PgConn().TxStatus() == 'I' {
		return nil, driver.ErrBadConn // which lets the pool repeat it on another connection
	}
	return rows, shared(err)
}

// again tells whether the text came before.
func (c *postgresConn) again(text string) bool {
	hash := maphash.String(c.seed, text)
	place := &c.texts[hash%uint64(len(c.texts))]
	again := *place == hash
	*place = hash
	return again
}

// lost tells whether a statement failed because the connection broke, and not because the caller has gone.
func (c *postgresConn) lost(ctx context.Context) bool {
	if ctx.Err() != nil || !c.Conn.Conn().IsClosed() {
		return false
	}
	c.broke.Store(time.Now().UnixNano())
	return true
}

// shared adds to an error of prepared statements, which nobody gets who has a session alone, what to do about it.
func shared(err error) error {
	switch sqlState(err) {
	case "26000", // invalid_sql_statement_name: it is another session's
		"42P05": // duplicate_prepared_statement: another client's
		return fmt.Errorf("%w. Behind PgBouncer in transaction mode add default_query_exec_mode=exec to the database URL", err)
	default:
		return err
	}
}
