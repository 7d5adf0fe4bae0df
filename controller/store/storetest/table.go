package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/store"
)

func readAndWrite(t *testing.T, s *store.Store) {
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	if _, err := notes.Get(ctx, "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get what is not there: %v, want ErrNotFound", err)
	}
	created := commit(t, s, notes.Create("a", note{Text: "one"}))
	e, err := notes.Get(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	want := store.Entry[note]{Key: "a", Value: note{Text: "one"}, Revision: created, CreateRevision: created}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("entry differs (-want +got):\n%s", diff)
	}
	updated := commit(t, s, notes.Update("a", note{Text: "two"}, e.Revision))
	if e, err = notes.Get(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	want = store.Entry[note]{Key: "a", Value: note{Text: "two"}, Revision: updated, CreateRevision: created}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("entry after the update differs (-want +got):\n%s", diff)
	}
	commit(t, s, notes.Put("a", note{Text: "three"}), notes.Put("b", note{Text: "four"}))
	if diff := cmp.Diff(map[string]string{"a": "three", "b": "four"}, contents(t, notes)); diff != "" {
		t.Errorf("table differs (-want +got):\n%s", diff)
	}
	last := commit(t, s, notes.Delete("a"), notes.Delete("never there"))
	entries, rev, err := notes.List(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Key != "b" || rev != last {
		t.Errorf("list is %v at %d, want b alone at %d", entries, rev, last)
	}
	if now, err := s.Revision(ctx); err != nil || now != last {
		t.Errorf("revision is %d (%v), want %d", now, err, last)
	}
}

func comparisons(t *testing.T, s *store.Store) {
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	rev := commit(t, s, notes.Create("a", note{Text: "one"}), notes.Create("b", note{Text: "two"}))
	v := note{Text: "never"}
	tests := map[string]struct {
		ops  []store.Op
		want []string // keys of the conflict; nil: none
	}{
		"create what is there":       {[]store.Op{notes.Create("a", v)}, []string{"notes/a"}},
		"update at another revision": {[]store.Op{notes.Update("a", v, rev-1)}, []string{"notes/a"}},
		"update what is not there":   {[]store.Op{notes.Update("c", v, rev)}, []string{"notes/c"}},
		"delete at another revision": {[]store.Op{notes.DeleteAt("a", rev+1)}, []string{"notes/a"}},
		"exists, but is not there":   {[]store.Op{notes.Exists("c", 0)}, []string{"notes/c"}},
		"exists at another revision": {[]store.Op{notes.Exists("a", rev+1)}, []string{"notes/a"}},
		"absent, but is there":       {[]store.Op{notes.Absent("a")}, []string{"notes/a"}},
		"exists":                     {[]store.Op{notes.Exists("a", 0)}, nil},
		"exists at its revision":     {[]store.Op{notes.Exists("a", rev)}, nil},
		"absent":                     {[]store.Op{notes.Absent("c")}, nil},
		"several, all named":         {[]store.Op{notes.Absent("b"), notes.Absent("c"), notes.Create("a", v)}, []string{"notes/b", "notes/a"}},
		"one of many":                {[]store.Op{notes.Put("x", v), notes.Delete("b"), notes.Exists("c", 0)}, []string{"notes/c"}},
		"nothing to do":              {nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := s.Commit(ctx, nil, test.ops...)
			switch {
			case test.want != nil:
				wantConflict(t, err, test.want...)
				if errors.Is(err, store.ErrNotOwner) {
					t.Error("the conflict claims that a grant is over")
				}
			case err != nil:
				t.Errorf("commit: %v", err)
			}
			if diff := cmp.Diff(map[string]string{"a": "one", "b": "two"}, contents(t, notes)); diff != "" {
				t.Errorf("table was changed (-want +got):\n%s", diff)
			}
		})
	}
	commit(t, s, notes.DeleteAt("a", rev), notes.Update("b", note{Text: "three"}, rev))
	if diff := cmp.Diff(map[string]string{"b": "three"}, contents(t, notes)); diff != "" {
		t.Errorf("table differs (-want +got):\n%s", diff)
	}
}

