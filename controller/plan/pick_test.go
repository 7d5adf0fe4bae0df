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
// Small numbers are drawn more often than others, the first of a list too: lists
// begin with what leaves something to choose.
func drawPicker(t *rapid.T) *picker {
	k := &picker{objective: Objective(rapid.Permutation([]Criterion(DefaultObjective())).Draw(t, "objective"))}
	k.rules = rules{skew: -1, of: map[*way][]int{}}
	var ways []*way
	for i := range rapid.SampledFrom([]int{3, 2, 1}).Draw(t, "ways") {
		w := &way{name: fmt.Sprint("w", i), latencyMs: float64(rapid.IntRange(1, 9).Draw(t, "ms"))}
		w.line.Legs = make([]route.Leg, rapid.IntRange(1, 3).Draw(t, "links"))
		ways = append(ways, w)
	}
	for range rapid.SampledFrom([]int{3, 2, 1}).Draw(t, "resources") {
		k.left = append(k.left, rapid.SampledFrom([]int{3, 2, 4, 1, 0}).Draw(t, "left"))
	}
	k.missing[0] = 50 * rapid.IntRange(1, 24).Draw(t, "missing")
	spread, legs := rapid.Bool().Draw(t, "spread"), 1
	if !spread && rapid.Bool().Draw(t, "protected") {
		legs = 2
		k.missing[1] = k.missing[0]
	}
	resource := rapid.IntRange(0, len(k.left)-1)
	for range rapid.SampledFrom([]int{5, 4, 3, 2, 1}).Draw(t, "choices") {
		c := &choice{option: option{way: rapid.SampledFrom(ways).Draw(t, "way")}, m: rapid.IntRange(1, 4).Draw(t, "m"), most: rapid.SampledFrom([]int{2, 1, 3, 0}).Draw(t, "most")}
		c.leg = rapid.IntRange(0, legs-1).Draw(t, "leg")
		c.uses = [2]int32{int32(resource.Draw(t, "from")), int32(resource.Draw(t, "to"))}
		rate := 100 * rapid.SampledFrom([]int{4, 3, 6, 2, 8, 1, 5, 7}).Draw(t, "rate")
		c.offer.mode = &catalogue.Mode{RateGbps: rate}
		c.cost = k.objective.costOf(c.way, rate, c.m)
		k.choices = append(k.choices, c)
	}
	k.most = rapid.SampledFrom([]int{0, 4, 3, 2, 1}).Draw(t, "at most")
	if rapid.Bool().Draw(t, "even") {
		k.rules.skew = int64(rapid.IntRange(0, 8).Draw(t, "skew")) * 1e9
	}
	if spread {
		k.rules.survive = ceilDiv(k.missing[0]*rapid.IntRange(1, 80).Draw(t, "percent"), 100)
		k.rules.kept = make([]int, 3)
		for _, w := range ways {
			k.rules.of[w] = rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 0, 2, rapid.ID).Draw(t, "things")
		}
	}
	return k
}

// answer is a set that answers a picker's question.
type answer struct {
	counts []int
	cost   cost
}

// holds reports whether a set has all that another one has.
func (a answer) holds(b []int) bool {
	for i, n := range b {
		if a.counts[i] < n {
			return false
		}
	}
	return true
}

// answers goes through every set there is, and returns those that answer the
// question, best first.
func answers(k *picker) []answer {
	var out []answer
	counts := make([]int, len(k.choices))
	var walk func(i int)
	walk = func(i int) {
		if i == len(counts) {
			if c, ok := valid(k, counts); ok {
				out = append(out, answer{slices.Clone(counts), c})
			}
			return
		}
		for counts[i] = 0; counts[i] <= k.choices[i].most; counts[i]++ {
			walk(i + 1)
		}
		counts[i] = 0
	}
	walk(0)
	slices.SortFunc(out, func(a, b answer) int { return a.cost.compare(b.cost) })
	return out
}

