package plan

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// drawPicker draws a question with few enough answers to go through them all.
func drawPicker(t *rapid.T) *picker {
	k := &picker{objective: Objective(rapid.Permutation([]Criterion(DefaultObjective())).Draw(t, "objective"))}
	k.rules = rules{skew: -1, of: map[*way][]int{}}
	var ways []*way
	for i := range rapid.IntRange(1, 3).Draw(t, "ways") {
		w := &way{name: fmt.Sprint("w", i), latencyMs: float64(rapid.IntRange(1, 9).Draw(t, "ms"))}
		ways = append(ways, w)
	}
	for range rapid.IntRange(1, 3).Draw(t, "resources") {
		k.left = append(k.left, rapid.IntRange(0, 3).Draw(t, "left"))
	}
	resource := rapid.IntRange(0, len(k.left)-1)
	for range rapid.IntRange(1, 5).Draw(t, "choices") {
		c := &choice{option: option{way: rapid.SampledFrom(ways).Draw(t, "way")}, m: rapid.IntRange(1, 4).Draw(t, "m"), most: rapid.IntRange(0, 3).Draw(t, "most")}
		c.uses = [2]int32{int32(resource.Draw(t, "from")), int32(resource.Draw(t, "to"))}
		rate := 100 * rapid.IntRange(1, 8).Draw(t, "rate")
		c.offer.mode = &catalogue.Mode{RateGbps: rate}
		c.cost = k.objective.costOf(c.way, rate, c.m)
		k.choices = append(k.choices, c)
	}
	k.missing[0] = 50 * rapid.IntRange(1, 40).Draw(t, "missing")
	k.most = rapid.IntRange(0, 4).Draw(t, "at most")
	if rapid.Bool().Draw(t, "even") {
		k.rules.skew = int64(rapid.IntRange(0, 8).Draw(t, "skew")) * 1e9
	}
	if rapid.Bool().Draw(t, "spread") {
		k.rules.survive = ceilDiv(k.missing[0]*rapid.IntRange(1, 80).Draw(t, "percent"), 100)
		k.rules.kept = make([]int, 3)
		for _, w := range ways {
			k.rules.of[w] = rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 0, 2, rapid.ID).Draw(t, "things")
		}
	}
	return k
}

// TestPickIsBest compares the set picked with every set there is.
func TestPickIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawPicker(t)
		var best *cost
		counts := make([]int, len(k.choices))
		var walk func(i int)
		walk = func(i int) {
			if i == len(counts) {
				if c, ok := valid(k, counts); ok && (best == nil || c.compare(*best) < 0) {
					best = &c
				}
				return
			}
			for counts[i] = 0; counts[i] <= k.choices[i].most; counts[i]++ {
				walk(i + 1)
			}
			counts[i] = 0
		}
		walk(0)
		left := slices.Clone(k.left)
		set, ok := k.pick()
		if !slices.Equal(left, k.left) {
			t.Fatalf("ports left %v, before %v", k.left, left)
		}
		if ok != (best != nil) {
			t.Fatalf("picked %v %v, by exhaustion %v", set, ok, best)
		}
		if !ok {
			return
		}
		c, fits := valid(k, set)
		if !fits || c != *best || c != k.least {
			t.Fatalf("picked %v (valid %v) at %v, by exhaustion %v", set, fits, c, *best)
		}
		if again, _ := k.pick(); !slices.Equal(again, set) {
			t.Fatalf("then %v, now %v", set, again)
		}
	})
}

