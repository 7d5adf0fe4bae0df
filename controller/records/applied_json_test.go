package records_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

var text = rapid.OneOf(rapid.StringMatching(`[a-zA-Z0-9/ .:-]{0,12}`), rapid.SampledFrom([]string{`"`, `\`, "<&>", "\n", "\u2028", "é"}))

func objects(t *rapid.T) []models.Object {
	var out []models.Object
	seen := map[models.ObjectID]bool{}
	for range rapid.IntRange(0, 4).Draw(t, "objects") {
		id := models.ObjectID{Kind: rapid.SampledFrom([]models.ObjectKind{models.KindLaser, models.KindLogicalChannel}).Draw(t, "kind"), Key: rapid.SampledFrom([]string{"1", "2", `x"`}).Draw(t, "key")}
		if seen[id] {
			continue
		}
		seen[id] = true
		o := models.Object{ObjectID: id, Leaves: models.Leaves{}}
		for range rapid.IntRange(0, 3).Draw(t, "leaves") {
			o.Leaves[rapid.SampledFrom([]models.LeafName{models.LeafEnabled, models.LeafAdmin}).Draw(t, "leaf")] = rapid.SampledFrom([]string{"true", "false", "a<b"}).Draw(t, "value")
		}
		out = append(out, o)
	}
	return out
}

func image(t *rapid.T) records.Image {
	return records.Image{
		Objects: objects(t), Digest: text.Draw(t, "digest"), DecisionRev: rapid.Int64().Draw(t, "revision"), Phase: records.PhaseDark,
		Step: rapid.IntRange(0, 2).Draw(t, "step"), Renderer: text.Draw(t, "renderer"),
		At: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC(),
	}
}

func applied(t *rapid.T) records.Applied {
	var a records.Applied
	if rapid.Bool().Draw(t, "acked") {
		i := image(t)
		a.Acked = &i
	}
	if rapid.Bool().Draw(t, "attempt") {
		a.Attempt = &records.Attempt{Image: image(t), Pass: text.Draw(t, "pass"), Term: rapid.Int64().Draw(t, "term")}
	}
	if rapid.Bool().Draw(t, "refused") {
		a.Refused = &records.Refused{Digest: "d", Words: text.Draw(t, "words"), At: time.Unix(1, 2).UTC(), Phase: records.PhaseDark}
	}
	if rapid.Bool().Draw(t, "original") {
		a.Original = map[models.ObjectID]models.Leaves{{Kind: models.KindLaser, Key: rapid.StringMatching(`[a-z0-9/"]{1,8}`).Draw(t, "key")}: {models.LeafEnabled: "false"}}
	}
	a.Left = text.Draw(t, "left")
	return a
}

// TestNoFieldOfAppliedIsForgotten: a field that is added and not written by hand would
// be lost with the process.
func TestNoFieldOfAppliedIsForgotten(t *testing.T) {
	image := records.Image{Objects: []models.Object{{}}, Digest: "d", DecisionRev: 1, Phase: records.PhaseOpen, Step: 1, Renderer: "r", At: time.Unix(1, 2).UTC()}
	a := records.Applied{
		Acked: &image, Attempt: &records.Attempt{Image: image, Pass: "p", Term: 1}, Refused: &records.Refused{Words: "w"},
		Original: map[models.ObjectID]models.Leaves{{Kind: models.KindLaser, Key: "k"}: {models.LeafEnabled: "false"}}, Left: "tenant/c-1",
	}
	for _, v := range []reflect.Value{reflect.ValueOf(a), reflect.ValueOf(image), reflect.ValueOf(*a.Attempt)} {
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s.%s is not in this test", v.Type(), v.Type().Field(i).Name)
			}
		}
	}
	got, err := a.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := json.Marshal(a); string(got) != string(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAppliedIsWrittenAsByTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := applied(t)
		got, err := a.AppendJSON([]byte("before "))
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != "before "+string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}
