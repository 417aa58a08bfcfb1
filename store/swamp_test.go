package store_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// A swamp is a network between a server and its database that may swallow whatever is sent, either way, and say nothing.
type swamp struct {
	url string

	mu    sync.Mutex
	lines []*line
	deaf  bool
	over  bool
}

// A line is a connection through the swamp: what has sunk once stays so.
type line struct {
	mu        sync.Mutex
	near, far net.Conn
	sunk      bool
}

func newSwamp(t *testing.T, databaseURL string) *swamp {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &swamp{}
	far := u.Host
	u.Host = listener.Addr().String()
	s.url = u.String()
	var running sync.WaitGroup
	running.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			l, err := s.open(near, far)
			if err != nil {
				near.Close()
				continue
			}
			running.Go(func() { l.carry(l.far, l.near) })
			running.Go(func() { l.carry(l.near, l.far) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.close()
		running.Wait()
	})
	return s
}

func (s *swamp) open(near net.Conn, address string) (*line, error) {
	far, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &line{near: near, far: far, sunk: s.deaf}
	s.lines = append(s.lines, l)
	if s.over {
		l.near.Close()
		l.far.Close()
	}
	return l, nil
}

// swallow sinks all lines, and the later ones until it is called with false.
func (s *swamp) swallow(deaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf = deaf
	for _, l := range s.lines {
		l.mu.Lock()
		l.sunk = l.sunk || deaf
		l.mu.Unlock()
	}
}

func (s *swamp) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for _, l := range s.lines {
		l.near.Close()
		l.far.Close()
	}
}

// carry reads whatever comes and passes it on unless the line has sunk. The end of one side is not told to the other then.
func (l *line) carry(to, from net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		l.mu.Lock()
		sunk := l.sunk
		l.mu.Unlock()
		switch {
		case sunk && err != nil:
			return
		case sunk:
			continue
		case err != nil:
			to.Close()
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			_, _ = io.Copy(io.Discard, from)
			return
		}
	}
}
