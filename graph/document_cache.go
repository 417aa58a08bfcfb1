package graph

import (
	"container/list"
	"sync"
)

// What the cache keeps. A parsed document takes up to a hundred times the memory of its text, so what counts is the text
// of all together; a client that inlines its values fills the cache with documents that never come back, and the large ones
// among them are not worth a place.
const (
	maxCachedDocuments = 1000
	maxCachedDocument  = 64 << 10
	maxCachedBytes     = 1 << 20
)

// documentCache keeps the documents that were used last. It is safe for concurrent use.
type documentCache struct {
	mu      sync.Mutex
	entries map[string]*list.Element
	recent  *list.List // of *cached, the last used in front
	bytes   int
}

type cached struct {
	text string
	doc  *document
}

func newDocumentCache() *documentCache {
	return &documentCache{entries: map[string]*list.Element{}, recent: list.New()}
}

func (c *documentCache) get(text string) (*document, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.entries[text]
	if !ok {
		return nil, false
	}
	c.recent.MoveToFront(entry)
	return entry.Value.(*cached).doc, true
}

func (c *documentCache) add(text string, doc *document) {
	if len(text) > maxCachedDocument {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[text]; ok {
		return // another request has parsed it at the same time
	}
	c.entries[text] = c.recent.PushFront(&cached{text, doc})
	c.bytes += len(text)
	for len(c.entries) > maxCachedDocuments || c.bytes > maxCachedBytes {
		oldest := c.recent.Remove(c.recent.Back()).(*cached)
		delete(c.entries, oldest.text)
		c.bytes -= len(oldest.text)
	}
}
