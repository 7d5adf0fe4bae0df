package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/route/mesh"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// Limits on pairs.
const (
	maxPairs   = 512     // pairs whose light is looked at
	pairEffort = 500_000 // nodes looked at for the least pair, about a quarter of a second
)

// Pair is two routes chosen together for a circuit with protection 1+1, each of
// which carries all of its capacity. It is a plan: nothing of it is reserved.
type Pair struct {
	Disjoint string     // link, sharedRisk or site: what the legs do not share
	Legs     [2]PairLeg // the quicker one first
	// LatencyMs is that of both legs together, LeastMs the least that any two
	// routes apart have, light and spectrum left aside. Proven tells that LeastMs
	// is known to be the least and not only a bound.
	LatencyMs, LeastMs float64
	Proven             bool
}

// PairLeg is one of two routes.
type PairLeg struct {
	Route       []string // links, patch cords left out
	LatencyMs   float64
	LengthKm    float64
	Wavelengths []records.Decision // numbered through, first leg first
}

// protected reports whether a circuit asks for two routes.
func protected(s *intents.CircuitSpec) bool {
	return s.Protection != nil && s.Protection.Type == intents.ProtectionPlus
}

// leastPair finds the two routes of least latency together that share nothing,
// whatever light they allow, as ways.
func (p *planner) leastPair() ([2]*way, mesh.Pair, error) {
	w := p.want
	m, err := p.net.pairMesh(w.disjoint)
	if err != nil {
		return [2]*way{}, mesh.Pair{}, err
	}
	q := mesh.PairQuery{Query: mesh.Query{From: m.out[w.ends[0].site], To: m.in[w.ends[1].site], By: m.latency, Effort: pairEffort}, Risks: len(m.risks) > 0}
	if w.latency != nil {
		q.Bounds = []mesh.Bound{{Of: m.latency, Limit: *w.latency}}
	}
	for _, e := range w.ends {
		if r, ok := m.risks["site "+e.site]; ok {
			q.Share = append(q.Share, r)
		}
	}
	without := p.net.without(w.avoid)
	mask := m.mesh.NewMask()
	for i, e := range m.edges {
		if slices.ContainsFunc(e.legs, func(l route.Leg) bool { return without.Has(l.Link.Name) || p.sharesWithOthers(l.Link.Name) }) {
			mask.Edge(mesh.Edge(i))
		}
	}
	q.Without = mask
	pair, err := m.mesh.Pair(q)
	if err != nil {
		return [2]*way{}, pair, err
	}
	var ways [2]*way
	for i, leg := range pair.Legs {
		ways[i] = m.way(leg)
	}
	return ways, pair, nil
}

func (p *planner) sharesWithOthers(link string) bool {
	return slices.ContainsFunc(p.want.apart, func(a Apart) bool { return p.sharedWith(a, []string{link}) != "" })
}

// pair plans two routes that share nothing, each with all of the capacity. The
// pair is best by the objective, all wavelengths of both legs taken together.
func (p *planner) pair(wl int) (*Pair, *records.Refusal) {
	ways := p.ways()
	if len(ways) == 0 {
		return nil, p.trail.refusal()
	}
	least, found, err := p.leastPair()
	if err != nil {
		return nil, p.noPair(err)
	}
	for _, w := range least {
		if !slices.ContainsFunc(ways, func(x *way) bool { return x.name == w.name }) {
			ways = append(ways, w)
		}
	}
	best, refusal := p.bestPair(ways, wl)
	if refusal != nil {
		return nil, refusal
	}
	best.LeastMs, best.Proven = found.Least, found.Proven
	return best, nil
}

// duo is two ways that share nothing, with a cost that no set on them is below.
type duo struct {
	legs  [2]*way
	bound cost
}

