package mcp

import (
	"context"
	"fmt"
	"net"

	"github.com/asyncgate/asyncgate/client"
)

// CheckAddress refuses an address that other machines reach when the server demands no keys. Such a server, in development, listens
// on the loopback address only, as it believes whoever calls; behind these tools everybody could.
func CheckAddress(ctx context.Context, o Options, address net.Addr) error {
	stranger := o.Options
	stranger.APIKey, stranger.Principal, stranger.Tenant = "", "", ""
	c, err := client.New(o.URL, stranger)
	if err != nil {
		return err
	}
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		return nil
	}
	defer c.CloseIdleConnections()
	switch _, err = c.Viewer(ctx); client.CodeOf(err) {
	case client.CodeUnauthenticated:
		return nil
	case "":
		if err == nil {
			return fmt.Errorf("the server at %s demands no keys, so that whoever reaches %s would act as anyone: serve a loopback address such as 127.0.0.1:8088, or set ASYNCGATE_AUTH=keys there", o.URL, address)
		}
	}
	return fmt.Errorf("whether the server at %s demands keys, as it must behind %s, is not known: %w", o.URL, address, err)
}
