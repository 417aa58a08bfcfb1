package web

import (
	"maps"
	"net/http"
)

const (
	// answerPolicy is for what is no page: whoever opens it in a browser finds that nothing in it runs or loads.
	answerPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	// pagePolicy lets a page load files, and call the API, of this server only. No inline script or style runs, and no text
	// becomes script or markup on its way through the page's own scripts.
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	// devicePolicy keeps from pages what they have no use for.
	devicePolicy = "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
	// transportPolicy makes browsers come by TLS only, for a year. Other names of the domain are not ours to speak for.
	transportPolicy = "max-age=31536000"
)

// everyAnswer is what all answers share, memory included: nothing writes into these values.
var everyAnswer = http.Header{
	"Content-Security-Policy":      {answerPolicy},
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"Referrer-Policy":              {"no-referrer"},
	"Permissions-Policy":           {devicePolicy},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
}

// setHeaders sets what is right for every answer; pages loosen the policy for their own files.
func setHeaders(h http.Header, r *http.Request) {
	maps.Copy(h, everyAnswer)
	// A developer's other servers are called localhost too: a browser that comes by TLS only would not find them any more.
	if r.TLS != nil && !localName(hostName(r.Host)) {
		h.Set("Strict-Transport-Security", transportPolicy)
	}
}
