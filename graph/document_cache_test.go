package graph

import (
	"fmt"
	"strings"
	"testing"
)

func TestDocumentCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newDocumentCache()
	c.add(strings.Repeat("x", maxCachedDocument+1), &document{})
	if len(c.entries) != 0 {
		t.Error("a large document is kept")
	}
	first := &document{}
	c.add("first", first)
	for i := range 2 * maxCachedDocuments {
		c.add(fmt.Sprint(i), &document{})
		if doc, ok := c.get("first"); !ok || doc != first {
			t.Fatal("the document used last is gone")
		}
	}
	if len(c.entries) != maxCachedDocuments || c.recent.Len() != maxCachedDocuments {
		t.Errorf("%d entries, %d in order", len(c.entries), c.recent.Len())
	}
	for i := range 40 {
		c.add(strings.Repeat("y", maxCachedDocument-i), &document{})
	}
	if c.bytes > maxCachedBytes || len(c.entries) > 17 {
		t.Errorf("%d bytes in %d entries", c.bytes, len(c.entries))
	}
	c.add("first", &document{})
	c.add("first", &document{})
	if c.recent.Len() != len(c.entries) {
		t.Error("a document is kept twice")
	}
}
