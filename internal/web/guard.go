package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/rs/cors"

	"github.com/asyncgate/asyncgate/models"
)

// checkHost lets pass, in development, only requests to a loopback name or address: a page of another site that points
// its own name at 127.0.0.1 (DNS rebinding) would else be same-origin with a server that believes everyone.
func (s *Server) checkHost(next http.Handler) http.Handler {
	if !s.opt.Development {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopbackHost(r.Host) {
			s.opt.Observer.Refused(RefusedHost)
			s.refuse(w, r, http.StatusForbidden, models.Errorf(models.CodeForbidden,
				"in development mode only requests to localhost or a loopback address are answered, not to %.100q", r.Host))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopbackHost tells whether a Host header names this machine: localhost, *.localhost, 127.0.0.0/8 or ::1.
func loopbackHost(host string) bool {
	name := hostName(host)
	if localName(name) {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Unmap().IsLoopback()
}

// localName tells whether a name is localhost or below it.
func localName(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	foreign := strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_")
	return name == "localhost" || strings.HasSuffix(name, ".localhost") && foreign == ""
}

// hostName is a Host header without port and brackets.
func hostName(host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil && strings.Trim(port, "0123456789") == "" {
		return name
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		return strings.TrimSuffix(inner, "]")
	}
	return host
}

// checkOrigin refuses what a page of a foreign origin sends, by whatever method, streams and WebSockets included: CORS
// alone would only hide the answer from the page, and does not exist for WebSockets.
func (s *Server) checkOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origins := r.Header.Values("Origin")
		listed := len(origins) == 1 && s.lists(origins[0])
		own := len(origins) == 1 && normalOrigin(origins[0]) == s.ownOrigin(r)
		crossSite := strings.EqualFold(r.Header.Get("Sec-Fetch-Site"), "cross-site")
		if (len(origins) > 0 && !listed && !own) || (crossSite && !listed) {
			w.Header().Add("Vary", "Origin")
			s.opt.Observer.Refused(RefusedOrigin)
			s.refuse(w, r, http.StatusForbidden, models.Errorf(models.CodeForbidden,
				"pages of this origin may not call the API; list the origin in ASYNCGATE_CORS_ALLOWED_ORIGINS to allow it"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// list takes an origin into the list; what is no page's (`*`, or `null`, which every sandboxed one says) is left out.
func (s *Server) list(origin string) {
	if origin = normalOrigin(origin); origin != "" {
		s.origins[origin] = true
	}
}

// lists tells whether pages of an origin may call the API.
func (s *Server) lists(origin string) bool { return s.origins[normalOrigin(origin)] }

// preflightSeconds is how long browsers may remember what an origin may send, in seconds; Chromium remembers no longer. An
// origin that is listed no more is refused all the same.
const preflightSeconds = 2 * 60 * 60

// requestHeaders are those that pages may set: the API's own, and what clients of GraphQL and of tracing send unasked.
var requestHeaders = []string{
	"Accept", "Authorization", "Content-Type", "X-Principal", "X-Tenant-ID",
	"Cache-Control", "Last-Event-ID", // readers of event streams
	"Apollo-Require-Preflight", "X-Apollo-Operation-Name", "X-Apollo-Operation-Id", "X-Apollo-Operation-Type",
	"Apollographql-Client-Name", "Apollographql-Client-Version", "GraphQL-Preflight", "X-Requested-With",
	"Traceparent", "Tracestate", "Baggage",
}

// allowOrigins adds the CORS headers for the listed origins, to refusals too, and answers preflights. It decides by
// function, never by rs/cors's own list: an empty one means every origin there, and none here.
func (s *Server) allowOrigins(next http.Handler) http.Handler {
	return cors.New(cors.Options{
		AllowOriginFunc:  s.lists,
		AllowCredentials: true,
		AllowedMethods:   []string{http.MethodGet, http.MethodPost},
		AllowedHeaders:   requestHeaders,
		ExposedHeaders:   []string{"Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"},
		MaxAge:           preflightSeconds,
	}).Handler(next)
}

// ownOrigin is the origin of the pages that this server itself serves.
func (s *Server) ownOrigin(r *http.Request) string {
	if r.TLS != nil || s.proxies.secure(r) {
		return normalOrigin("https://" + r.Host)
	}
	return normalOrigin("http://" + r.Host)
}

// normalOrigin makes origins comparable: lower case, without the scheme's own port. It is "" for what no page has.
func normalOrigin(origin string) string {
	origin = strings.ToLower(origin)
	if rest, ok := strings.CutPrefix(origin, "http://"); ok {
		return "http://" + strings.TrimSuffix(rest, ":80")
	}
	if rest, ok := strings.CutPrefix(origin, "https://"); ok {
		return "https://" + strings.TrimSuffix(rest, ":443")
	}
	return ""
}
