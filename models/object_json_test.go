package models_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/models"
)

func TestObjectKeepsItsLeavesThroughJSON(t *testing.T) {
	o := models.Object{ObjectID: models.ObjectID{Kind: models.KindLaser, Key: "xcvr-1/1"}, Leaves: models.Leaves{models.LeafEnabled: "true"}}
	b, err := json.Marshal([]models.Object{o})
	if err != nil {
		t.Fatal(err)
	}
	var back []models.Object
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if len(back) != 1 || back[0].ObjectID != o.ObjectID || !back[0].Leaves.Equal(o.Leaves) {
		t.Errorf("got %s", b)
	}
}

// objects are some with texts of every kind, also such that JSON has to escape.
func objects() *rapid.Generator[[]models.Object] {
	text := rapid.OneOf(rapid.StringMatching(`[a-z0-9/ .-]{0,8}`), rapid.String(), rapid.SampledFrom([]string{"", "\x00", "\n", `"`, `\`, "<&>", "\u2028", "\xff", "a", "ab"}))
	return rapid.Custom(func(t *rapid.T) []models.Object {
		byID := map[models.ObjectID]models.Leaves{}
		for range rapid.IntRange(0, 4).Draw(t, "objects") {
			leaves := models.Leaves{}
			for range rapid.IntRange(0, 4).Draw(t, "leaves") {
				leaves[models.LeafName(text.Draw(t, "name"))] = text.Draw(t, "value")
			}
			if rapid.Bool().Draw(t, "none") {
				leaves = nil
			}
			byID[models.ObjectID{Kind: models.ObjectKind(text.Draw(t, "kind")), Key: text.Draw(t, "key")}] = leaves
		}
		var out []models.Object
		for id, leaves := range byID {
			out = append(out, models.Object{ObjectID: id, Leaves: leaves})
		}
		return out
	})
}

// The short way writes what encoding/json writes for a plain structure.
func TestObjectIsWrittenAsByTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, o := range objects().Draw(t, "objects") {
			got, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			want, err := json.Marshal(struct {
				Kind   models.ObjectKind `json:"kind"`
				Key    string            `json:"key"`
				Leaves models.Leaves     `json:"leaves"`
			}{o.Kind, o.Key, o.Leaves})
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
	})
}

// Digests are on record, so the text that is digested must stay as it is: a
// sorted line for each object and each of its leaves.
func TestDigestOfLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := objects().Draw(t, "objects")
		ids := map[string]bool{}
		var lines []string
		for _, o := range list {
			id := o.String()
			if ids[id] || strings.ContainsAny(id, "\x00\n") {
				t.Skip("no id of an object")
			}
			ids[id] = true
			lines = append(lines, id)
			for _, leaf := range slices.Sorted(maps.Keys(o.Leaves)) {
				if strings.ContainsAny(string(leaf), "\x00\n") {
					t.Skip("no name of a leaf")
				}
				lines = append(lines, id+"\x00"+string(leaf)+"\x00"+strconv.Quote(o.Leaves[leaf]))
			}
		}
		slices.Sort(lines)
		sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
		if got, want := models.Digest(list), hex.EncodeToString(sum[:12]); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}
