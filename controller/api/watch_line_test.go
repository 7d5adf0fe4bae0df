package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/api/wire"
)

// TestEventLine: the line is what encoding/json makes of the event.
func TestEventLine(t *testing.T) {
	for _, kind := range []wire.WatchType{wire.Added, wire.Modified, wire.Deleted, wire.Bookmark, wire.Error} {
		object, err := json.Marshal(map[string]any{"name": "a<b>&\u2028", "n": 1.5, "list": []string{"x", ""}})
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(wire.WatchEvent{Type: kind, Object: object})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(eventLine(kind, object)); got != string(want)+"\n" || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}
