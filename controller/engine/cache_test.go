package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/store"
)

type note struct {
	Text string `json:"text"`
}

// script is a source that tells what it is given. It answers Sync with the
// revision at hand.
type script struct {
	events chan store.WatchEvent[note]
	head   atomic.Int64
}

func newScript() *script { return &script{events: make(chan store.WatchEvent[note])} }

func (s *script) Watch(ctx context.Context, _ string, sink func(store.WatchEvent[note])) error {
	for {
		select {
		case ev := <-s.events:
			sink(ev)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *script) Sync(context.Context) error {
	if s.head.Load() == 0 {
		return errors.New("no connection")
	}
	go func() { s.events <- store.WatchEvent[note]{Type: store.Progress, Revision: s.head.Load()} }()
	return nil
}

func (s *script) put(key, text string, rev int64) {
	s.events <- store.WatchEvent[note]{Type: store.Put, Entry: store.Entry[note]{Key: key, Value: note{text}, Revision: rev}, Revision: rev}
}

func (s *script) remove(key string, rev int64) {
	s.events <- store.WatchEvent[note]{Type: store.Deleted, Entry: store.Entry[note]{Key: key, Revision: rev}, Revision: rev}
}

func keysOf(entries []*store.Entry[note]) []string {
	out := []string{}
	for _, e := range entries {
		out = append(out, e.Key)
	}
	return out
}

func TestCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		c := engine.NewCache(s, "")
		var changes []string
		text := func(e *store.Entry[note]) string {
			if e == nil {
				return "-"
			}
			return e.Value.Text
		}
		c.OnChange(func(key string, old, new *store.Entry[note]) {
			if now, ok := c.Get(key); now != new || ok != (new != nil) {
				t.Errorf("%s is told before the cache shows it", key)
			}
			changes = append(changes, key+" "+text(old)+"→"+text(new))
		})
		during(t, func(ctx context.Context) {
			if err := c.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("Run: %v, want the context's error", err)
			}
		}, func() {
			s.put("r1/a", "one", 2)
			s.put("r1/b", "two", 3)
			s.put("r10/a", "three", 4)
			short, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := c.WaitSynced(short); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("WaitSynced before Synced: %v", err)
			}
			s.events <- store.WatchEvent[note]{Type: store.Synced, Revision: 5}
			if err := c.WaitSynced(t.Context()); err != nil {
				t.Error(err)
			}
			s.put("r0", "zero", 6)
			s.put("r1/a", "uno", 7)
			s.put("r1", "itself", 8)
			s.remove("r1/b", 9)
			s.remove("unknown", 9)
			s.events <- store.WatchEvent[note]{Type: store.Progress, Revision: 9}
			synctest.Wait()
		})
		want := []string{"r1/a -→one", "r1/b -→two", "r10/a -→three", "r0 -→zero", "r1/a one→uno", "r1 -→itself", "r1/b two→-"}
		if diff := cmp.Diff(want, changes); diff != "" {
			t.Errorf("changes differ (-want +got):\n%s", diff)
		}
		for prefix, want := range map[string][]string{
			"":    {"r0", "r1", "r1/a", "r10/a"},
			"r1":  {"r1/a"},
			"r1/": {"r1/a"},
			"r10": {"r10/a"},
			"r2":  {},
		} {
			if diff := cmp.Diff(want, keysOf(c.List(prefix))); diff != "" {
				t.Errorf("List(%q) differs (-want +got):\n%s", prefix, diff)
			}
		}
		if c.Len() != 4 || c.Revision() != 9 {
			t.Errorf("Len %d, Revision %d, want 4 and 9", c.Len(), c.Revision())
		}
	})
}

func TestCacheWaitRevision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		c := engine.NewCache(s, "")
		during(t, func(ctx context.Context) { _ = c.Run(ctx) }, func() {
			s.events <- store.WatchEvent[note]{Type: store.Synced, Revision: 5}
			if err := c.WaitRevision(t.Context(), 5); err != nil {
				t.Error(err)
			}
			// While nothing can be asked, it goes on asking.
			short, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := c.WaitRevision(short, 6); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("WaitRevision without a source: %v", err)
			}
			// Nothing in this table happens at 6, the source only says so.
			s.head.Store(6)
			enough, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := c.WaitRevision(enough, 6); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		})
	})
}

// filled returns a cache of n circuits with three records each.
func filled(b *testing.B, n int) (c *engine.Cache[note], stop func()) {
	s := newScript()
	c = engine.NewCache(s, "")
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Run(ctx)
	}()
	for i := range n {
		for wl := range 3 {
			s.put(fmt.Sprintf("u%05d/%d", i, wl+1), "x", 1)
		}
	}
	s.events <- store.WatchEvent[note]{Type: store.Synced, Revision: 1}
	if err := c.WaitSynced(ctx); err != nil {
		b.Fatal(err)
	}
	return c, func() {
		cancel()
		<-ended
	}
}

func BenchmarkCacheList(b *testing.B) {
	c, stop := filled(b, 10_000)
	defer stop()
	for b.Loop() {
		if got := c.List("u04711"); len(got) != 3 {
			b.Fatalf("%d records, want 3", len(got))
		}
	}
}
