package reconcile

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// boardOf is a board on which device a shows two receivers, both down, and one
// logical channel.
func boardOf() (*board, models.ObjectID) {
	id := models.ObjectID{Kind: models.KindLogicalChannel, Key: "1"}
	b := newBoard()
	b.update("a", func(v *deviceView) { v.Session = "a-1" })
	b.merge("a", "a-1", models.Delta{
		Full: true, Objects: map[models.ObjectID]models.Leaves{id: {models.LeafAdmin: models.AdminEnabled}},
		Readings: models.Readings{Logical: map[string]models.LogicalReading{"1": linkAt(0, false), "2": linkAt(0, false)}},
	})
	return b, id
}

func linkAt(second int, up bool) models.LogicalReading {
	return models.LogicalReading{At: time.Date(2026, 3, 1, 12, 0, second, 0, time.UTC), LinkUp: &up}
}

// TestAnswersDoNotHideNews checks that what a device tells while an answer is on
// its way is not lost when the answer, which is older, comes in.
func TestAnswersDoNotHideNews(t *testing.T) {
	b, _ := boardOf()
	before := b.view("a")
	b.merge("a", "a-1", models.Delta{Readings: models.Readings{Logical: map[string]models.LogicalReading{"1": linkAt(2, true), "3": linkAt(2, true)}}})
	if !b.answer(before, models.Delta{Readings: models.Readings{Logical: map[string]models.LogicalReading{"1": linkAt(1, false), "2": linkAt(1, true)}}}) {
		t.Error("the configuration did not move, so an answer about it counts")
	}
	want := map[string]models.LogicalReading{"1": linkAt(2, true), "2": linkAt(1, true), "3": linkAt(2, true)}
	if diff := cmp.Diff(want, b.view("a").State.Readings.Logical); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
}

// TestFullAnswersDoNotHideNews is the same for a full picture: configuration
// that was told meanwhile stays, and so does that something is gone.
func TestFullAnswersDoNotHideNews(t *testing.T) {
	b, id := boardOf()
	before := b.view("a")
	picture := models.Delta{Full: true, Objects: map[models.ObjectID]models.Leaves{id: {models.LeafAdmin: models.AdminEnabled}}, Readings: models.Readings{
		Logical: map[string]models.LogicalReading{"1": linkAt(1, false), "2": linkAt(1, false)},
	}}
	b.merge("a", "a-1", models.Delta{Objects: map[models.ObjectID]models.Leaves{id: {models.LeafAdmin: models.AdminDisabled}}, Readings: models.Readings{
		Logical: map[string]models.LogicalReading{"2": linkAt(2, true)},
	}})
	if b.answer(before, picture) {
		t.Error("the answer counts although the configuration moved meanwhile")
	}
	state := b.view("a").State
	if got := state.Objects[id][models.LeafAdmin]; got != models.AdminDisabled {
		t.Errorf("admin-state is %s, want what was told last", got)
	}
	want := map[string]models.LogicalReading{"1": linkAt(1, false), "2": linkAt(2, true)}
	if diff := cmp.Diff(want, state.Readings.Logical); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}

	before = b.view("a")
	picture.Objects = map[models.ObjectID]models.Leaves{}
	if !b.answer(before, picture) || len(b.view("a").State.Objects) != 0 {
		t.Errorf("a full answer that nothing overtook has to replace what was known: %v", b.view("a").State.Objects)
	}
}

// TestAnswersOfAnEarlierSession are dropped.
func TestAnswersOfAnEarlierSession(t *testing.T) {
	b, _ := boardOf()
	before := b.view("a")
	b.update("a", func(v *deviceView) { v.Session = "a-2" })
	if b.answer(before, models.Delta{Full: true, Readings: models.Readings{Logical: map[string]models.LogicalReading{"1": linkAt(1, true)}}}) {
		t.Error("an answer of an earlier session counts")
	}
	if up := b.view("a").State.Readings.Logical["1"].LinkUp; *up {
		t.Error("a reading of an earlier session came onto the board")
	}
}

// TestComparedAnew checks that what an image was found to differ in holds while only
// readings move, and not once configuration comes in, whoever brought it.
func TestComparedAnew(t *testing.T) {
	b, id := boardOf()
	acked := &records.Image{Objects: []models.Object{{ObjectID: id, Leaves: models.Leaves{models.LeafAdmin: models.AdminEnabled}}}}
	is := func(when string, want int) {
		t.Helper()
		for range 2 {
			view := b.view("a")
			if got, anew := len(view.differences(acked)), len(differences(acked.Objects, view.State)); got != want || anew != want {
				t.Errorf("%s: %d differences, compared anew %d, want %d", when, got, anew, want)
			}
		}
	}
	off := map[models.ObjectID]models.Leaves{id: {models.LeafAdmin: models.AdminDisabled}}
	is("as acknowledged", 0)
	b.merge("a", "a-1", models.Delta{Readings: models.Readings{Logical: map[string]models.LogicalReading{"1": linkAt(2, true)}}})
	is("readings moved", 0)
	b.merge("a", "a-1", models.Delta{Objects: off})
	is("turned off", 1)
	b.answer(b.view("a"), models.Delta{Full: true, Objects: map[models.ObjectID]models.Leaves{id: {models.LeafAdmin: models.AdminEnabled}}})
	is("asked, and on again", 0)
	b.merge("a", "a-1", models.Delta{Gone: []models.ObjectID{id}})
	is("gone", 1)
}
