package server

import (
	"log/slog"
	"net"
	"strings"
	"testing"
)

// An address that nobody chose, the default of all servers of a machine, is no reason not to start.
func TestMetricsDefaultAddressTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	o := openForTest(t)
	o.config.MetricsAddr = taken.Addr().String()
	if err := o.listenForScrapes(t.Context()); err != nil || o.scraped != nil {
		t.Errorf("got %v", err)
	}
	if n := o.logs.count(slog.LevelWarn); n != 1 || !strings.Contains(o.logs.b.String(), "choose another with --metrics-addr") {
		t.Errorf("%d warnings: %s", n, &o.logs.b)
	}
	o.config.MetricsChosen = true
	if err := o.listenForScrapes(t.Context()); err == nil {
		t.Error("an address that somebody chose is done without")
	}
}
