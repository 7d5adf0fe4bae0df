package plan

import (
	"cmp"
	"slices"
)

// Limits of the search for a set. They are counted, not timed, so that the same
// question always has the same answer.
const (
	maxPicks = 20_000 // sets begun, all proposals for a request together
	maxUnits = 4096   // steps in which what is missing is looked up
)

// picker chooses the best set of wavelengths that carries what is missing, by
// branch and bound over choices in a fixed order: each set is built in that
// order once. It knows capacities, ports, how often a choice fits by itself and
// the rules for whole sets; that choices also fit together is found out by
// whoever takes the set, see forbid.
//
// The lower bound is exact for as long as every choice may be taken as often as
// one likes: it is read from a table of the least cost for every remaining
// capacity. Latency is bounded besides by how often the quickest ways can be
// taken. Where that is more than the table says, the table's least cost is not
// to be had, and what it says of the criteria after latency does not hold: a
// set that is slower may have less of them. They are read from a second table
// then, of the least cost whatever the latency.
type picker struct {
	choices   []*choice
	left      []int // of resources, see choice.uses
	missing   [2]int
	most      int // wavelengths; 0 means any number
	rules     rules
	objective Objective
	forbidden [][]int // sets that do not fit, as counts of choices

	unit    int
	table   []cost           // least cost by units missing
	slow    []cost           // the same where latency costs nothing
	rate    int              // highest
	latency int              // place of latency in costs
	quick   []int64          // least sum of latencies, by wavelengths
	best    [2]map[int32]int // highest rate by port kind, at either end
	room    [2]int           // what the ports that are left carry at most, at either end

	counts  []int // by choice: the set being built
	picks   int   // so far
	set     []int
	least   cost
	found   bool
	pending [][]branch // by depth
}

type branch struct {
	choice int
	bound  cost
}

// partial is what is known of a set being built.
type partial struct {
	missing [2]int
	size    int
	cost    cost
	first   int // choices before it are decided
	span    span
	carried int
}

// pick returns the best set as counts of choices; false when there is none, or
// none was found before the search was given up.
func (k *picker) pick() ([]int, bool) {
	k.found, k.set = false, nil
	k.counts = make([]int, len(k.choices))
	if !k.prepare() {
		return nil, false
	}
	k.extend(partial{missing: k.missing, span: k.rules.span, carried: k.rules.carried}, 0)
	return k.set, k.found
}

// forbid rules out every set that holds these.
func (k *picker) forbid(list []item) {
	counts := make([]int, len(k.choices))
	for i := range list {
		counts[slices.Index(k.choices, list[i].choice)]++
	}
	k.forbidden = append(k.forbidden, counts)
}

// prepare makes the tables of bounds; false when capacity cannot be reached.
func (k *picker) prepare() bool {
	kinds := k.kinds()
	if len(kinds) == 0 {
		return false
	}
	k.rate = 0
	divisor := 0
	for _, kind := range kinds {
		k.rate = max(k.rate, kind.rate)
		divisor = gcd(divisor, kind.rate)
	}
	need := max(k.missing[0], k.missing[1])
	k.unit = max(divisor, ceilDiv(need, maxUnits))
	k.table = k.tabulate(kinds, ceilDiv(need, k.unit))
	k.latency = slices.Index(k.objective, LeastLatency)
	for i := range kinds {
		kinds[i].cost[k.latency] = 0
	}
	k.slow = k.tabulate(kinds, ceilDiv(need, k.unit))
	k.quickest()
	return k.reachable()
}

// tabulate returns the least cost for every number of units up to most.
func (k *picker) tabulate(kinds []kind, most int) []cost {
	table := make([]cost, most+1)
	for units := 1; units <= most; units++ {
		for i, kind := range kinds {
			c := kind.cost.plus(table[max(0, units-ceilDiv(kind.rate, k.unit))])
			if i == 0 || c.compare(table[units]) < 0 {
				table[units] = c
			}
		}
	}
	return table
}

// kind stands for all choices of a rate and width: it costs no more than any of
// them.
type kind struct {
	rate, m int
	cost    cost
}

func (k *picker) kinds() []kind {
	var out []kind
	for _, c := range k.choices {
		if c.most == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(x kind) bool { return x.rate == c.offer.mode.RateGbps && x.m == c.m })
		if i < 0 {
			out = append(out, kind{c.offer.mode.RateGbps, c.m, c.cost})
			continue
		}
		for j := range out[i].cost {
			out[i].cost[j] = min(out[i].cost[j], c.cost[j])
		}
	}
	return out
}

// quickest adds up the latencies of the quickest ways, each taken as often as
// its choices and ports allow.
func (k *picker) quickest() {
	type room struct {
		way   *way
		uses  [2]int32
		times int
	}
	var rooms []room
	for _, c := range k.choices {
		i := slices.IndexFunc(rooms, func(r room) bool { return r.way == c.way && r.uses == c.uses })
		if i < 0 {
			i = len(rooms)
			rooms = append(rooms, room{way: c.way, uses: c.uses})
		}
		rooms[i].times = min(rooms[i].times+c.most, k.left[c.uses[0]], k.left[c.uses[1]])
	}
	slices.SortStableFunc(rooms, func(a, b room) int { return cmp.Compare(a.way.latencyMs, b.way.latencyMs) })
	k.quick = append(k.quick[:0], 0)
	sum := int64(0)
	for _, r := range rooms {
		for range min(r.times, maxUnits-len(k.quick)) {
			sum += picoseconds(r.way.latencyMs)
			k.quick = append(k.quick, sum)
		}
	}
}

