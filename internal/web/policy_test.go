package web_test

import (
	"maps"
	"strings"
	"testing"
)

// TestPlaygroundPolicy: GraphiQL's page, and nothing beside it, may style itself, and has workers and a font; scripts are
// this server's files there too.
func TestPlaygroundPolicy(t *testing.T) {
	t.Parallel()
	built := newStage(t, withSite(site()))
	strict := directives(built.do(t, "GET", "/", ""))
	for name, want := range map[string]string{
		"script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "connect-src": "'self'", "trusted-types": "'none'",
	} {
		if strict[name] != want {
			t.Errorf("the console's %s is %q", name, strict[name])
		}
	}
	for path, r := range map[string]reply{
		"what it loads":       built.do(t, "GET", "/assets/index-B5jn3yOg.js", ""),
		"the small page":      newStage(t).do(t, "GET", "/playground", ""),
		"the small page's JS": built.do(t, "GET", "/static/playground.js", ""),
	} {
		if got := directives(r); r.status != 200 || !maps.Equal(got, strict) {
			t.Errorf("%s: got %d %v", path, r.status, got)
		}
	}

	loosened := map[string]string{"style-src": "'self' 'unsafe-inline'", "img-src": "'self' data:", "font-src": "'self'", "worker-src": "'self'"}
	got := directives(built.do(t, "GET", "/playground", ""))
	for name, value := range got {
		if want, ok := loosened[name]; ok && value != want || !ok && name != "trusted-types" && value != strict[name] {
			t.Errorf("the playground's %s is %q", name, value)
		}
	}
	if got["trusted-types"] == "" || strings.ContainsAny(got["trusted-types"], "*'") {
		t.Errorf("its Trusted Types are not a list of names: %q", got["trusted-types"])
	}
	if len(got) != len(strict)+len(loosened)-2 { // two of them are in both
		t.Errorf("it has %v", got)
	}
}

// directives takes a policy apart.
func directives(r reply) map[string]string {
	found := map[string]string{}
	for directive := range strings.SplitSeq(r.header.Get("Content-Security-Policy"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		found[name] = value
	}
	return found
}
