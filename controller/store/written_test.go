package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/waveplane/waveplane/controller/store"
)

// counting is a codec that counts how often it decodes.
type counting struct {
	store.Codec[note]
	decoded *atomic.Int64
}

func (c counting) Decode(data []byte) (note, bool, error) {
	c.decoded.Add(1)
	return c.Codec.Decode(data)
}

// TestWatchDoesNotDecodeOwnWrites watches one table through two handles: the
// one that wrote gets its records back undecoded, the other decodes; both see
// the same.
func TestWatchDoesNotDecodeOwnWrites(t *testing.T) {
	s := open(t, store.Config{})
	mine, theirs := counting{store.JSON[note](), new(atomic.Int64)}, counting{store.JSON[note](), new(atomic.Int64)}
	own, other := store.NewTableWith(s, "notes", store.Codec[note](mine)), store.NewTableWith(s, "notes", store.Codec[note](theirs))
	if _, err := s.Commit(t.Context(), nil, own.Create("first", note{Text: "1"})); err != nil {
		t.Fatal(err)
	}
	const writes = 5000 // more than are remembered, so that the oldest are dropped
	for i := 0; i < writes; i += 100 {
		var ops []store.Op
		for j := range 100 {
			ops = append(ops, own.Put(fmt.Sprintf("n%d", i+j), note{Text: fmt.Sprint(i + j)}))
		}
		if _, err := s.Commit(t.Context(), nil, ops...); err != nil {
			t.Fatal(err)
		}
	}
	// A record that somebody else overwrote is not what we remember.
	if _, err := s.Commit(t.Context(), nil, other.Put("n4999", note{Text: "theirs"})); err != nil {
		t.Fatal(err)
	}
	see := func(table *store.Table[note]) map[string]note {
		ctx, enough := context.WithCancel(t.Context())
		defer enough()
		seen := map[string]note{}
		_ = table.Watch(ctx, "", func(ev store.WatchEvent[note]) {
			switch ev.Type {
			case store.Put:
				seen[ev.Entry.Key] = ev.Entry.Value
			case store.Synced:
				enough()
			}
		})
		return seen
	}
	a, b := see(own), see(other)
	if x, y := asJSON(t, a), asJSON(t, b); x != y || len(a) != writes+1 || a["n4999"].Text != "theirs" || a["first"].Text != "1" {
		t.Errorf("the two handles see %d and %d records, or different ones", len(a), len(b))
	}
	if got := mine.decoded.Load(); got == 0 || got > writes-4000 {
		t.Errorf("the writer decoded %d records, want those that are no longer remembered and the one of the other", got)
	}
	if got := theirs.decoded.Load(); got != writes {
		t.Errorf("the other decoded %d records, want %d: all but its own", got, writes)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
