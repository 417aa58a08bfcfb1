package server

import (
	"context"
	"fmt"
	"net"
)

// listen takes the addresses, before anything is done to a database: a server that can't have them leaves no trace. Who calls
// now is answered when the rooms are open.
func (s *Server) listen(ctx context.Context) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", s.config.Addr)
	if err != nil {
		return fmt.Errorf("ASYNCGATE_ADDR: %s can't be served: %w; choose another with --addr", s.config.Addr, err)
	}
	s.listener = listener
	return s.listenForScrapes(ctx)
}

// URL is where the server can be reached from this machine.
func (s *Server) URL() string { return s.config.Scheme() + reachable(s.listener.Addr()) }

// reachable is an address as a browser of this machine can open it: one that stands for all of them is none.
func reachable(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return addr.String()
}
