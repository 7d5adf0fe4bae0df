package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/store"
)

func openStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.OpenEmbedded(t.Context(), store.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// soon bounds what must happen at all, however slow the machine is.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestCacheOfTable(t *testing.T) {
	ctx := soon(t)
	s := openStore(t)
	notes := store.NewTable[note](s, "notes")
	other := store.NewTable[note](s, "other")
	if _, err := s.Commit(ctx, nil, notes.Create("a", note{"one"})); err != nil {
		t.Fatal(err)
	}
	c := engine.NewCache(notes, "")
	during(t, func(ctx context.Context) { _ = c.Run(ctx) }, func() {
		if err := c.WaitSynced(ctx); err != nil {
			t.Fatal(err)
		}
		if e, ok := c.Get("a"); !ok || e.Value.Text != "one" {
			t.Errorf("a is %v after WaitSynced", e)
		}
		for i := range 20 {
			key := fmt.Sprintf("k%d", i)
			rev, err := s.Commit(ctx, nil, notes.Create(key, note{"x"}))
			if err != nil {
				t.Fatal(err)
			}
			if err := c.WaitRevision(ctx, rev); err != nil {
				t.Fatal(err)
			}
			if _, ok := c.Get(key); !ok {
				t.Fatalf("%s is missing after WaitRevision(%d)", key, rev)
			}
			// A write elsewhere tells this watch nothing; the cache has to ask.
			if rev, err = s.Commit(ctx, nil, other.Create(key, note{"x"})); err != nil {
				t.Fatal(err)
			}
			if err := c.WaitRevision(ctx, rev); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestLeadChangesHands(t *testing.T) {
	ctx := soon(t)
	a := openStore(t)
	b, err := store.OpenCluster(ctx, store.Config{Endpoints: a.Endpoints(), Member: "b"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()

	var leaders sync.WaitGroup
	type start struct {
		name string
		term int64
	}
	started := make(chan start, 2)
	stop := map[string]context.CancelFunc{}
	for name, s := range map[string]*store.Store{"a": a, "b": b} {
		ctx, cancel := context.WithCancel(ctx)
		stop[name] = cancel
		leaders.Go(func() {
			campaign := func(ctx context.Context) (*store.Grant, error) { return s.Campaign(ctx, "planner") }
			err := engine.Lead(ctx, nil, campaign, func(ctx context.Context, g *store.Grant) error {
				started <- start{name, g.Term}
				<-ctx.Done()
				return ctx.Err()
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Lead of %s: %v", name, err)
			}
		})
	}
	first := <-started
	select {
	case second := <-started:
		t.Fatalf("%s leads beside %s", second.name, first.name)
	default:
	}
	stop[first.name]()
	second := <-started
	stop[second.name]()
	leaders.Wait()
	if first.name == second.name || second.term <= first.term {
		t.Errorf("%+v led, then %+v; want another leader with a greater term", first, second)
	}
}