func (p *planner) bestPair(ways []*way, wl int) (*Pair, *records.Refusal) {
	var res resources
	options := map[*way][]option{}
	for _, w := range ways {
		options[w] = p.options([]*way{w})
	}
	var best []item
	var least cost
	var chosen duo
	for i, d := range p.duos(ways) {
		if i >= maxPairs || p.memory.picks > picksPerRefusal || best != nil && d.bound.compare(least) >= 0 {
			break
		}
		k := &picker{objective: p.objective, missing: [2]int{p.want.capacity, p.want.capacity}, most: p.want.most, rules: p.net.rulesOf(p.want, nil, d.legs[:])}
		for leg, w := range d.legs {
			k.choices = append(k.choices, p.choices(options[w], leg, &res)...)
		}
		k.left = slices.Clone(res.left)
		list, total, ok := p.together(k)
		if ok && (best == nil || total.compare(least) < 0) {
			best, least, chosen = list, total, d
		}
	}
	if best == nil {
		return nil, p.noLight()
	}
	set, n := p.reserve(best, wl)
	p.release(set)
	if n > 0 {
		return nil, p.trail.refusal()
	}
	return p.pairOf(chosen, best, set), nil
}

// together proposes sets for both legs until one has ports and slots, and light
// where it is first placed.
func (p *planner) together(k *picker) ([]item, cost, bool) {
	defer func() { p.memory.picks += k.picks }()
	for range maxRounds {
		counts, ok := k.pick()
		if !ok {
			return nil, cost{}, false
		}
		if !p.askAll(k, counts) {
			continue
		}
		list, ok := p.items(k.choices, counts)
		n := len(list)
		if ok {
			n = slots(list)
		}
		if n == 0 {
			var set []records.Decision
			set, n = p.reserve(list, 1)
			p.release(set)
		}
		if n == 0 {
			return list, k.least, true
		}
		k.forbid(list[:n])
	}
	return nil, cost{}, false
}

// duos lists the pairs of ways that share nothing, by what they cost at least:
// their latency, once for each wavelength that capacity takes at the very least.
func (p *planner) duos(ways []*way) []duo {
	at := map[string]int{}
	things := make([][]int, len(ways))
	for i, w := range ways {
		for _, name := range p.net.things(p.want.disjoint, w.links(), p.want.ends) {
			if _, ok := at[name]; !ok {
				at[name] = len(at)
			}
			things[i] = append(things[i], at[name])
		}
	}
	var out []duo
	taken := make([]bool, len(at))
	latency := slices.Index(p.objective, LeastLatency)
	for i, a := range ways {
		for _, t := range things[i] {
			taken[t] = true
		}
		for j := i + 1; j < len(ways); j++ {
			b := ways[j]
			if slices.ContainsFunc(things[j], func(t int) bool { return taken[t] }) {
				continue
			}
			if skew := (span{}).with(a).with(b).skew(); p.want.skew != nil && skew > picoseconds(*p.want.skew) {
				p.trail.fail(models.LatencyTooHigh, fmt.Sprintf("%s and %s are %.3f ms apart, at most %g ms asked for", a.name, b.name, float64(skew)/1e9, *p.want.skew))
				continue
			}
			d := duo{legs: [2]*way{a, b}}
			if b.latencyMs < a.latencyMs {
				d.legs = [2]*way{b, a}
			}
			d.bound[latency] = picoseconds(a.latencyMs) + picoseconds(b.latencyMs)
			for c, criterion := range p.objective {
				switch criterion {
				case FewestWavelengths:
					d.bound[c] = 2
				case LeastExcess:
					d.bound[c] = int64(2 * p.want.capacity)
				}
			}
			out = append(out, d)
		}
		for _, t := range things[i] {
			taken[t] = false
		}
	}
	slices.SortStableFunc(out, func(x, y duo) int { return x.bound.compare(y.bound) })
	return out
}

func (p *planner) pairOf(d duo, list []item, set []records.Decision) *Pair {
	out := &Pair{Disjoint: p.want.disjoint, LatencyMs: d.legs[0].latencyMs + d.legs[1].latencyMs}
	for i, w := range d.legs {
		out.Legs[i] = PairLeg{Route: w.links(), LatencyMs: w.latencyMs, LengthKm: w.lengthKm}
	}
	for i := range list {
		leg := &out.Legs[list[i].choice.leg]
		leg.Wavelengths = append(leg.Wavelengths, set[i])
	}
	return out
}

