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
	// playgroundPolicy is pagePolicy for GraphiQL, with what its editor, Monaco, can't do without: it writes its colours, and the
	// place of every line, as inline styles; it loads a font of icons from here, draws marks from data: images, and checks what
	// is written in workers, files of this server. Scripts stay as they are. Markup goes through Monaco's own Trusted Types by
	// these names, through the page's, and all else through "default", which cleans it (console/src/playground/trusted.ts).
	playgroundPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
		"font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types default playground dompurify defaultWorkerFactory diffEditorWidget " +
		"diffReview domLineBreaksComputer editorGhostText editorViewLayer standaloneColorizer stickyScrollViewLayer tokenizeToString"
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
