package main

import (
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/store"
)

// The first line on a terminal names the URLs: what is logged before it waits.
func TestHeld(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	h := &held{to: &out}
	for _, line := range []string{"one\n", "two\n"} {
		if n, err := h.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	}
	if out.Len() > 0 {
		t.Errorf("%q was not held", out.String())
	}
	h.letGo()
	h.letGo()
	if _, err := h.Write([]byte("three\n")); err != nil || out.String() != "one\ntwo\nthree\n" {
		t.Errorf("wrote %q, %v", out.String(), err)
	}
}

func TestViolationsAreSummed(t *testing.T) {
	t.Parallel()
	for want, violations := range map[string]map[store.ViolationKind]int{
		"no violations":          {},
		"1 violation: 1 seq_gap": {store.SeqGap: 1},
		"3 violations: 2 hash_wrong, 1 terminated_twice": {store.TerminatedTwice: 1, store.HashWrong: 2},
	} {
		if got := summed(violations); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDemoClientAddress(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://h:1", "http://h:1/", "http://h:1/graphql"} {
		if got := newDemoClient(caller{url: url}, "agent:a").url; got != "http://h:1/graphql" {
			t.Errorf("%s is asked at %s", url, got)
		}
	}
}