// unlit refuses a circuit for which a pair has been planned.
func unlit(pair *Pair) *records.Refusal {
	var legs []string
	for i, name := range []string{"working", "protecting"} {
		leg := &pair.Legs[i]
		legs = append(legs, fmt.Sprintf("%s over %s (%.3f ms, %d wavelengths)", name, strings.Join(leg.Route, ", "), leg.LatencyMs, len(leg.Wavelengths)))
	}
	return &records.Refusal{
		Reason:  models.Unsupported,
		Message: "protection 1+1 is planned, not lit: " + strings.Join(legs, "; ") + ". For light without protection write type: none",
	}
}

// noLight refuses a circuit that has two routes apart, on which there is no
// light together.
func (p *planner) noLight() *records.Refusal {
	if p.trail.worst == nil && p.want.most > 0 {
		p.trail.fail(models.ModeMismatch, fmt.Sprintf("%d wavelengths, or the ports and the spectrum there are, do not carry %d Gbit/s twice", p.want.most, p.want.capacity))
	} else if p.trail.worst == nil {
		p.trail.fail(models.NoPort, fmt.Sprintf("ports and spectrum are too few for %d Gbit/s twice", p.want.capacity))
	}
	r := p.trail.refusal()
	r.Message = "no two routes that are apart (" + p.want.disjoint + ") carry it: " + r.Message
	return r
}

// noPair says what stands against two routes.
func (p *planner) noPair(err error) *records.Refusal {
	r := &records.Refusal{Reason: models.NoDisjointRoute}
	from, to := p.want.ends[0].site, p.want.ends[1].site
	var no *mesh.Refusal
	if !errors.As(err, &no) {
		r.Reason, r.Message = models.NoRoute, err.Error()
		return r
	}
	switch no.Reason {
	case mesh.SharedLink, mesh.SharedRisk:
		var names []string
		for _, name := range no.Shared {
			names = append(names, p.carriers(name))
		}
		r.Message = fmt.Sprintf("every route from site %s to site %s needs %s", from, to, strings.Join(names, " and "))
	case mesh.OverBound, mesh.NoPairWithin:
		r.Reason = models.LatencyTooHigh
		r.Message = fmt.Sprintf("no two routes from site %s to site %s are apart (%s) and both within %g ms", from, to, p.want.disjoint, *p.want.latency)
	case mesh.OutOfEffort:
		r.Message = fmt.Sprintf("no two routes from site %s to site %s that are apart (%s) were found; that there are none is not proven", from, to, p.want.disjoint)
	case mesh.Disconnected, mesh.Excluded:
		r.Reason, r.Message = models.NoRoute, p.noRoute()
	default:
		r.Message = fmt.Sprintf("no two routes from site %s to site %s are apart (%s), though there is nothing that all of them need", from, to, p.want.disjoint)
	}
	return r
}

// carriers adds to the name of a link or a shared risk where it is.
func (p *planner) carriers(name string) string {
	risk, ok := strings.CutPrefix(name, "shared risk ")
	if !ok {
		link, _, _ := strings.Cut(name, ":") // of a link between terminals the direction is named too
		if p.net.topo.Links[link] != nil {
			return "link " + link
		}
		return name
	}
	var at []string
	for _, link := range slices.Sorted(maps.Keys(p.net.topo.Links)) {
		for _, s := range p.net.topo.Links[link].Spec.Spans {
			if slices.Contains(s.SharedRisks, risk) {
				at = append(at, strings.TrimSpace("link "+link+" span "+s.ID))
			}
		}
	}
	if more := len(at) - 6; more > 0 {
		at = append(at[:6], fmt.Sprintf("%d more", more))
	}
	return name + " (" + strings.Join(at, ", ") + ")"
}
