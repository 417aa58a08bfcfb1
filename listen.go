package main

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/asyncgate/asyncgate/internal/config"
)

// listen takes the addresses, before anything is done to a database: a server that can't have them leaves no trace. Who calls
// now is answered when the rooms are open.
func (s *server) listen(ctx context.Context) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", s.config.Addr)
	if err != nil {
		return fmt.Errorf("ASYNCGATE_ADDR: %s can't be served: %w; choose another with --addr", s.config.Addr, err)
	}
	s.listener = listener
	return s.listenForScrapes(ctx)
}

// greet names what to open, for whoever looks at the terminal.
func (s *server) greet(w io.Writer) {
	base := scheme(s.config) + reachable(s.listener.Addr())
	_, _ = fmt.Fprintf(w, "AsyncGate %s: open %s/, the playground is %s/playground, the API is %s/graphql\n", version, base, base, base)
	if s.config.Auth == config.AuthNone {
		_, _ = fmt.Fprintln(w, "Development: there is no authentication; whoever reaches this address acts as anyone.")
	}
}

// reachable is an address as a browser of this machine can open it: one that stands for all of them is none.
func reachable(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return addr.String()
}
