package trace_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/trace"
)

var traceparent = regexp.MustCompile(`(?s)^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$`)

// The recommendation's own grammar is the judge.
func FuzzRemote(f *testing.F) {
	const id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	for _, header := range []string{
		"", "00-" + id + "-" + parent + "-01", "00-" + id + "-" + parent + "-01-", "cc-" + id + "-" + parent + "-01-what", "ff-" + id + "-" + parent + "-01",
		"00-" + strings.Repeat("0", 32) + "-" + parent + "-01", "00-" + id + "-" + strings.Repeat("0", 16) + "-01", "00-" + strings.ToUpper(id) + "-" + parent + "-01",
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		caller, ok := trace.Remote(header, header)
		id, want := "", ""
		if ok {
			id = caller.TraceID().String()
		}
		if m := traceparent.FindStringSubmatch(header); m != nil && m[1] != "ff" && (m[1] != "00" || m[4] == "") &&
			strings.Trim(m[2], "0") != "" && strings.Trim(m[3], "0") != "" {
			want = m[2]
		}
		if id != want || ok && (!caller.IsRemote() || caller.SpanID().String() != header[36:52]) {
			t.Fatalf("%q has the id %q below %s, %v, want %q", header, id, caller.SpanID(), ok, want)
		}
	})
}
