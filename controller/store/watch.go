package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// EventType says what a watch event tells.
type EventType int

// The events of a watch.
const (
	// Put: the record was written; Entry is what it is now.
	Put EventType = iota + 1
	// Deleted: the record is gone; Entry has its key, and the revision at which
	// it was deleted or found missing.
	Deleted
	// Synced: everything that existed at Revision has been told.
	Synced
	// Progress: everything that happened up to Revision has been told. It closes
	// the events of each transaction, so what comes before it is consistent.
	Progress
)

// WatchEvent is one thing that a watch tells.
type WatchEvent[T any] struct {
	Type     EventType
	Entry    Entry[T] // of Put and Deleted
	Revision int64    // of the store when this was so
}

// watchRetry is how long a watch waits before it tries again what failed.
const watchRetry = 100 * time.Millisecond

// Watch tells sink every record below a path as a Put in the order of keys, then
// Synced, then every change in the order in which it happened, for as long as
// ctx lives; it returns ctx's error. It resumes by itself after a disconnect. If
// the changes meanwhile have been compacted, it lists again and tells what is
// new, what has changed and what has vanished, then Synced again.
//
// The sink is called from Watch's own goroutine; while it runs, changes wait.
// Any other error is ErrClosed, or of a record that cannot be read.
func (t *Table[T]) Watch(ctx context.Context, prefix string, sink func(WatchEvent[T])) error {
	start, err := below(t.name, prefix)
	if err != nil {
		return fmt.Errorf("store: watch %s: %w", t.name, err)
	}
	sub := t.s.hub.subscribe(t.name, start)
	defer t.s.hub.unsubscribe(sub)
	w := watch[T]{t: t, prefix: prefix, start: start, sink: sink}
	for {
		for _, what := range sub.take() {
			if err := w.tell(ctx, what); err != nil {
				return err
			}
		}
		select {
		case <-sub.news:
		case <-ctx.Done():
			return ctx.Err()
		case <-t.s.running.Done():
			return fmt.Errorf("store: watch %s: %w", t.name, ErrClosed)
		}
	}
}

// SyncWatches asks the server how far the store is, and has all watches tell it as
// a Progress. They do so by themselves after every transaction of the store; a
// revision that others made, who share the server, has to be asked for. The answer
// may stay out while the connection is made anew; ask again.
func (s *Store) SyncWatches(ctx context.Context) error {
	if err := s.client.RequestProgress(progressStream(ctx)); err != nil {
		return named("request progress", err)
	}
	return nil
}

// Sync asks for a Progress of the table's watches, see Store.SyncWatches.
func (t *Table[T]) Sync(ctx context.Context) error { return t.s.SyncWatches(ctx) }

type watch[T any] struct {
	t        *Table[T]
	prefix   string
	start    string
	sink     func(WatchEvent[T])
	revision int64            // told up to here; 0: list first
	told     map[string]int64 // key → revision that was told
}

// tell tells what the hub has for the watch. The error is of ctx, of the store or of a
// record that cannot be read.
func (w *watch[T]) tell(ctx context.Context, what told) error {
	for what.relist {
		err := w.list(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case w.t.s.running.Err() != nil:
			return fmt.Errorf("store: watch %s: %w", w.t.name, ErrClosed)
		case errors.Is(err, ErrRecord):
			return err
		}
		w.t.s.log.Warn("watch interrupted", "table", w.t.name, "err", err)
		if !pause(ctx, watchRetry) {
			return ctx.Err()
		}
	}
	for _, ev := range what.events {
		if ev.Kv.ModRevision <= w.revision || !strings.HasPrefix(string(ev.Kv.Key), w.start) {
			continue // in the list, or not asked for
		}
		if err := w.change(ev); err != nil {
			return err
		}
	}
	if what.revision > w.revision {
		w.revision = what.revision
		w.sink(WatchEvent[T]{Type: Progress, Revision: w.revision})
	}
	return nil
}

// list tells everything that is new against what was told before.
func (w *watch[T]) list(ctx context.Context) error {
	found := make(map[string]int64, len(w.told))
	entries, revision, err := w.t.List(ctx, w.prefix)
	if err != nil {
		return err
	}
	for _, e := range entries {
		found[e.Key] = e.Revision
	}
	var gone []string
	for key := range w.told {
		if _, ok := found[key]; !ok {
			gone = append(gone, key)
		}
	}
	slices.Sort(gone)
	for _, key := range gone {
		w.sink(WatchEvent[T]{Type: Deleted, Entry: Entry[T]{Key: key, Revision: revision}, Revision: revision})
	}
	for _, e := range entries {
		if w.told[e.Key] != e.Revision {
			w.sink(WatchEvent[T]{Type: Put, Entry: e, Revision: revision})
		}
	}
	w.told, w.revision = found, revision
	w.sink(WatchEvent[T]{Type: Synced, Revision: revision})
	return nil
}

func (w *watch[T]) change(ev *clientv3.Event) error {
	revision := ev.Kv.ModRevision
	if ev.Type == clientv3.EventTypeDelete {
		key := w.t.local(ev.Kv.Key)
		delete(w.told, key)
		w.t.unknown.set(string(ev.Kv.Key), unknown{revision: revision})
		w.sink(WatchEvent[T]{Type: Deleted, Entry: Entry[T]{Key: key, Revision: revision}, Revision: revision})
		return nil
	}
	e, err := w.t.entry(ev.Kv)
	if err != nil {
		return err
	}
	w.told[e.Key] = revision
	w.sink(WatchEvent[T]{Type: Put, Entry: e, Revision: revision})
	return nil
}

// pause waits and reports whether ctx still lives.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
