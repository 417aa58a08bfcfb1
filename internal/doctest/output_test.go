package doctest

import (
	"regexp"
	"strings"
	"testing"
)

// What differs each time: ids, times, cursors, numbers.
var (
	token = regexp.MustCompile(`[0-9A-Za-z_-]{12,}`)
	digit = regexp.MustCompile(`[0-9]`)
	count = regexp.MustCompile(`[0-9]+`)
)

// shape is a line without what differs each time, and without the padding that depends on it.
func shape(line string) string {
	line = token.ReplaceAllStringFunc(line, func(word string) string {
		if digit.MatchString(word) {
			return "#"
		}
		return word
	})
	return strings.Join(strings.Fields(count.ReplaceAllString(line, "0")), " ")
}

// missing returns the first line that a document shows and that the output doesn't have, in this order; "" if it has all. A
// shown line that ends in … is the beginning of one.
func missing(shown, output string) string {
	rest := strings.Split(output, "\n")
lines:
	for line := range strings.SplitSeq(shown, "\n") {
		want, cut := strings.CutSuffix(shape(line), "…")
		for i := range rest {
			if got := shape(rest[i]); got == want || cut && strings.HasPrefix(got, want) {
				rest = rest[i+1:]
				continue lines
			}
		}
		return line
	}
	return ""
}

func TestMissing(t *testing.T) {
	t.Parallel()
	output := "noise\n    lease 01a20faf-b70c-718e-8181-a3afb710f0f9, until 2026-11-24T22:33:43.626367Z\nmore\n12 tasks and so on\n"
	for shown, want := range map[string]string{
		"lease 01b20faf-b70c-718e-8181-a3afb710f000, until 2025-01-24T22:33:43.000001Z\n9 tasks…": "",
		"more\nnoise": "noise",
		"13 task":     "13 task",
		"":            "",
	} {
		if got := missing(shown, output); got != want {
			t.Errorf("%q misses %q, not %q", shown, got, want)
		}
	}
}
