package faults_test

import (
	"context"
	"net"
	"sync"
	"testing"
)

// relay stands between a client and a server. carry passes bytes between the two ends of one connection, as it likes, and
// returns when the connection is over; the relay closes both ends then.
type relay struct {
	target   string
	carry    func(client, server *net.TCPConn)
	listener net.Listener

	running sync.WaitGroup
	mu      sync.Mutex
	closed  bool
	open    map[net.Conn]struct{}
}

// startRelay starts a relay to target, host:port, which ends with the test.
func startRelay(t *testing.T, target string, carry func(client, server *net.TCPConn)) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{target: target, carry: carry, listener: listener, open: map[net.Conn]struct{}{}}
	r.running.Go(r.accept)
	t.Cleanup(r.close)
	return r
}

// address is where the relay listens, host:port.
func (r *relay) address() string { return r.listener.Addr().String() }

func (r *relay) accept() {
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.running.Go(func() { r.connect(client) })
	}
}

func (r *relay) connect(client net.Conn) {
	defer client.Close()
	var dialer net.Dialer
	server, err := dialer.DialContext(context.Background(), "tcp", r.target)
	if err != nil {
		return // the client sees its connection end, as it would without us
	}
	defer server.Close()
	if !r.enter(client, server) {
		return
	}
	defer r.leave(client, server)
	near, _ := client.(*net.TCPConn)
	far, _ := server.(*net.TCPConn)
	r.carry(near, far)
}

func (r *relay) enter(ends ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, end := range ends {
		r.open[end] = struct{}{}
	}
	return !r.closed
}

func (r *relay) leave(ends ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, end := range ends {
		delete(r.open, end)
	}
}

func (r *relay) close() {
	_ = r.listener.Close()
	r.mu.Lock()
	r.closed = true
	for end := range r.open {
		end.Close()
	}
	r.mu.Unlock()
	r.running.Wait()
}

// hangUp ends a connection at once: a reset, which also throws away what the peer has not read yet, or an ordinary end.
func hangUp(end *net.TCPConn, reset bool) {
	if reset {
		_ = end.SetLinger(0)
	}
	_ = end.Close()
}
