package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/asyncgate/asyncgate/client"
	"github.com/asyncgate/asyncgate/internal/config"
	"github.com/asyncgate/asyncgate/internal/mcp"
)

const mcpHelp = `mcp [--url URL] [--http ADDR] [--principal KIND:ID] [--tenant UUID]

Offers the API of a running server as tools for language-model agents, over the Model Context Protocol: on standard input and
output for the host that starts it, with the API key in ASYNCGATE_API_KEY; or with --http on /mcp of an address, where each request
brings a key of its own.`

func (p process) mcp(ctx context.Context, args []string) error {
	f := newFlags("mcp")
	call := p.callerFlags(f)
	addr := f.String("http", "", "the address to serve, such as 127.0.0.1:8088, instead of standard input and output")
	f.Func("principal", "whom to act as, such as agent:planner: anybody in development, else by an admin key (default: $ASYNCGATE_PRINCIPAL)", call.setPrincipal)
	if done, err := p.parse(f, mcpHelp, args); done || err != nil {
		return err
	}
	if *addr != "" && call.principal+call.tenant != "" {
		return usageErrorf("with --http each request says who it is: --principal and --tenant are for standard input; see asyncgate mcp --help")
	}
	settings, _, err := config.Parse(nil, p.environ)
	if err != nil {
		return err
	}
	if err := call.complete(p); err != nil {
		return err
	}
	o := mcp.Options{Version: version, URL: call.url, Options: client.Options{
		APIKey: call.key, Principal: call.principal, Tenant: call.tenant,
		// A model is better told soon that the server is away than kept waiting.
		Retries: 3, UserAgent: "asyncgate-mcp/" + version, Logger: newLogger(settings, p.stderr, terminal(p.stderr)),
	}}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if *addr == "" {
		return mcp.ServeStdio(ctx, o, os.Stdin, os.Stdout)
	}
	return p.mcpOverHTTP(ctx, o, *addr)
}

func (p process) mcpOverHTTP(ctx context.Context, o mcp.Options, addr string) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("--http: %s can't be served: %w", addr, err)
	}
	if err := mcp.CheckAddress(ctx, o, listener.Addr()); err != nil {
		_ = listener.Close()
		return fmt.Errorf("--http: %w", err)
	}
	_, _ = fmt.Fprintf(p.stdout, "MCP: the tools are at http://%s/mcp, for the server at %s\n", listener.Addr(), o.URL)
	return mcp.ServeHTTP(ctx, o, listener)
}
