package models_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/models"
)

func TestSetCondition(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	later := noon.Add(time.Minute)
	ready := models.Condition{Type: models.Ready, Status: "True", Reason: models.LightVerified, LastTransitionTime: noon, ObservedGeneration: 1}
	list, changed := models.SetCondition(nil, ready)
	if !changed || len(list) != 1 {
		t.Fatalf("a first condition: %v %v", list, changed)
	}

	same := ready
	same.LastTransitionTime = later
	if list, changed = models.SetCondition(list, same); changed || !list[0].LastTransitionTime.Equal(noon) {
		t.Errorf("the same again: changed %v, since %v", changed, list[0].LastTransitionTime)
	}

	reworded := same
	reworded.Message, reworded.ObservedGeneration = "margin 3.1 dB", 2
	if list, changed = models.SetCondition(list, reworded); !changed || !list[0].LastTransitionTime.Equal(noon) || list[0].ObservedGeneration != 2 {
		t.Errorf("another message keeps the time: %+v, changed %v", list[0], changed)
	}

	lost := models.Condition{Type: models.Ready, Status: "False", Reason: models.LossOfSignal, LastTransitionTime: later}
	list, changed = models.SetCondition(list, lost)
	if diff := cmp.Diff([]models.Condition{lost}, list); diff != "" || !changed {
		t.Errorf("another status takes its time: changed %v\n%s", changed, diff)
	}
	if list, _ = models.SetCondition(list, models.Condition{Type: models.InSync, Status: "True"}); len(list) != 2 {
		t.Errorf("another type is added: %v", list)
	}
}

func TestRefusal(t *testing.T) {
	if !models.RxPowerLow.Refusal() || models.LossOfSignal.Refusal() || models.LightVerified.Refusal() {
		t.Errorf("only what the planner says no with is a refusal")
	}
}

func channel(dbm int) models.ChannelReading {
	p := models.Power(dbm * 100)
	return models.ChannelReading{TxPower: &p}
}

func TestStateMerge(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	a, b := models.ObjectID{Kind: models.KindMediaChannel, Key: "1"}, models.ObjectID{Kind: models.KindMediaChannel, Key: "2"}
	var s models.State
	s.Merge(models.Delta{Full: true, At: noon, Identity: &models.Identity{Serial: "x1"},
		Objects:  map[models.ObjectID]models.Leaves{a: {models.LeafAdmin: "ENABLED"}, b: {models.LeafAdmin: "DISABLED"}},
		Readings: models.Readings{Channels: map[string]models.ChannelReading{"oc-1": channel(-10), "oc-2": channel(-11)}}})

	before := s.Clone()
	s.Merge(models.Delta{At: noon.Add(time.Second), Gone: []models.ObjectID{b},
		Objects:  map[models.ObjectID]models.Leaves{a: {models.LeafAdmin: "MAINT"}},
		Readings: models.Readings{Channels: map[string]models.ChannelReading{"oc-2": channel(-40)}}})
	want := models.State{At: noon.Add(time.Second), Identity: models.Identity{Serial: "x1"},
		Objects:  map[models.ObjectID]models.Leaves{a: {models.LeafAdmin: "MAINT"}},
		Readings: models.Readings{Channels: map[string]models.ChannelReading{"oc-1": channel(-10), "oc-2": channel(-40)}}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("after a partial delta:\n%s", diff)
	}
	if len(before.Objects) != 2 || *before.Readings.Channels["oc-2"].TxPower != -1100 {
		t.Errorf("the clone changed with the original: %+v", before)
	}

	s.Merge(models.Delta{Full: true, At: noon, Objects: map[models.ObjectID]models.Leaves{b: {}}})
	want = models.State{At: noon, Identity: models.Identity{Serial: "x1"}, Objects: map[models.ObjectID]models.Leaves{b: {}}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("a full delta replaces all but the identity:\n%s", diff)
	}
}

