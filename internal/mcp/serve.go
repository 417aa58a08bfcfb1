package mcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/asyncgate/asyncgate/client"
)

// ServeStdio speaks with the one host that has started the process, until it closes the input or ctx ends.
func ServeStdio(ctx context.Context, o Options, in io.ReadCloser, out io.WriteCloser) error {
	c, err := client.New(o.URL, o.Options)
	if err != nil {
		return err
	}
	s := newServer(o, func(http.Header) (*client.Client, error) { return c, nil })
	err = s.Run(ctx, &sdk.IOTransport{Reader: in, Writer: out})
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// The times of a connection. A tool answers within longestWait and callTime.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	stopTime   = 25 * time.Second
)

// ServeHTTP serves whoever calls, each with a credential of its own, until ctx ends; calls that run then may finish. There are no
// sessions: any process may answer any call.
func ServeHTTP(ctx context.Context, o Options, listener net.Listener) error {
	server := &http.Server{Handler: Handler(o), ReadHeaderTimeout: headerTime, IdleTimeout: idleTime}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		stopped <- server.Shutdown(ctx)
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return <-stopped
}

// Handler serves the tools at /mcp, and /healthz.
func Handler(o Options) http.Handler {
	shared := o.Options
	shared.APIKey, shared.Principal, shared.Tenant = "", "", ""
	s := newServer(o, func(h http.Header) (*client.Client, error) { return client.New(o.URL, ownerOf(h, shared)) })
	tools := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return s }, &sdk.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, PropagateRequestCancellation: true,
	})
	mux := http.NewServeMux()
	mux.Handle("/mcp", http.NewCrossOriginProtection().Handler(demandCredential(tools)))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	return mux
}

// ownerOf is as whom a request comes: what its headers say, in the words of the API.
func ownerOf(h http.Header, shared client.Options) client.Options {
	shared.APIKey = bearer(h.Get("Authorization"))
	shared.Principal, shared.Tenant = h.Get("X-Principal"), h.Get("X-Tenant-Id")
	return shared
}

func bearer(authorization string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// demandCredential refuses who says nothing of himself, in the way that makes a host ask its user for a key. In development the
// header X-Principal suffices, as it does for the API; whether what is said is true, the API decides.
func demandCredential(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if bearer(r.Header.Get("Authorization")) == "" && r.Header.Get("X-Principal") == "" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="asyncgate"`)
			http.Error(w, "send an API key as Authorization: Bearer ag_…; in development X-Principal: agent:NAME suffices", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