// TestPickIsBest compares the set picked with every set there is.
func TestPickIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawPicker(t)
		all := answers(k)
		left := slices.Clone(k.left)
		set, ok := k.pick()
		if !slices.Equal(left, k.left) {
			t.Fatalf("ports left %v, before %v", k.left, left)
		}
		if ok != (len(all) > 0) {
			t.Fatalf("picked %v %v, by exhaustion %v", set, ok, all)
		}
		if !ok {
			return
		}
		c, fits := valid(k, set)
		if !fits || c != all[0].cost || c != k.least {
			t.Fatalf("picked %v (valid %v) at %v, by exhaustion %v", set, fits, c, all[0])
		}
		if again, _ := k.pick(); !slices.Equal(again, set) {
			t.Fatalf("then %v, now %v", set, again)
		}
	})
}

// TestPickIsBestBehindLatency: with one port a way, what is added to the
// quickest wavelength has to be slow. What that latency leaves to the criteria
// after it is not what more of the quickest wavelength would have of them.
func TestPickIsBestBehindLatency(t *testing.T) {
	quick, slow := &way{name: "quick", latencyMs: 1}, &way{name: "slow", latencyMs: 2}
	type light struct {
		way  *way
		leg  int
		rate int
		port int32
	}
	for _, test := range []struct {
		name    string
		missing [2]int
		lights  []light
		want    []int
	}{
		{"one route", [2]int{350, 0}, []light{{slow, 0, 200, 0}, {quick, 0, 300, 1}, {slow, 0, 100, 0}}, []int{0, 1, 1}},
		{"two routes", [2]int{100, 100}, []light{{slow, 0, 200, 0}, {quick, 1, 300, 1}, {slow, 0, 100, 0}}, []int{0, 1, 1}},
	} {
		for _, objective := range []Objective{nil, {LeastLatency}, {LeastSpectrum, LeastLatency}} {
			t.Run(fmt.Sprint(test.name, objective), func(t *testing.T) {
				k := &picker{objective: objective.whole(), missing: test.missing, left: []int{1, 1}, rules: rules{skew: -1}}
				for _, l := range test.lights {
					c := &choice{option: option{way: l.way}, m: 1, leg: l.leg, most: 1, uses: [2]int32{l.port, l.port}}
					c.offer.mode = &catalogue.Mode{RateGbps: l.rate}
					c.cost = k.objective.costOf(c.way, l.rate, c.m)
					k.choices = append(k.choices, c)
				}
				if set, ok := k.pick(); !ok || !slices.Equal(set, test.want) {
					t.Errorf("picked %v at %v, want %v", set, k.least, test.want)
				}
			})
		}
	}
}

// valid judges a set from first principles.
func valid(k *picker, counts []int) (cost, bool) {
	var sum cost
	var carried [2]int
	size := 0
	left := slices.Clone(k.left)
	lost := make([]int, 3)
	var latencies []int64
	for i, n := range counts {
		c := k.choices[i]
		for range n {
			sum = sum.plus(c.cost)
			carried[c.leg] += c.offer.mode.RateGbps
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
	ok := carried[0] >= k.missing[0] && carried[1] >= k.missing[1] && (k.most == 0 || size <= k.most) && slices.Min(left) >= 0
	if k.rules.skew >= 0 && len(latencies) > 0 && slices.Max(latencies)-slices.Min(latencies) > k.rules.skew {
		ok = false
	}
	return sum, ok && (k.rules.survive == 0 || carried[0]-slices.Max(lost) >= k.rules.survive)
}

// TestForbiddenSetsAreNotPicked: what does not fit is not proposed again, nor
// anything that holds it; of what is left the best is.
func TestForbiddenSetsAreNotPicked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawPicker(t)
		all := answers(k)
		for range 20 {
			set, ok := k.pick()
			if ok != (len(all) > 0) {
				t.Fatalf("picked %v %v, by exhaustion %v", set, ok, all)
			}
			if !ok {
				return
			}
			if !slices.ContainsFunc(all, func(a answer) bool { return slices.Equal(a.counts, set) }) {
				t.Fatalf("%v is no set, or holds one that was forbidden", set)
			}
			if k.least != all[0].cost {
				t.Fatalf("picked %v at %v, by exhaustion %v", set, k.least, all[0])
			}
			var list []item
			for i, n := range set {
				for range n {
					list = append(list, item{choice: k.choices[i]})
				}
			}
			k.forbid(list)
			all = slices.DeleteFunc(all, func(a answer) bool { return a.holds(set) })
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
