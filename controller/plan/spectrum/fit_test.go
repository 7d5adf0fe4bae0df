package spectrum_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/models"
)

// fits draws what may be wanted of a slot, sensible or not.
func fits() *rapid.Generator[spectrum.Fit] {
	return rapid.Custom(func(t *rapid.T) spectrum.Fit {
		f := spectrum.Fit{M: rapid.OneOf(rapid.IntRange(-1, 16), rapid.IntRange(17, 140)).Draw(t, "m"), Step: rapid.IntRange(-1, 16).Draw(t, "step")}
		if rapid.Bool().Draw(t, "tunes") {
			f.Tune.Lower = models.Frequency(rapid.Int64Range(184_000_000, 201_000_000).Draw(t, "lower"))
			f.Tune.Upper = f.Tune.Lower + models.Frequency(rapid.Int64Range(-10_000, 8_000_000).Draw(t, "range"))
		}
		return f
	})
}

// sets draws a set and the same as a map: from empty to so full of pieces that
// only short runs are left.
func sets(t *rapid.T) (spectrum.Set, naive) {
	var set spectrum.Set
	want := naive{}
	if rapid.Bool().Draw(t, "comb") { // channels side by side, some missing
		width := rapid.IntRange(1, 12).Draw(t, "width")
		keep := rapid.Uint64().Draw(t, "keep")
		for i, n := 0, spectrum.First+width; n <= spectrum.Last-width; i, n = i+1, n+2*width {
			if keep>>(uint(i*7)%64)&1 == 1 {
				set.Add(models.Slot{N: n, M: width})
				want.put(models.Slot{N: n, M: width}, true)
			}
		}
	}
	for _, s := range rapid.SliceOfN(slots(), 0, 60).Draw(t, "slots") {
		set.Add(s)
		want.put(s, true)
	}
	return set, want
}

// all returns every slot that fits, slot by slot, lowest first.
func (s naive) all(f spectrum.Fit) []models.Slot {
	var list []models.Slot
	for n := spectrum.First; n < spectrum.Last && f.M > 0; n++ {
		slot := models.Slot{N: n, M: f.M}
		tunes := f.Tune == models.Band{} || slot.Centre() >= f.Tune.Lower && slot.Centre() <= f.Tune.Upper
		if n%max(f.Step, 1) == 0 && tunes && !s.overlaps(slot) {
			list = append(list, slot)
		}
	}
	return list
}

// around returns the length of the free run that the slot lies in.
func (s naive) around(slot models.Slot) int {
	lo, hi := slot.Granules()
	for lo > spectrum.First && !s[lo-1] {
		lo--
	}
	for hi < spectrum.Last && !s[hi] {
		hi++
	}
	return hi - lo
}

func TestChoiceAgreesWithTryingEverySlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, list := sets(t)
		f := fits().Draw(t, "fit")
		all := list.all(f)
		want := map[spectrum.Policy]models.Slot{}
		for i, slot := range all {
			if i == 0 {
				want[spectrum.LowestFirst], want[spectrum.TightestFirst], want[spectrum.ExactFirst] = slot, slot, slot
			}
			want[spectrum.HighestFirst] = slot
			if list.around(slot) < list.around(want[spectrum.TightestFirst]) {
				want[spectrum.TightestFirst] = slot
			}
			if list.around(slot) == 2*f.M && list.around(want[spectrum.ExactFirst]) != 2*f.M {
				want[spectrum.ExactFirst] = slot
			}
		}
		for p := spectrum.LowestFirst; p <= spectrum.ExactFirst; p++ {
			got, ok := set.Choose(p, f)
			if ok != (len(all) > 0) || got != want[p] {
				t.Errorf("%v of %+v = %v %v, want %v", p, f, got, ok, want[p])
			}
		}
	})
}

func TestRoomAgreesWithTryingEverySlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, list := sets(t)
		f := fits().Draw(t, "fit")
		all, placed, edge := list.all(f), 0, math.MinInt
		for _, s := range all { // of equally wide slots, those that end first leave most room
			if lo, hi := s.Granules(); lo >= edge {
				placed, edge = placed+1, hi
			}
		}
		got := set.Room(f)
		if got.Placements != placed || set.Placements(f) != placed {
			t.Fatalf("placements %d and %d, want %d", got.Placements, set.Placements(f), placed)
		}
		if (got.Shortage == spectrum.Fits) != (placed > 0) {
			t.Fatalf("shortage %v with %d placements", got.Shortage, placed)
		}
		reach, any := f.Reach()
		if any != (got.Shortage != spectrum.NoWidth) {
			t.Fatalf("shortage %v, but reach %v %v", got.Shortage, reach, any)
		}
		if !any {
			return
		}
		free, longest, run, runs := 0, 0, 0, 0
		for g := spectrum.First; g < spectrum.Last; g++ {
			at := models.GridAnchor + models.Frequency(g)*models.GridStep
			if list[g] || at < reach.Lower || at >= reach.Upper {
				run = 0
				continue
			}
			if run == 0 {
				runs++
			}
			free, run = free+1, run+1
			longest = max(longest, run)
		}
		if got.Free != free || got.Longest != longest || got.Runs != runs {
			t.Fatalf("room %+v, want %d free in %d runs, the longest %d", got, free, runs, longest)
		}
		if got.AtMost < placed {
			t.Fatalf("at most %d, but %d fit", got.AtMost, placed)
		}
		switch got.Shortage {
		case spectrum.TooLittle:
			if free >= 2*f.M {
				t.Fatalf("%v with %d free granules", got.Shortage, free)
			}
		case spectrum.Fragmented:
			if free < 2*f.M || longest >= 2*f.M {
				t.Fatalf("%v with %d free granules, the longest run %d", got.Shortage, free, longest)
			}
		case spectrum.OffRaster:
			if longest < 2*f.M {
				t.Fatalf("%v, but the longest run is %d", got.Shortage, longest)
			}
		}
	})
}

// TestPlacementsAreTheMost compares with every way to place channels, not only
// the greedy one.
func TestPlacementsAreTheMost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.IntRange(spectrum.First, spectrum.Last-200).Draw(t, "base")
		var set spectrum.Set
		list := naive{}
		set.AddRange(spectrum.First, base)
		set.AddRange(base+200, spectrum.Last)
		for g := spectrum.First; g < spectrum.Last; g++ {
			list[g] = g < base || g >= base+200
		}
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			s := models.Slot{N: base + rapid.IntRange(0, 199).Draw(t, "n"), M: rapid.IntRange(1, 8).Draw(t, "m")}
			set.Add(s)
			list.put(s, true)
		}
		f := spectrum.Fit{M: rapid.IntRange(1, 10).Draw(t, "width"), Step: rapid.IntRange(1, 16).Draw(t, "step")}
		// most[i] is the best that the first i granules of the window can hold.
		ends := map[int]bool{}
		for _, s := range list.all(f) {
			_, hi := s.Granules()
			ends[hi-base] = true
		}
		most := make([]int, 201)
		for i := 1; i <= 200; i++ {
			most[i] = most[i-1]
			if ends[i] {
				most[i] = max(most[i], most[i-2*f.M]+1)
			}
		}
		if got := set.Placements(f); got != most[200] {
			t.Fatalf("Placements = %d, want %d", got, most[200])
		}
	})
}

func TestRunsAgreeWithMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, list := sets(t)
		from, length := rapid.IntRange(-5, spectrum.Granules+70).Draw(t, "from"), rapid.IntRange(-1, 200).Draw(t, "length")
		if rapid.Bool().Draw(t, "tight") { // a run that just does, or just does not
			var lengths []int
			for lo, hi := range set.FreeRuns() {
				lengths = append(lengths, hi-lo)
			}
			if len(lengths) > 0 {
				length = rapid.SampledFrom(lengths).Draw(t, "of a run") + rapid.IntRange(0, 1).Draw(t, "more")
			}
			from = min(from, rapid.IntRange(0, spectrum.Granules).Draw(t, "earlier"))
		}
		wantLo, wantHi, found := 0, 0, false
		for g := max(from, 0); g < spectrum.Granules && !found; {
			lo := g
			for g < spectrum.Granules && !list[g+spectrum.First] {
				g++
			}
			if g-lo >= max(length, 1) {
				wantLo, wantHi, found = lo, g, true
			}
			g++
		}
		lo, hi, ok := spectrum.NextRun(set[:], from, length)
		if lo != wantLo || hi != wantHi || ok != found {
			t.Fatalf("NextRun(%d, %d) = [%d, %d) %v, want [%d, %d) %v", from, length, lo, hi, ok, wantLo, wantHi, found)
		}
		free, last, best, bestLo := 0, spectrum.First-1, 0, 0
		for lo, hi := range set.FreeRuns() {
			if lo <= last || hi <= lo {
				t.Fatalf("run [%d, %d) after %d", lo, hi, last)
			}
			for g := lo; g < hi; g++ {
				if list[g] {
					t.Fatalf("granule %d of run [%d, %d) is taken", g, lo, hi)
				}
			}
			if hi-lo > best {
				best, bestLo = hi-lo, lo
			}
			free, last = free+hi-lo, hi
		}
		if free != set.Free() {
			t.Fatalf("runs hold %d granules, %d are free", free, set.Free())
		}
		if lo, hi, ok := set.LongestRun(); ok != (best > 0) || hi-lo != best || lo != bestLo && ok {
			t.Fatalf("longest run [%d, %d) %v, want %d at %d", lo, hi, ok, best, bestLo)
		}
	})
}

func TestSearchesAllocateNothing(t *testing.T) {
	var set spectrum.Set
	for n := -700; n < 400; n += 17 {
		set.Add(models.Slot{N: n, M: 6})
	}
	f := spectrum.Fit{M: 4, Step: 2, Tune: models.Band{Lower: 191_350_000, Upper: 196_050_000}}
	sum := 0
	allocated := testing.AllocsPerRun(10, func() {
		for p := spectrum.LowestFirst; p <= spectrum.ExactFirst; p++ {
			slot, _ := set.Choose(p, f)
			sum += slot.N
		}
		for lo, hi := range set.FreeRuns() {
			sum += hi - lo
		}
		lo, hi, _ := set.LongestRun()
		sum += set.Room(f).Free + set.Placements(f) + hi - lo
	})
	if allocated != 0 {
		t.Errorf("%v allocations (sum %d)", allocated, sum)
	}
}

// Runs that differ by a single granule: 14, 13, 12 and 12 for a channel of 12.
func TestChoiceTellsSingleGranules(t *testing.T) {
	var set spectrum.Set
	set.AddRange(spectrum.First, spectrum.Last)
	for lo, length := range map[int]int{0: 14, 20: 13, 40: 12, 60: 12} {
		for g := lo; g < lo+length; g++ {
			set.Remove(models.Slot{N: g + 1, M: 1})
		}
		set.AddRange(lo+length, lo+20) // a slot is two granules wide
	}
	for p, want := range map[spectrum.Policy]int{
		spectrum.LowestFirst: 6, spectrum.HighestFirst: 66, spectrum.TightestFirst: 46, spectrum.ExactFirst: 46,
	} {
		if got, ok := set.Choose(p, spectrum.Fit{M: 6}); !ok || got.N != want {
			t.Errorf("%v chooses %v %v, want N %d", p, got, ok, want)
		}
	}
	set.AddRange(40, 80)
	for p, want := range map[spectrum.Policy]int{spectrum.TightestFirst: 26, spectrum.ExactFirst: 6} {
		if got, ok := set.Choose(p, spectrum.Fit{M: 6}); !ok || got.N != want {
			t.Errorf("without an exact run, %v chooses %v %v, want N %d", p, got, ok, want)
		}
	}
}