// reachable reports whether the ports at either end and the limit on
// wavelengths let what is missing be carried, each looked at by itself, also
// beside each single thing that may fail.
func (k *picker) reachable() bool {
	if k.most > 0 && ceilDiv(k.missing[0], k.rate)+ceilDiv(k.missing[1], k.rate) > k.most {
		return false
	}
	for end := range 2 {
		k.best[end] = k.rates(end, -1)
		if k.room[end] = k.capacity(k.best[end]); k.room[end] < k.missing[0]+k.missing[1] {
			return false
		}
	}
	k.rules.begin()
	for thing, kept := range k.rules.kept {
		if k.rules.carried-kept+k.capacity(k.rates(0, thing)) < k.rules.survive {
			return false
		}
	}
	return true
}

// rates returns the highest rate of each kind of port at one end over ways that
// stay clear of a thing.
func (k *picker) rates(end, thing int) map[int32]int {
	out := map[int32]int{}
	for _, c := range k.choices {
		if c.most > 0 && (thing < 0 || !slices.Contains(k.rules.of[c.way], thing)) {
			out[c.uses[end]] = max(out[c.uses[end]], c.offer.mode.RateGbps)
		}
	}
	return out
}

func (k *picker) capacity(rates map[int32]int) int {
	sum := 0
	for u, rate := range rates {
		sum += rate * k.left[u]
	}
	return sum
}

// extend tries all that may be added to a set.
func (k *picker) extend(s partial, depth int) {
	if s.missing[0] <= 0 && s.missing[1] <= 0 && k.rules.lacking(s.carried) <= 0 {
		if !k.found || s.cost.compare(k.least) < 0 {
			k.set, k.least, k.found = slices.Clone(k.counts), s.cost, true
		}
		return
	}
	for len(k.pending) <= depth {
		k.pending = append(k.pending, nil)
	}
	open := k.pending[depth][:0]
	for i := s.first; i < len(k.choices); i++ {
		if next, ok := k.add(s, i); ok {
			if bound, ok := k.bound(next); ok {
				open = append(open, branch{i, bound})
			}
		}
	}
	k.pending[depth] = open
	slices.SortStableFunc(open, func(a, b branch) int { return a.bound.compare(b.bound) })
	for _, b := range open {
		if k.found && b.bound.compare(k.least) >= 0 {
			return
		}
		if k.picks >= maxPicks {
			return
		}
		k.picks++
		next, _ := k.add(s, b.choice)
		k.take(b.choice, 1)
		k.extend(next, depth+1)
		k.take(b.choice, -1)
	}
}

// add returns the set with one more of a choice, and whether it may be.
func (k *picker) add(s partial, i int) (partial, bool) {
	c := k.choices[i]
	a, b := c.uses[0], c.uses[1]
	switch {
	case k.counts[i] >= c.most, k.left[a] == 0, k.left[b] == 0:
		return s, false
	case k.most > 0 && s.size >= k.most:
		return s, false
	case s.missing[c.leg] <= 0 && !k.rules.shares():
		return s, false
	}
	if !k.rules.allows(s.span, c.way) || k.ruledOut(i) {
		return s, false
	}
	s.missing[c.leg] -= c.offer.mode.RateGbps
	s.size++
	s.cost = s.cost.plus(c.cost)
	s.first = i
	s.span = s.span.with(c.way)
	s.carried += c.offer.mode.RateGbps
	return s, true
}

// take adds a choice to the set being built, or takes it back.
func (k *picker) take(i, n int) {
	c := k.choices[i]
	k.counts[i] += n
	for end, u := range c.uses {
		k.room[end] -= n * k.best[end][u]
	}
	k.left[c.uses[0]] -= n
	if c.uses[1] != c.uses[0] {
		k.left[c.uses[1]] -= n
	}
	k.rules.expose(c.way, n*c.offer.mode.RateGbps)
}

// ruledOut reports whether one more of a choice would make the set hold one
// that is known not to fit.
func (k *picker) ruledOut(i int) bool {
	holds := func(counts []int) bool {
		if counts[i] == 0 || k.counts[i]+1 < counts[i] {
			return false
		}
		for j, n := range counts {
			if j != i && k.counts[j] < n {
				return false
			}
		}
		return true
	}
	return slices.ContainsFunc(k.forbidden, holds)
}

// bound returns a cost that no completion of the set goes below.
func (k *picker) bound(s partial) (cost, bool) {
	b, slow, size := s.cost, s.cost, s.size
	// One more than the set holds has been added to s, but not taken.
	short := max(0, s.missing[0]) + max(0, s.missing[1])
	for end, room := range k.room {
		if room-k.best[end][k.choices[s.first].uses[end]] < short {
			return b, false
		}
	}
	for leg, missing := range s.missing {
		if leg == 0 {
			missing = max(missing, k.rules.lacking(s.carried))
		}
		if missing > 0 {
			units := min(ceilDiv(missing, k.unit), len(k.table)-1)
			b, slow = b.plus(k.table[units]), slow.plus(k.slow[units])
			size += ceilDiv(missing, k.rate)
		}
	}
	if k.most > 0 && size > k.most || size >= len(k.quick) {
		return b, false
	}
	// Up to latency both are the same: what counts more does not depend on it.
	if least := k.quick[size]; b[k.latency] < least {
		b = slow
		b[k.latency] = least
	}
	return b, true
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