// With gives what Merge gives, and the original stays as it was.
func TestStateWith(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	a, b := models.ObjectID{Kind: models.KindMediaChannel, Key: "1"}, models.ObjectID{Kind: models.KindMediaChannel, Key: "2"}
	start := func() models.State {
		return models.State{At: noon, Rest: "r", Objects: map[models.ObjectID]models.Leaves{a: {models.LeafAdmin: "ENABLED"}, b: {}},
			Readings: models.Readings{Channels: map[string]models.ChannelReading{"oc-1": channel(-10)}}}
	}
	for _, d := range []models.Delta{
		{At: noon.Add(time.Second)},
		{Objects: map[models.ObjectID]models.Leaves{a: {models.LeafAdmin: "MAINT"}}},
		{Gone: []models.ObjectID{b}},
		{Readings: models.Readings{Channels: map[string]models.ChannelReading{"oc-1": channel(-40)}, Logical: map[string]models.LogicalReading{"7": {At: noon}}}},
		{Full: true, Objects: map[models.ObjectID]models.Leaves{b: {}}, Readings: models.Readings{Ports: map[string]models.PortReading{"1": {}}}},
	} {
		before, want := start(), start()
		want.Merge(d)
		if diff := cmp.Diff(want, before.With(d)); diff != "" {
			t.Errorf("with %+v:\n%s", d, diff)
		}
		if diff := cmp.Diff(start(), before); diff != "" {
			t.Errorf("%+v changed the original:\n%s", d, diff)
		}
	}
}

// TestMergeOrder: partial deltas of different keys commute, and a delta merged
// twice is as good as once.
func TestMergeOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delta := func(name, key string) models.Delta {
			return models.Delta{Objects: map[models.ObjectID]models.Leaves{{Kind: models.KindMediaChannel, Key: key}: {models.LeafAdmin: rapid.StringMatching(`[A-Z]{3}`).Draw(t, name)}},
				Readings: models.Readings{Channels: map[string]models.ChannelReading{key: channel(rapid.IntRange(-40, 10).Draw(t, name+" dBm"))}}}
		}
		one, two := delta("one", "1"), delta("two", "2")
		var x, y models.State
		for _, d := range []models.Delta{one, two} {
			x.Merge(d)
		}
		for _, d := range []models.Delta{two, one, one} {
			y.Merge(d)
		}
		if diff := cmp.Diff(x, y); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestDigest(t *testing.T) {
	a := models.Object{ObjectID: models.ObjectID{Kind: models.KindMediaChannel, Key: "1"}, Leaves: models.Leaves{models.LeafAdmin: "ENABLED", models.LeafLower: "193000 GHz"}}
	b := models.Object{ObjectID: models.ObjectID{Kind: models.KindMediaChannel, Key: "2"}, Leaves: models.Leaves{models.LeafAdmin: "ENABLED"}}
	if models.Digest([]models.Object{a, b}) != models.Digest([]models.Object{b, a}) {
		t.Errorf("the order of objects changes the digest")
	}
	other := b
	other.Leaves = models.Leaves{models.LeafAdmin: "DISABLED"}
	empty := b
	empty.Leaves = models.Leaves{}
	seen := map[string]bool{}
	for _, set := range [][]models.Object{nil, {a}, {b}, {other}, {empty}, {a, b}, {a, other}} {
		seen[models.Digest(set)] = true
	}
	if len(seen) != 7 {
		t.Errorf("%d digests of 7 different sets", len(seen))
	}
}

func TestRestrict(t *testing.T) {
	found := models.Leaves{models.LeafAdmin: "ENABLED", models.LeafDescription: "theirs"}
	ours := models.Leaves{models.LeafAdmin: "DISABLED", models.LeafLower: "193000 GHz"}
	if diff := cmp.Diff(models.Leaves{models.LeafAdmin: "ENABLED"}, found.Restrict(ours)); diff != "" {
		t.Error(diff)
	}
}
