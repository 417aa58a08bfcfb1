package faults_test

import (
	"bufio"
	"net"
	"net/url"
	"sync"
	"testing"
)

// postgresProxy stands between a server and PostgreSQL and understands enough of what travels to break it at a chosen place.
type postgresProxy struct {
	*relay
	// databaseURL is what the server is to be given.
	databaseURL string

	mu    sync.Mutex
	fault fault
}

// fault decides what becomes of the connections of a proxy. Its methods are called for all of them, from several goroutines.
type fault interface {
	// statement is called before a statement is passed on to the database; false cuts the connection instead.
	statement(c *connection, text string) bool
	// sent is called when a message's end has been passed on, after which the database answers all that came before.
	sent(c *connection) bool
	// answer is called before a message of the database is passed on. It returns how many of its bytes are; fewer than all
	// cut the connection.
	answer(c *connection, m message) int
}

// noFault lets everything pass.
type noFault struct{}

func (noFault) statement(*connection, string) bool  { return true }
func (noFault) sent(*connection) bool               { return true }
func (noFault) answer(_ *connection, m message) int { return len(m.bytes) }

// connection is one of a server's connections to PostgreSQL.
type connection struct{ proxy *postgresProxy }

// startPostgresProxy starts a proxy before the database at a URL, without faults.
func startPostgresProxy(t *testing.T, databaseURL string) *postgresProxy {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	p := &postgresProxy{fault: noFault{}}
	p.relay = startRelay(t, u.Host, p.carry)
	u.Host = p.address()
	p.databaseURL = u.String()
	return p
}

// set puts a fault in place of the one before; nil is none.
func (p *postgresProxy) set(f fault) {
	if f == nil {
		f = noFault{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

func (p *postgresProxy) current() fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

func (p *postgresProxy) carry(server, database *net.TCPConn) {
	c := &connection{proxy: p}
	var group sync.WaitGroup
	for _, pass := range []func(server, database *net.TCPConn){c.up, c.down} {
		group.Go(func() {
			pass(server, database)
			hangUp(server, false)
			hangUp(database, false)
		})
	}
	group.Wait()
}

// up passes on what the server says, until an end is closed or a fault cuts.
func (c *connection) up(server, database *net.TCPConn) {
	in := bufio.NewReader(server)
	statements := prepared{}
	read := readFirst
	for {
		m, err := read(in)
		if err != nil {
			return
		}
		read = readMessage
		if text := statements.statement(m); text != "" && !c.proxy.current().statement(c, text) {
			return
		}
		if _, err := database.Write(m.bytes); err != nil {
			return
		}
		if (m.kind == syncMessage || m.kind == queryMessage) && !c.proxy.current().sent(c) {
			return
		}
	}
}

// down passes on what the database says, until an end is closed or a fault cuts.
func (c *connection) down(server, database *net.TCPConn) {
	in := bufio.NewReader(database)
	for {
		m, err := readMessage(in)
		if err != nil {
			return
		}
		n := c.proxy.current().answer(c, m)
		if _, err := server.Write(m.bytes[:n]); err != nil || n < len(m.bytes) {
			return
		}
	}
}
