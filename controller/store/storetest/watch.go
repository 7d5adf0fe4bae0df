package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/store"
)

type event = store.WatchEvent[note]

// watching runs a watch until the test ends and hands on what it tells.
func watching(t *testing.T, table *store.Table[note], prefix string) <-chan event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan event)
	var running sync.WaitGroup
	running.Go(func() {
		err := table.Watch(ctx, prefix, func(ev event) {
			select {
			case told <- ev:
			case <-ctx.Done():
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("watch ended with %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return told
}

// line is an event as a test writes it down; empty for Progress.
func line(ev event) string {
	switch ev.Type {
	case store.Put:
		return "put " + ev.Entry.Key + " " + ev.Entry.Value.Text
	case store.Deleted:
		return "deleted " + ev.Entry.Key
	case store.Synced:
		return "synced"
	}
	return ""
}

// wantTold reads as many events as are wanted, not counting Progress.
func wantTold(t *testing.T, told <-chan event, want ...string) {
	t.Helper()
	ctx := patient(t)
	var got []string
	for len(got) < len(want) {
		select {
		case ev := <-told:
			if l := line(ev); l != "" {
				got = append(got, l)
			}
		case <-ctx.Done():
			t.Fatalf("told %q, then nothing; want %q", got, want)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("told differs (-want +got):\n%s", diff)
	}
}

// watchOrder has several writers and checks that a watch sees every write, in
// the order of revisions, with each transaction closed by Progress.
func watchOrder(t *testing.T, s *store.Store) {
	const writers, rounds = 4, 50
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	commit(t, s, notes.Put("b", note{Text: "1"}), notes.Put("a", note{Text: "2"}))
	commit(t, s, notes.Put("a", note{Text: "3"}))
	told := watching(t, notes, "")
	wantTold(t, told, "put a 3", "put b 1", "synced")
	commit(t, s, notes.Delete("a"))
	commit(t, s, notes.Put("a", note{Text: "4"}))
	wantTold(t, told, "deleted a", "put a 4")

	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() {
			for i := range rounds {
				left, right := fmt.Sprintf("w%d/left", w), fmt.Sprintf("w%d/right", w)
				if _, err := s.Commit(ctx, nil, notes.Put(left, note{N: i}), notes.Put(right, note{N: i})); err != nil {
					t.Error(err)
				}
			}
		})
	}
	state := map[string]int{}
	puts, last := 0, int64(0)
	for puts < 2*writers*rounds {
		var ev event
		select {
		case ev = <-told:
		case <-ctx.Done():
			t.Fatalf("%d puts told, want %d", puts, 2*writers*rounds)
		}
		if ev.Revision < last {
			t.Fatalf("revision %d told after %d", ev.Revision, last)
		}
		last = ev.Revision
		switch ev.Type {
		case store.Put:
			puts++
			if was, ok := state[ev.Entry.Key]; ok && ev.Entry.Value.N != was+1 {
				t.Fatalf("%s went from %d to %d", ev.Entry.Key, was, ev.Entry.Value.N)
			}
			state[ev.Entry.Key] = ev.Entry.Value.N
		case store.Progress:
			for w := range writers {
				left, right := state[fmt.Sprintf("w%d/left", w)], state[fmt.Sprintf("w%d/right", w)]
				if left != right {
					t.Fatalf("half a transaction before Progress: %d and %d", left, right)
				}
			}
		}
	}
	running.Wait()
}

func watchPath(t *testing.T, s *store.Store) {
	notes := store.NewTable[note](s, "notes")
	commit(t, s, notes.Put("r1/a", note{Text: "1"}), notes.Put("r10/a", note{Text: "2"}), notes.Put("r1", note{Text: "3"}))
	told := watching(t, notes, "r1")
	wantTold(t, told, "put r1/a 1", "synced")
	commit(t, s, notes.Put("r10/b", note{Text: "4"}))
	commit(t, s, notes.Put("r1/b", note{Text: "5"}))
	wantTold(t, told, "put r1/b 5")
	// The watch hears nothing of what others keep on the server, but can be asked how
	// far it is.
	resp, err := raw(t, s).Put(patient(t), "/elsewhere/a", "6")
	if err != nil {
		t.Fatal(err)
	}
	wantProgress(t, notes, told, resp.Header.Revision)
}

// wantProgress asks how far a watch is until it says that it is at a revision.
func wantProgress(t *testing.T, notes *store.Table[note], told <-chan event, rev int64) {
	t.Helper()
	ctx := patient(t)
	for done := false; !done; {
		if err := notes.Sync(ctx); err != nil {
			t.Fatal(err)
		}
		select {
		case ev := <-told:
			done = ev.Type == store.Progress && ev.Revision >= rev
		case <-ctx.Done():
			t.Fatal("no progress was told")
		}
	}
}

// watchBesideNewcomers lets another watch begin after the last write. It waits for
// what nobody may write for hours; the first must learn all the same how far it is.
func watchBesideNewcomers(t *testing.T, s *store.Store) {
	notes := store.NewTable[note](s, "notes")
	told := watching(t, notes, "r1")
	wantTold(t, told, "synced")
	rev := commit(t, s, notes.Put("r10/a", note{Text: "1"}))
	newcomer := watching(t, store.NewTable[note](s, "others"), "")
	wantTold(t, newcomer, "synced")
	wantProgress(t, notes, told, rev)
}

func watchResumes(t *testing.T, s *store.Store) {
	wire := newWire(t, s)
	far := second(t, s, wire.endpoint)
	notes := store.NewTable[note](s, "notes")
	commit(t, s, notes.Put("a", note{Text: "1"}), notes.Put("b", note{Text: "2"}))
	told := watching(t, store.NewTable[note](far, "notes"), "")
	wantTold(t, told, "put a 1", "put b 2", "synced")
	wire.cut()
	commit(t, s, notes.Put("a", note{Text: "3"}))
	commit(t, s, notes.Delete("b"))
	commit(t, s, notes.Put("b", note{Text: "4"}))
	wire.mend()
	// Everything that happened meanwhile, each once, and no second list.
	wantTold(t, told, "put a 3", "deleted b", "put b 4")
	commit(t, s, notes.Put("c", note{Text: "5"}))
	wantTold(t, told, "put c 5")
}

func watchAcrossCompaction(t *testing.T, s *store.Store) {
	ctx := patient(t)
	wire := newWire(t, s)
	far := second(t, s, wire.endpoint)
	notes := store.NewTable[note](s, "notes")
	for _, key := range []string{"changed", "deleted", "deleted too", "replaced", "same"} {
		commit(t, s, notes.Put(key, note{Text: "1"}))
	}
	told := watching(t, store.NewTable[note](far, "notes"), "")
	wantTold(t, told, "put changed 1", "put deleted 1", "put deleted too 1", "put replaced 1", "put same 1", "synced")
	wire.cut()
	commit(t, s, notes.Put("changed", note{Text: "2"}))
	commit(t, s, notes.Delete("deleted"), notes.Delete("deleted too"), notes.Delete("replaced"))
	commit(t, s, notes.Put("replaced", note{Text: "2"}), notes.Put("added", note{Text: "2"}))
	rev := commit(t, s, notes.Put("short-lived", note{}))
	rev = max(rev, commit(t, s, notes.Delete("short-lived")))
	if err := s.Compact(ctx, rev); err != nil {
		t.Fatal(err)
	}
	wire.mend()
	wantTold(t, told, "deleted deleted", "deleted deleted too", "put added 2", "put changed 2", "put replaced 2", "synced")
	commit(t, s, notes.Put("same", note{Text: "3"}))
	wantTold(t, told, "put same 3")
}

func watchStopsAtUnreadable(t *testing.T, s *store.Store) {
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	commit(t, s, notes.Put("a", note{Text: "1"}))
	etcd := raw(t, s)
	err := notes.Watch(ctx, "", func(ev event) {
		if ev.Type != store.Synced {
			return
		}
		if _, err := etcd.Put(ctx, "/waveplane/v1/notes/b", `{"v":99}`); err != nil {
			t.Error(err)
		}
	})
	if !errors.Is(err, store.ErrVersion) {
		t.Errorf("watch over a record of the future: %v, want ErrVersion", err)
	}
}

func watchEndsWithStore(t *testing.T, s *store.Store) {
	other := second(t, s)
	err := store.NewTable[note](other, "notes").Watch(patient(t), "", func(ev event) {
		if ev.Type != store.Synced {
			return
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	if !errors.Is(err, store.ErrClosed) {
		t.Errorf("watch of a closed store: %v, want ErrClosed", err)
	}
}

// wire is a connection to a store's etcd that can be cut.
type wire struct {
	endpoint string
	network  string
	address  string
	listener net.Listener

	mu    sync.Mutex
	whole bool
	conns map[net.Conn]bool
	work  sync.WaitGroup
}

func newWire(t *testing.T, s *store.Store) *wire {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wire")
	w := &wire{endpoint: "unix://" + path, whole: true, conns: map[net.Conn]bool{}}
	w.network, w.address = socketOf(s)
	var err error
	if w.listener, err = net.Listen("unix", path); err != nil {
		t.Fatal(err)
	}
	w.work.Go(w.accept)
	t.Cleanup(func() {
		w.listener.Close()
		w.cut()
		w.work.Wait()
	})
	return w
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.whole = false
	for c := range maps.Clone(w.conns) {
		c.Close()
	}
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.whole = true
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial(w.network, w.address)
		if err != nil || !w.keep(near, far) {
			near.Close()
			if far != nil {
				far.Close()
			}
			continue
		}
		w.work.Go(func() { w.carry(near, far) })
		w.work.Go(func() { w.carry(far, near) })
	}
}

func (w *wire) keep(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range conns {
		if w.whole {
			w.conns[c] = true
		}
	}
	return w.whole
}

func (w *wire) carry(to, from net.Conn) {
	// Either side ending ends both; which error ended it does not matter.
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, to)
	delete(w.conns, from)
}
