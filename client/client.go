package client

import (
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// Options say who calls, and how. The zero value is for a server in development on this machine.
type Options struct {
	// APIKey is the credential, ag_…; none is needed in development.
	APIKey string
	// Principal is whom to act as, kind:id as in worker:resizer-1. In development that is anybody, agent:dev by default; else the
	// key says it, and only a key with the scope ADMIN may name another.
	Principal string
	// Tenant is the id of the tenant in development, the nil UUID by default; else the key says it.
	Tenant string
	// HTTPClient makes the requests; one with enough idle connections for a busy worker by default. Its Timeout must be 0: it
	// would end subscriptions.
	HTTPClient *http.Client
	// Timeout bounds each attempt at a call, in addition to the time that the server was asked to wait: 30 s by default.
	Timeout time.Duration
	// Retries is how often a call is repeated whose answer is lost, or says to try again: 7 by default, which with the pauses
	// between them takes some ten seconds; none if negative. The pauses double from 100 ms to 5 s and are shortened by chance; when
	// the server names one, by Retry-After, that counts.
	Retries int
	// UserAgent is what the server's log calls the program; asyncgate-go by default.
	UserAgent string
	// Logger is told of repeated calls, of subscriptions that connect again, and of what a Worker does; [slog.Default] by default.
	// slog.New(slog.DiscardHandler) is for nobody.
	Logger *slog.Logger
}

// Client calls a server as one principal. It is safe for concurrent use; make one and keep it.
type Client struct {
	url     string
	header  http.Header
	http    *http.Client
	timeout time.Duration
	retries int
	logger  *slog.Logger
}

// idleConnections are kept for the next calls. Go's default, 2, would make a busy worker connect anew for most of its calls.
const idleConnections = 100

// New returns a client of the server at an address such as https://asyncgate.example.com; the path /graphql may be left out.
// It does not connect. The error is that of an address that is none, or of an option that can't be sent.
func New(address string, o Options) (*Client, error) {
	endpoint, err := endpointOf(address)
	if err != nil {
		return nil, err
	}
	header, err := headerOf(o)
	if err != nil {
		return nil, err
	}
	c := &Client{
		url: endpoint, header: header, http: o.HTTPClient, timeout: o.Timeout, retries: max(o.Retries, 0), logger: o.Logger,
	}
	if c.http == nil {
		c.http = NewHTTPClient()
	}
	if c.timeout == 0 {
		c.timeout = 30 * time.Second
	}
	if o.Retries == 0 {
		c.retries = 7
	}
	if c.logger == nil {
		c.logger = slog.Default()
	}
	return c, nil
}

// CloseIdleConnections closes the connections that no call uses. The client can still be used.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// endpointOf is where the API of the server at an address is.
func endpointOf(address string) (string, error) {
	endpoint, err := url.Parse(address)
	if err != nil || endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.Host == "" {
		return "", fmt.Errorf("%.80q is no address of a server: write http:// or https:// and a host, as in http://127.0.0.1:8080", address)
	}
	endpoint.Path = strings.TrimSuffix(strings.TrimSuffix(endpoint.Path, "/"), "/graphql") + "/graphql"
	return endpoint.String(), nil
}

func headerOf(o Options) (http.Header, error) {
	header := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"asyncgate-go"}}
	key := strings.TrimSpace(o.APIKey) // of a file, it ends with its line
	if key != "" {
		key = "Bearer " + key
	}
	for name, value := range map[string]string{
		"User-Agent": o.UserAgent, "X-Principal": o.Principal, "X-Tenant-Id": o.Tenant, "Authorization": key,
	} {
		if !httpguts.ValidHeaderFieldValue(value) {
			return nil, fmt.Errorf("the option that is sent as %s has a character that no header may have", name)
		}
		if value != "" {
			header.Set(name, value)
		}
	}
	return header, nil
}

// NewHTTPClient returns the HTTP client that a Client has by default. Whoever calls as several principals gives one to all of their clients
// (Options.HTTPClient): else each has connections of its own.
func NewHTTPClient() *http.Client {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return &http.Client{} // somebody has replaced it, and wants that one
	}
	transport = transport.Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = idleConnections, idleConnections
	// HTTP/2 has one connection for all: when it is dead, nobody else would notice.
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: silence / 3, PingTimeout: silence / 3}
	return &http.Client{Transport: transport}
}

// with returns a client that repeats calls so often.
func (c *Client) with(retries int) *Client {
	other := *c
	other.retries = retries
	return &other
}

// patient returns a client that repeats calls until their context ends.
func (c *Client) patient() *Client { return c.with(math.MaxInt) }