// valid judges a set from first principles.
func valid(k *picker, counts []int) (cost, bool) {
	var sum cost
	carried, size := 0, 0
	left := slices.Clone(k.left)
	lost := make([]int, 3)
	var latencies []int64
	for i, n := range counts {
		c := k.choices[i]
		for range n {
			sum = sum.plus(c.cost)
			carried += c.offer.mode.RateGbps
			size++
			left[c.uses[0]]--
			if c.uses[1] != c.uses[0] {
				left[c.uses[1]]--
			}
			for _, thing := range k.rules.of[c.way] {
				lost[thing] += c.offer.mode.RateGbps
			}
			latencies = append(latencies, picoseconds(c.way.latencyMs))
		}
	}
	ok := carried >= k.missing[0] && (k.most == 0 || size <= k.most) && slices.Min(left) >= 0
	if k.rules.skew >= 0 && len(latencies) > 0 && slices.Max(latencies)-slices.Min(latencies) > k.rules.skew {
		ok = false
	}
	return sum, ok && (k.rules.survive == 0 || carried-slices.Max(lost) >= k.rules.survive)
}

// TestForbiddenSetsAreNotPicked: what does not fit is not proposed again, nor
// anything that holds it.
func TestForbiddenSetsAreNotPicked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawPicker(t)
		var last *cost
		var gone [][]int
		for range 20 {
			set, ok := k.pick()
			if !ok {
				return
			}
			if last != nil && k.least.compare(*last) < 0 {
				t.Fatalf("%v after %v: the better one comes first", k.least, *last)
			}
			for _, no := range gone {
				if !slices.ContainsFunc(k.choices, func(c *choice) bool { i := slices.Index(k.choices, c); return set[i] < no[i] }) {
					t.Fatalf("%v holds %v", set, no)
				}
			}
			least := k.least
			last = &least
			var list []item
			for i, n := range set {
				for range n {
					list = append(list, item{choice: k.choices[i]})
				}
			}
			k.forbid(list)
			gone = append(gone, set)
		}
	})
}

// TestSlotsTogether compares the placing of sets with all ways of placing them,
// in a window of a few granules.
func TestSlotsTogether(t *testing.T) {
	const window = 12
	rapid.Check(t, func(t *rapid.T) {
		ways := []*way{wayOver("a"), wayOver("b")}
		ways = append(ways, &way{})
		ways[2].line.Legs = slices.Concat(ways[0].legs(), ways[1].legs())
		var list []item
		for range rapid.IntRange(1, 4).Draw(t, "items") {
			c := &choice{option: option{way: rapid.SampledFrom(ways).Draw(t, "way")}, m: rapid.IntRange(1, 2).Draw(t, "m")}
			c.offer.mode = &catalogue.Mode{CentreStep: models.GridStep * models.Frequency(rapid.IntRange(1, 3).Draw(t, "raster"))}
			it := item{choice: c}
			it.taken.AddRange(spectrum.First, 0)
			it.taken.AddRange(window, spectrum.Last)
			for g := range window {
				if rapid.IntRange(0, 5).Draw(t, "taken") == 0 {
					it.taken.AddRange(g, g+1)
				}
			}
			list = append(list, it)
		}
		var placed []item
		var walk func(i int) bool
		walk = func(i int) bool {
			if i == len(list) {
				return true
			}
			it := list[i]
			fit := it.ends.fitting(it.choice.offer.mode, it.choice.m)
			for n := 0; n < window; n++ {
				if it.slot = (models.Slot{N: n, M: it.choice.m}); n%fit.Step != 0 {
					continue
				}
				if free := it.obstacles(placed); free.Overlaps(it.slot) {
					continue
				}
				placed = append(placed, it)
				if walk(i + 1) {
					return true
				}
				placed = placed[:len(placed)-1]
			}
			return false
		}
		want := walk(0)
		if got := slots(list) == 0; got != want {
			t.Fatalf("placed %v, by exhaustion %v", got, want)
		}
		if !want {
			return
		}
		for i := range list {
			if free := list[i].obstacles(list[:i]); free.Overlaps(list[i].slot) {
				t.Fatalf("item %d at %v", i, list[i].slot)
			}
		}
	})
}

func wayOver(link string) *way {
	w := &way{}
	w.line.Legs = []route.Leg{{Link: &topo.Link{Name: link}}}
	return w
}
