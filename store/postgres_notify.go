package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	channel = "asyncgate_ledger"
	// sendInterval is the least time between two statements of the sender.
	sendInterval = 5 * time.Millisecond
	// farewell bounds how long closing a connection may take.
	farewell = time.Second
)

var errSilent = errors.New("what was sent has not come back in time. Behind PgBouncer in transaction mode it never does: " +
	"set ASYNCGATE_LISTEN_DATABASE_URL to an address of PostgreSQL itself")

// conversation is one life of the two connections, of their own: a listener belongs to its session, which nobody else may
// have in between, and news must not wait for a pool that is busy.
type conversation struct {
	n                *Notifications
	cables           *cables
	listener, sender *pgx.Conn
	echoes           chan struct{} // of one slot: something that was sent has come back
}

// converse listens and sends until ctx ends or a connection is found dead, and tells whether notifications ever arrived.
func (n *Notifications) converse(ctx context.Context, patience time.Duration) (worked bool, err error) {
	proven := time.Now().Add(patience)
	c := &conversation{n: n, cables: &cables{dial: n.config.DialFunc}, echoes: make(chan struct{}, 1)}
	defer c.close()
	if err := c.connect(ctx, proven); err != nil {
		return false, err
	}
	both, stop := context.WithCancelCause(ctx)
	var listening sync.WaitGroup
	listening.Go(func() { stop(c.listen(both)) })
	worked, err = c.send(both, proven)
	n.active.Store(false)
	stop(err)
	listening.Wait()
	if ctx.Err() != nil && worked {
		_ = c.notify(ctx, false) // the server stops, and what it can't tell any more the others find by polling
	}
	return worked, context.Cause(both)
}

func (c *conversation) connect(ctx context.Context, until time.Time) error {
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	var err error
	if c.listener, err = c.open(ctx, " listener"); err != nil {
		return err
	}
	if _, err = c.listener.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	c.sender, err = c.open(ctx, " sender")
	return err
}

func (c *conversation) open(ctx context.Context, suffix string) (*pgx.Conn, error) {
	config := c.n.config.Copy()
	config.RuntimeParams["application_name"] += suffix
	config.DialFunc = func(dial context.Context, network, address string) (net.Conn, error) {
		dial, cancel := context.WithCancel(dial)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)() // later, pgx only dials to cancel a statement
		return c.cables.connect(dial, network, address)
	}
	return pgx.ConnectConfig(ctx, config)
}

// listen hears until ctx ends or the connection breaks.
func (c *conversation) listen(ctx context.Context) error {
	first := true
	for {
		heard, err := c.listener.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("listening: %w", err)
		}
		sender, news, ok := readPayload(heard.Payload)
		if sender != c.n.id {
			c.n.others.heard()
		}
		switch {
		case sender == c.n.id:
			if first {
				c.n.missed()
				first = false
			}
			select {
			case c.echoes <- struct{}{}:
			default:
			}
		case !ok, news.everything:
			c.n.missed()
		default:
			for tenant, seq := range news.heads {
				c.n.heard(tenant, seq)
			}
		}
	}
}

// send sends until ctx ends, a statement fails, or a heartbeat has not come back when the next is due; the first until
// proven. It tells whether one ever has.
func (c *conversation) send(ctx context.Context, proven time.Time) (worked bool, err error) {
	c.n.others.listen(c.n.opt.Heartbeat)
	defer c.n.others.deaf()
	if err := c.notify(ctx, true); err != nil {
		return false, err
	}
	awaited := true
	beat, pace := time.NewTimer(time.Until(proven)), time.NewTimer(sendInterval)
	defer beat.Stop()
	defer pace.Stop()
	var bell chan struct{} // nil while it is too early to send again
	for {
		due := false
		select {
		case <-ctx.Done():
			return worked, context.Cause(ctx)
		case <-c.echoes:
			awaited = false
			if !worked {
				worked = true
				c.n.active.Store(true)
				c.n.opt.Logger.InfoContext(ctx, "notifications between servers are active")
				beat.Reset(c.n.opt.Heartbeat)
			}
			continue
		case <-pace.C:
			bell = c.n.bell
			continue
		case <-beat.C:
			if awaited {
				return worked, errSilent
			}
			select {
			case <-c.echoes: // of what was sent before
			default:
			}
			awaited, due = true, true
			beat.Reset(c.n.opt.Heartbeat)
		case <-bell:
		}
		bell = nil
		pace.Reset(sendInterval)
		if err := c.notify(ctx, due); err != nil {
			return worked, err
		}
	}
}

// notify sends what waits, and with nothing to tell, or nobody to tell it, only a heartbeat that is due. It waits for no disk, as PostgreSQL does not
// for a transaction that only notifies; and it is not cut off when ctx ends, since the connection would be lost with it.
func (c *conversation) notify(ctx context.Context, due bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.n.opt.Heartbeat)
	defer cancel()
	news := c.n.take()
	if !due && (news.empty() || c.n.others.none()) {
		return nil
	}
	_, err := c.sender.Exec(ctx, "SELECT pg_notify($1, p) FROM unnest($2::text[]) AS p", pgx.QueryExecModeExec, channel, news.payloads(c.n.id))
	if err != nil {
		c.n.putBack(news)
		return fmt.Errorf("sending: %w", err)
	}
	return nil
}

// close closes both connections and returns when nothing of them is left.
func (c *conversation) close() {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	for _, conn := range []*pgx.Conn{c.listener, c.sender} {
		if conn != nil {
			conn.Close(ctx)
		}
	}
	c.cables.cut()
	for _, conn := range []*pgx.Conn{c.listener, c.sender} {
		if conn != nil {
			<-conn.PgConn().CleanupDone()
		}
	}
}

// cables are the connections of a conversation below PostgreSQL's protocol, so that they can be cut: pgx would say farewell to
// a server that no longer answers for 15 seconds.
type cables struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu    sync.Mutex
	conns []net.Conn
	over  bool
}

func (c *cables) connect(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		conn.Close()
		return nil, net.ErrClosed
	}
	c.conns = append(c.conns, conn)
	return conn, nil
}

func (c *cables) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	for _, conn := range c.conns {
		conn.Close()
	}
}
