package spectrum_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/models"
)

// slots draws a slot anywhere, also across the edges of the covered band.
func slots() *rapid.Generator[models.Slot] {
	return rapid.Custom(func(t *rapid.T) models.Slot {
		return models.Slot{N: rapid.IntRange(spectrum.First-10, spectrum.Last+10).Draw(t, "n"), M: rapid.IntRange(1, 40).Draw(t, "m")}
	})
}

// naive is a set of granules as a map.
type naive map[int]bool

func (s naive) put(slot models.Slot, in bool) {
	lo, hi := slot.Granules()
	for g := max(lo, spectrum.First); g < min(hi, spectrum.Last); g++ {
		if in {
			s[g] = true
		} else {
			delete(s, g)
		}
	}
}

func (s naive) overlaps(slot models.Slot) bool {
	lo, hi := slot.Granules()
	for g := lo; g < hi; g++ {
		if g < spectrum.First || g >= spectrum.Last || s[g] {
			return true
		}
	}
	return false
}

func TestSetAgreesWithMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var set spectrum.Set
		want := naive{}
		for i, s := range rapid.SliceOfN(slots(), 0, 30).Draw(t, "slots") {
			if i%4 == 3 {
				set.Remove(s)
				want.put(s, false)
			} else {
				set.Add(s)
				want.put(s, true)
			}
		}
		if set.Count() != len(want) || set.Free() != spectrum.Granules-len(want) {
			t.Fatalf("count %d, want %d", set.Count(), len(want))
		}
		probe := slots().Draw(t, "probe")
		if got := set.Overlaps(probe); got != want.overlaps(probe) {
			t.Fatalf("Overlaps(%v) = %v", probe, got)
		}
		fit := spectrum.Fit{M: rapid.IntRange(1, 16).Draw(t, "m"), Step: rapid.IntRange(0, 16).Draw(t, "step")}
		got, ok := set.FirstFit(fit)
		for n := spectrum.First; n < spectrum.Last; n++ {
			s := models.Slot{N: n, M: fit.M}
			if n%max(fit.Step, 1) != 0 || want.overlaps(s) {
				continue
			}
			if !ok || got != s {
				t.Fatalf("FirstFit = %v %v, want %v", got, ok, s)
			}
			return
		}
		if ok {
			t.Fatalf("FirstFit = %v, want none", got)
		}
	})
}

func TestFirstFitHonoursTuning(t *testing.T) {
	var s spectrum.Set
	fit := spectrum.Fit{M: 6, Step: spectrum.CentreStep(50 * models.GHz), Tune: models.Band{Lower: 191_350_000, Upper: 191_460_000}}
	for _, want := range []models.Frequency{191_350_000, 191_450_000} {
		got, ok := s.FirstFit(fit)
		if !ok || got.Centre() != want {
			t.Fatalf("got %v %v, want centre %v", got, ok, want)
		}
		s.Add(got)
	}
	if got, ok := s.FirstFit(fit); ok {
		t.Fatalf("got %v, want nothing: 191.40 THz overlaps both", got)
	}
}

func TestCentreStep(t *testing.T) {
	for raster, want := range map[models.Frequency]int{
		0: 1, models.GridStep: 1, 3_125: 1, 12_500: 2, 50_000: 8, 75_000: 12, 100_000: 16, 10_000: 8, 100: 2,
	} {
		if got := spectrum.CentreStep(raster); got != want {
			t.Errorf("CentreStep(%v) = %d, want %d", raster, got, want)
		}
	}
}

func TestBandsRoundInward(t *testing.T) {
	b := models.Band{Lower: 191_301_000, Upper: 196_099_000} // neither edge is on the grid
	out := spectrum.Outside(b)
	fit, ok := out.FirstFit(spectrum.Fit{M: 1})
	if !ok || !b.Holds(fit) {
		t.Fatalf("slot %v is not inside %v", fit, b)
	}
	touched := spectrum.Touching(models.Band{Lower: 193_101_000, Upper: 193_102_000})
	if touched.Count() != 1 || !touched.Overlaps(models.Slot{N: 1, M: 1}) {
		t.Fatalf("a range inside one granule touches %d", touched.Count())
	}
}
