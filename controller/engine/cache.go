package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/store"
)

// Source is what a cache is fed by; every *store.Table is one.
type Source[T any] interface {
	Watch(ctx context.Context, prefix string, sink func(store.WatchEvent[T])) error
	// Sync asks for a Progress event of every watch.
	Sync(ctx context.Context) error
}

// Cache holds the records below a path of a table in memory. What it returns
// belongs to all its users and must not be changed. It is safe for concurrent
// use.
//
// A cache lags behind the store; a writer that needs to see its own writes waits
// for their revision, and decides by comparison in a transaction anyway.
type Cache[T any] struct {
	source   Source[T]
	prefix   string
	onChange []func(key string, old, new *store.Entry[T])

	mu       sync.RWMutex
	records  map[string]*store.Entry[T]
	keys     []string // sorted
	synced   bool
	revision int64
	moved    chan struct{}           // closed and replaced when the cache is synced
	waiting  map[chan struct{}]int64 // closed when that revision is here
}

// NewCache makes a cache of the records below a path; "" is the whole table.
func NewCache[T any](source Source[T], prefix string) *Cache[T] {
	return &Cache[T]{
		source:  source,
		prefix:  prefix,
		records: map[string]*store.Entry[T]{},
		moved:   make(chan struct{}),
		waiting: map[chan struct{}]int64{},
	}
}

// OnChange has f called for every record that appears (old is nil), changes or
// vanishes (new is nil), in the order in which it happened, after the cache
// shows it. f is called from Run and holds it up. To be called before Run.
func (c *Cache[T]) OnChange(f func(key string, old, new *store.Entry[T])) {
	c.onChange = append(c.onChange, f)
}

// Run keeps the cache up to date until ctx ends; it returns ctx's error, or that
// of a record which cannot be read.
func (c *Cache[T]) Run(ctx context.Context) error { return c.source.Watch(ctx, c.prefix, c.apply) }

// Get returns a record.
func (c *Cache[T]) Get(key string) (*store.Entry[T], bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.records[key]
	return e, ok
}

// List returns all records below a path, by key; "" is all of them. As in
// store.Table.List, "r1" and "r1/" are the same and do not take in "r10".
func (c *Cache[T]) List(prefix string) []*store.Entry[T] {
	c.mu.RLock()
	defer c.mu.RUnlock()
	keys := c.keys
	if prefix != "" {
		prefix = strings.TrimSuffix(prefix, "/") + "/"
		from, _ := slices.BinarySearch(keys, prefix)
		// A slash is followed by "0" in the order of bytes.
		to, _ := slices.BinarySearch(keys, prefix[:len(prefix)-1]+"0")
		keys = keys[from:to]
	}
	out := make([]*store.Entry[T], len(keys))
	for i, key := range keys {
		out[i] = c.records[key]
	}
	return out
}

// Len returns the number of records.
func (c *Cache[T]) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.records)
}

// Revision returns the revision up to which the cache is certain to be complete.
func (c *Cache[T]) Revision() int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.revision
}

// WaitSynced waits until the cache has everything that existed when it started.
func (c *Cache[T]) WaitSynced(ctx context.Context) error {
	for {
		c.mu.RLock()
		synced, moved := c.synced, c.moved
		c.mu.RUnlock()
		if synced {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("engine: wait for cache: %w", ctx.Err())
		}
	}
}

// WaitRevision waits until the cache has everything up to a revision. A watch tells
// that of every transaction of the store; a revision that somebody else made, who
// shares the server, has to be asked for, after a moment.
func (c *Cache[T]) WaitRevision(ctx context.Context, revision int64) error {
	return c.await(ctx, revision, askFirst)
}

// WaitWritten is WaitRevision for a revision that the store itself made: the watch
// is certain to tell it, and the server need not be asked.
func (c *Cache[T]) WaitWritten(ctx context.Context, revision int64) error {
	return c.await(ctx, revision, writtenPatience)
}

// The server gives no answer to a watch that is behind, hence it is asked again,
// less and less often.
const (
	writtenPatience = 500 * time.Millisecond
	askFirst        = 20 * time.Millisecond
	askLast         = time.Second
)

// await waits for a revision and asks the server when patience is over.
func (c *Cache[T]) await(ctx context.Context, revision int64, patience time.Duration) error {
	reached := c.reaching(revision)
	if reached == nil {
		return nil
	}
	defer c.forget(reached)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	var failed error
	for ask := askFirst; ; ask = min(2*ask, askLast) {
		select {
		case <-reached:
			return nil
		case <-ctx.Done():
			if failed != nil {
				return fmt.Errorf("engine: wait for revision %d: %w (%w)", revision, ctx.Err(), failed)
			}
			return fmt.Errorf("engine: wait for revision %d: %w", revision, ctx.Err())
		case <-timer.C:
			failed = c.source.Sync(ctx)
			timer.Reset(ask)
		}
	}
}

// reaching returns a channel that is closed when the cache has a revision; nil
// if it has it already. Each waiter has its own, so that a change wakes nobody
// who waits for a later one.
func (c *Cache[T]) reaching(revision int64) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.synced && c.revision >= revision {
		return nil
	}
	reached := make(chan struct{})
	c.waiting[reached] = revision
	return reached
}

func (c *Cache[T]) forget(reached chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, reached)
}

func (c *Cache[T]) apply(ev store.WatchEvent[T]) {
	switch ev.Type {
	case store.Put:
		c.put(&ev.Entry)
	case store.Deleted:
		c.remove(ev.Entry.Key)
	case store.Synced, store.Progress:
		c.mu.Lock()
		c.synced = c.synced || ev.Type == store.Synced
		c.revision = max(c.revision, ev.Revision)
		if ev.Type == store.Synced {
			close(c.moved)
			c.moved = make(chan struct{})
		}
		for reached, revision := range c.waiting {
			if c.synced && c.revision >= revision {
				close(reached)
				delete(c.waiting, reached)
			}
		}
		c.mu.Unlock()
	}
}

func (c *Cache[T]) put(e *store.Entry[T]) {
	c.mu.Lock()
	old := c.records[e.Key]
	c.records[e.Key] = e
	if old == nil {
		if n := len(c.keys); n == 0 || c.keys[n-1] < e.Key {
			c.keys = append(c.keys, e.Key)
		} else {
			at, _ := slices.BinarySearch(c.keys, e.Key)
			c.keys = slices.Insert(c.keys, at, e.Key)
		}
	}
	c.mu.Unlock()
	c.tell(e.Key, old, e)
}

func (c *Cache[T]) remove(key string) {
	c.mu.Lock()
	old := c.records[key]
	if old != nil {
		delete(c.records, key)
		at, _ := slices.BinarySearch(c.keys, key)
		c.keys = slices.Delete(c.keys, at, at+1)
	}
	c.mu.Unlock()
	if old != nil {
		c.tell(key, old, nil)
	}
}

func (c *Cache[T]) tell(key string, old, new *store.Entry[T]) {
	for _, f := range c.onChange {
		f(key, old, new)
	}
}