// atomic has writers take units from a shared sum, as reservations do.
func atomic(t *testing.T, s *store.Store) {
	const writers, units = 8, 20
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	commit(t, s, notes.Create("left", note{N: writers * units}), notes.Create("taken", note{}))
	var running sync.WaitGroup
	for range writers {
		running.Go(func() {
			for done := 0; done < units; {
				left, err := notes.Get(ctx, "left")
				if err != nil {
					t.Error(err)
					return
				}
				taken, err := notes.Get(ctx, "taken")
				if err != nil {
					t.Error(err)
					return
				}
				_, err = s.Commit(ctx, nil,
					notes.Update("left", note{N: left.Value.N - 1}, left.Revision),
					notes.Update("taken", note{N: taken.Value.N + 1}, taken.Revision))
				switch {
				case err == nil:
					done++
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
					return
				}
			}
		})
	}
	running.Wait()
	entries, _, err := notes.List(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	if entries[0].Value.N != 0 || entries[1].Value.N != writers*units {
		t.Errorf("%d left and %d taken, want 0 and %d", entries[0].Value.N, entries[1].Value.N, writers*units)
	}
}

func keys(t *testing.T, s *store.Store) {
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	for _, key := range []string{"", "/", "/a", "a/", "a//b", "a/../b", "..", ".", "a\x00b", "a\nb", "\xff", strings.Repeat("k", 2000)} {
		if _, err := s.Commit(ctx, nil, notes.Put(key, note{})); !errors.Is(err, store.ErrKey) {
			t.Errorf("put %.20q: %v, want ErrKey", key, err)
		}
		if _, err := notes.Get(ctx, key); !errors.Is(err, store.ErrKey) {
			t.Errorf("get %.20q: %v, want ErrKey", key, err)
		}
	}
	if _, err := s.Commit(ctx, nil, notes.Put("a", note{}), notes.Delete("a")); !errors.Is(err, store.ErrKey) {
		t.Errorf("two writes of one key: %v, want ErrKey", err)
	}
	names := [][]string{{"r1", "1/1"}, {"r1/1", "1"}, {"r1", "1", "1"}, {"r1", "50%"}, {"..", "."}, {"r10", "1"}, {"r1", "Träger 7"}}
	seen := map[string]bool{}
	for _, n := range names {
		key := store.Key(n...)
		if seen[key] {
			t.Errorf("key %q of %q is another's, too", key, n)
		}
		seen[key] = true
		commit(t, s, notes.Create(key, note{Text: strings.Join(n, "|")}))
		back, err := store.SplitKey(key)
		if diff := cmp.Diff(n, back); err != nil || diff != "" {
			t.Errorf("key %q does not give back its names: %v\n%s", key, err, diff)
		}
	}
	for _, prefix := range []string{"r1", "r1/"} {
		entries, _, err := notes.List(ctx, prefix)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Value.Text)
		}
		want := []string{"r1|1/1", "r1|1|1", "r1|50%", "r1|Träger 7"}
		sortStrings(want)
		sortStrings(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("below %q differs (-want +got):\n%s", prefix, diff)
		}
	}
	// Tables whose names begin alike do not see each other.
	if got := contents(t, store.NewTable[note](s, "note")); len(got) != 0 {
		t.Errorf("table note shows %v of table notes", got)
	}
}

func largeTransaction(t *testing.T, s *store.Store) {
	const n = 10_000
	ctx := patient(t)
	if s.Limits().TxnOps < n {
		t.Fatalf("the server takes %d operations, the contract is tested with %d", s.Limits().TxnOps, n)
	}
	notes := store.NewTable[note](s, "notes")
	ops := make([]store.Op, n)
	for i := range ops {
		ops[i] = notes.Create(fmt.Sprintf("k%05d", i), note{N: i})
	}
	rev := commit(t, s, ops...)
	entries, at, err := notes.List(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != n || at != rev {
		t.Fatalf("%d entries at %d, want %d at %d", len(entries), at, n, rev)
	}
	for i, e := range entries {
		if e.Value.N != i || e.Revision != rev {
			t.Fatalf("entry %d is %+v", i, e)
		}
	}
	_, err = s.Commit(ctx, nil, ops...)
	var conflict *store.ConflictError
	if !errors.As(err, &conflict) || len(conflict.Keys) != n {
		t.Errorf("second time: %v, want a conflict on %d keys", err, n)
	}
}

func tooLarge(t *testing.T, s *store.Store) {
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	var ops []store.Op
	for i := range s.Limits().TxnOps + 1 {
		ops = append(ops, notes.Put(fmt.Sprintf("k%d", i), note{}))
	}
	if _, err := s.Commit(ctx, nil, ops...); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("too many operations: %v, want ErrTooLarge", err)
	}
	big := note{Text: strings.Repeat("x", s.Limits().RequestBytes)}
	if _, err := s.Commit(ctx, nil, notes.Put("big", big)); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("too many bytes: %v, want ErrTooLarge", err)
	}
	if got := contents(t, notes); len(got) != 0 {
		t.Errorf("%d records were written", len(got))
	}
}

