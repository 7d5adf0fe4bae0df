package gn

import (
	"container/list"
	"sync"
)

// cache keeps kernels by what they were made of, the least recently used ones
// going first when it is full. Only one caller works a kernel out; others wait.
type cache struct {
	limit int

	mu      sync.Mutex
	used    int
	entries map[cacheKey]*list.Element // of *cacheEntry
	recent  list.List
}

// cacheKey names a kernel. Length and lumped losses count for the generalised
// model only: the analytic kernel does not depend on them.
type cacheKey struct {
	kind  byte
	fibre digest
	comb  digest
	span  digest
}

const (
	kindAnalytic byte = iota
	kindGeneralised
	kindRaman
)

type cacheEntry struct {
	key   cacheKey
	once  sync.Once
	ready bool // value may be read under the lock
	value *kernel
	err   error
	bytes int
}

func newCache(limit int) *cache {
	return &cache{limit: limit, entries: map[cacheKey]*list.Element{}}
}

// peek returns the kernel of a key if it has been made, without allocation.
func (c *cache) peek(key *cacheKey) *kernel {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, found := c.entries[*key]
	if !found || !at.Value.(*cacheEntry).ready {
		return nil
	}
	c.recent.MoveToFront(at)
	return at.Value.(*cacheEntry).value
}

// get returns the kernel of a key and makes it if there is none. A failure is
// not kept.
func (c *cache) get(key cacheKey, build func() (*kernel, error)) (*kernel, error) {
	c.mu.Lock()
	at, found := c.entries[key]
	if found {
		c.recent.MoveToFront(at)
	} else {
		at = c.recent.PushFront(&cacheEntry{key: key})
		c.entries[key] = at
	}
	c.mu.Unlock()
	e := at.Value.(*cacheEntry)
	e.once.Do(func() {
		e.value, e.err = build()
		c.mu.Lock()
		defer c.mu.Unlock()
		if e.err != nil {
			c.drop(e)
			return
		}
		if current, ok := c.entries[key]; !ok || current.Value != any(e) {
			return // dropped meanwhile
		}
		e.ready = true
		e.bytes = e.value.bytes()
		c.used += e.bytes
		for c.used > c.limit && c.recent.Len() > 1 {
			c.drop(c.recent.Back().Value.(*cacheEntry))
		}
	})
	return e.value, e.err
}

func (c *cache) drop(e *cacheEntry) {
	if at, ok := c.entries[e.key]; ok && at.Value == any(e) {
		c.recent.Remove(at)
		delete(c.entries, e.key)
		c.used -= e.bytes
	}
}
