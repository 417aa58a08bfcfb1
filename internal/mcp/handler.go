package mcp

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/asyncgate/asyncgate/client"
)

// maxBody bounds a request: the API's largest payload, 1 MiB, in the longest way to write it in JSON that models use.
const maxBody = 4 << 20

// Handler serves the tools at /mcp, and /healthz. The server that it runs in bounds the time in which a request must arrive.
func Handler(o Options) http.Handler {
	shared := o.Options
	shared.APIKey, shared.Principal, shared.Tenant = "", "", ""
	if shared.HTTPClient == nil {
		shared.HTTPClient = client.NewHTTPClient() // one for all requests
	}
	owner := func(h http.Header) (*client.Client, error) { return client.New(o.URL, ownerOf(h, shared)) }
	s := newServer(o, owner)
	s.AddReceivingMiddleware(checkFirst(owner))
	tools := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return s }, &sdk.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, PropagateRequestCancellation: true,
	})
	mux := http.NewServeMux()
	mux.Handle("/mcp", http.NewCrossOriginProtection().Handler(demandCredential(arrived(tools))))
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

// arrived passes on requests that are here whole. What follows may last: from here on only a closed connection ends it.
func arrived(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		switch {
		case errors.As(err, new(*http.MaxBytesError)):
			http.Error(w, "the request is larger than 4 MiB", http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			http.Error(w, "the request did not arrive whole", http.StatusRequestTimeout)
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		r = r.WithContext(withCaller(r.Context()))
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}