// listIsOfOneRevision lists several pages while every record is rewritten in
// each transaction.
func listIsOfOneRevision(t *testing.T, s *store.Store) {
	const n = 4500
	ctx, cancel := context.WithCancel(patient(t))
	defer cancel()
	notes := store.NewTable[note](s, "notes")
	write := func(round int) error {
		ops := make([]store.Op, n)
		for i := range ops {
			ops[i] = notes.Put(fmt.Sprintf("k%05d", i), note{N: round})
		}
		_, err := s.Commit(ctx, nil, ops...)
		return err
	}
	if err := write(0); err != nil {
		t.Fatal(err)
	}
	var writer sync.WaitGroup
	writer.Go(func() {
		for round := 1; ctx.Err() == nil; round++ {
			if err := write(round); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	})
	for range 10 {
		entries, _, err := notes.List(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != n {
			t.Fatalf("%d entries, want %d", len(entries), n)
		}
		for _, e := range entries {
			if e.Value.N != entries[0].Value.N {
				t.Fatalf("%s is of round %d, %s of round %d", entries[0].Key, entries[0].Value.N, e.Key, e.Value.N)
			}
		}
	}
	cancel()
	writer.Wait()
}

// newer is what a later version makes of item lists.
type newer struct {
	Name  string          `json:"name"`
	Items []newerItem     `json:"items"`
	Extra json.RawMessage `json:"extra,omitempty"`
}

type newerItem struct {
	ID    int    `json:"id"`
	Value string `json:"value"`
	Hint  string `json:"hint,omitempty"`
}

type older struct {
	Name  string      `json:"name"`
	Items []olderItem `json:"items"`
}

type olderItem struct {
	ID    int    `json:"id"`
	Value string `json:"value"`
}

func unknownFields(t *testing.T, s *store.Store) {
	ctx := patient(t)
	next := store.NewTable[newer](s, "lists")
	now := store.NewTable[older](s, "lists")
	first := newer{
		Name:  "a",
		Items: []newerItem{{1, "one", "h1"}, {2, "two", "h2"}, {3, "three", ""}},
		Extra: json.RawMessage(`{"n":1}`),
	}
	rev := commit(t, s, next.Create("a", first))
	e, err := now.Get(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	// The older version drops the first item, changes the name, twice without
	// reading in between.
	v := e.Value
	v.Items = v.Items[1:]
	v.Name = "b"
	rev = commit(t, s, now.Update("a", v, rev))
	v.Name = "c"
	commit(t, s, now.Update("a", v, rev))
	got, err := next.Get(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	want := newer{Name: "c", Items: []newerItem{{2, "two", "h2"}, {3, "three", ""}}, Extra: json.RawMessage(`{"n":1}`)}
	if diff := cmp.Diff(want, got.Value); diff != "" {
		t.Errorf("record differs (-want +got):\n%s", diff)
	}
	// A record that was deleted leaves nothing to its successor.
	commit(t, s, now.Delete("a"))
	commit(t, s, now.Create("a", older{Name: "d"}))
	if got, err = next.Get(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(newer{Name: "d"}, got.Value); diff != "" {
		t.Errorf("new record differs (-want +got):\n%s", diff)
	}
}

func versions(t *testing.T, s *store.Store) {
	ctx := patient(t)
	etcd := raw(t, s)
	notes := store.NewTable[note](s, "notes")
	commit(t, s, notes.Create("written", note{Text: "x"}))
	resp, err := etcd.Get(ctx, "/waveplane/v1/notes/written")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(resp.Kvs[0].Value); got != `{"v":1,"text":"x"}` {
		t.Errorf("stored is %s", got)
	}
	tests := map[string]struct {
		value string
		want  error
	}{
		"spaced":      {`{ "text": "x", "v": 1 }`, nil},
		"of later":    {`{"v":2,"text":"x"}`, store.ErrVersion},
		"of nobody":   {`{"text":"x"}`, store.ErrVersion},
		"cut":         {`{"v":1,"te`, store.ErrRecord},
		"not a note":  {`{"v":1,"text":7}`, store.ErrRecord},
		"not a thing": {`[1]`, store.ErrRecord},
	}
	for name, test := range tests {
		if _, err := etcd.Put(ctx, "/waveplane/v1/notes/"+name, test.value); err != nil {
			t.Fatal(err)
		}
		e, err := notes.Get(ctx, name)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if test.want == nil && e.Value.Text != "x" {
			t.Errorf("%s: %+v", name, e)
		}
		if test.want != nil && (err == nil || !strings.Contains(err.Error(), "notes/"+name)) {
			t.Errorf("%s: %v, want the key in it", name, err)
		}
	}
}
