package models_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/models"
)

func TestSlotOf(t *testing.T) {
	tests := []struct {
		centre, width float64 // GHz
		want          models.Slot
		err           string
	}{
		{193100, 12.5, models.Slot{N: 0, M: 1}, ""},
		{193106.25, 87.5, models.Slot{N: 1, M: 7}, ""},
		{191350, 50, models.Slot{N: -280, M: 4}, ""},
		{193107, 50, models.Slot{}, "centre 193107 GHz is off the 6.25 GHz grid; the nearest are 193106.25 GHz and 193112.5 GHz"},
		{193099, 50, models.Slot{}, "centre 193099 GHz is off the 6.25 GHz grid; the nearest are 193093.75 GHz and 193100 GHz"},
		{193100, 80, models.Slot{}, "slot width 80 GHz is not a multiple of 12.5 GHz; the next is 87.5 GHz"},
		{193100, 0, models.Slot{}, "slot width 0 GHz: want a positive multiple of 12.5 GHz"},
		{193100, -12.5, models.Slot{}, "slot width -12.5 GHz: want a positive multiple of 12.5 GHz"},
	}
	for _, tt := range tests {
		centre, err := models.FrequencyFromGHz(tt.centre)
		if err != nil {
			t.Fatal(err)
		}
		width, err := models.FrequencyFromGHz(tt.width)
		if err != nil {
			t.Fatal(err)
		}
		got, err := models.SlotOf(centre, width)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != tt.want || text != tt.err {
			t.Errorf("SlotOf(%v, %v) = %v, %q; want %v, %q", tt.centre, tt.width, got, text, tt.want, tt.err)
		}
	}
}

func slots() *rapid.Generator[models.Slot] {
	return rapid.Custom(func(t *rapid.T) models.Slot {
		return models.Slot{N: rapid.IntRange(-300, 500).Draw(t, "n"), M: rapid.IntRange(1, 24).Draw(t, "m")}
	})
}

func TestSlotProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, u := slots().Draw(t, "s"), slots().Draw(t, "u")
		back, err := models.SlotOf(s.Centre(), s.Width())
		if err != nil || back != s {
			t.Fatalf("%v became %v (%v)", s, back, err)
		}
		if s.Upper()-s.Lower() != s.Width() || s.Lower()+s.Width()/2 != s.Centre() {
			t.Fatalf("%v has edges %v and %v", s, s.Lower(), s.Upper())
		}
		// Slots overlap when they share a granule, and when their edges cross.
		sl, sh := s.Granules()
		ul, uh := u.Granules()
		shared := false
		for g := sl; g < sh; g++ {
			shared = shared || g >= ul && g < uh
		}
		if crossed := s.Lower() < u.Upper() && u.Lower() < s.Upper(); s.Overlaps(u) != shared || shared != crossed || s.Overlaps(u) != u.Overlaps(s) {
			t.Fatalf("%v and %v: Overlaps %v, granules %v, edges %v", s, u, s.Overlaps(u), shared, crossed)
		}
	})
}

func TestBand(t *testing.T) {
	band := models.Band{Lower: 191_300 * models.GHz, Upper: 196_100 * models.GHz}
	touching := models.Slot{N: -280, M: 8} // 191300 to 191400 GHz
	if !band.Holds(touching) || band.Holds(models.Slot{N: -281, M: 8}) {
		t.Errorf("a slot that touches the edge is in the band, one step below is not")
	}
	none := band.Intersect(models.Band{Lower: 196_100 * models.GHz, Upper: 197_000 * models.GHz})
	if !none.Empty() || band.Empty() || none.Holds(touching) {
		t.Errorf("bands that only touch have nothing in common: %v", none)
	}
	if (models.Slot{}).Valid() || (models.Slot{}).Overlaps(touching) {
		t.Errorf("the zero slot is no slot")
	}
}
