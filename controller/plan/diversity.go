package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// Apart is another circuit to share nothing with.
type Apart struct {
	Name string // for people
	UID  string
	By   string // link, sharedRisk or site, see intents.Diversity; empty means sharedRisk
}

// apartOf lists for each circuit, by UID, which others of the requests it is to
// be apart from: those that it names and those that name it.
func apartOf(reqs []Request) map[string][]Apart {
	uids := map[string]string{}
	some := false
	for i := range reqs {
		if c := reqs[i].Circuit; c != nil {
			uids[reqs[i].Intent.Namespace+"/"+reqs[i].Intent.Name] = reqs[i].Intent.UID
			some = some || c.Diversity != nil && len(c.Diversity.ApartFrom) > 0
		}
	}
	if !some {
		return nil
	}
	out := map[string][]Apart{}
	for i := range reqs {
		if reqs[i].Circuit == nil || reqs[i].Circuit.Diversity == nil {
			continue
		}
		d, me := reqs[i].Circuit.Diversity, reqs[i].Intent
		for _, name := range d.ApartFrom {
			uid, ok := uids[me.Namespace+"/"+name]
			if !ok || uid == me.UID {
				continue
			}
			out[me.UID] = append(out[me.UID], Apart{name, uid, d.By})
			out[uid] = append(out[uid], Apart{me.Name, me.UID, d.By})
		}
	}
	return out
}

// mergeApart joins two lists, in a fixed order.
func mergeApart(a, b []Apart) []Apart {
	out := slices.Concat(a, b)
	slices.SortFunc(out, func(x, y Apart) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.UID, y.UID), strings.Compare(x.By, y.By))
	})
	return slices.Compact(out)
}

// things lists what can fail on the links of a route: the links themselves,
// from level sharedRisk on the shared risks of their spans, at level site also
// the sites that they touch, huts included. Patch cords at the ends and the
// sites where the circuit begins and ends are left out: it cannot do without.
// Names carry their kind, as "site x", so that none is taken for another.
func (n *Network) things(level string, links []string, ends [2]endWant) []string {
	var out []string
	for _, name := range links {
		l := n.topo.Links[name]
		if l == nil || l.Access() {
			continue
		}
		out = append(out, "link "+name)
		if level == intents.DisjointLink {
			continue
		}
		for _, r := range l.Risks {
			out = append(out, "shared risk "+r)
		}
		if level != intents.DisjointSite {
			continue
		}
		for _, s := range sitesOf(l) {
			if s != ends[0].site && s != ends[1].site {
				out = append(out, "site "+s)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sitesOf lists the sites that a link touches, huts of its amplifiers included.
func sitesOf(l *topo.Link) []string {
	out := []string{l.Ends[0].Device.Site, l.Ends[1].Device.Site}
	for _, s := range l.Spec.Spans {
		if s.Site != "" {
			out = append(out, s.Site)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// span is the range of latencies in a set, in picoseconds.
type span struct {
	least, greatest int64
	some            bool
}

func (s span) and(ps int64) span {
	if !s.some {
		return span{ps, ps, true}
	}
	return span{min(s.least, ps), max(s.greatest, ps), true}
}

func (s span) with(w *way) span { return s.and(picoseconds(w.latencyMs)) }

func (s span) skew() int64 { return s.greatest - s.least }

// rules are what a set as a whole must keep to. The wavelengths that a circuit
// keeps are part of it.
type rules struct {
	skew    int64 // greatest, in picoseconds; −1 means any
	span    span
	carried int // by what is kept

	// survive is the capacity that must be left whatever single thing fails; 0
	// where nothing is asked.
	survive int
	things  map[string]int // numbers of things
	kept    []int          // capacity of what is kept, by thing
	exposed []int          // the same for the set being built
	of      map[*way][]int // things on a way
}

// rulesOf makes the rules of a request, with the ways that sets are made of.
func (n *Network) rulesOf(w *want, keep []*records.Decision, ways []*way) rules {
	r := rules{skew: -1}
	if w.skew != nil {
		r.skew = picoseconds(*w.skew)
	}
	for _, d := range keep {
		r.span = r.span.and(picoseconds(d.LatencyMs))
		r.carried += d.CapacityGbps
	}
	if w.share == 0 {
		return r
	}
	r.survive = ceilDiv(w.capacity*(100-w.share), 100)
	r.things, r.of = map[string]int{}, map[*way][]int{}
	number := func(links []string) []int {
		var out []int
		for _, name := range n.things(w.by, links, w.ends) {
			i, ok := r.things[name]
			if !ok {
				i = len(r.things)
				r.things[name] = i
				r.kept = append(r.kept, 0)
			}
			out = append(out, i)
		}
		return out
	}
	for _, d := range keep {
		for _, i := range number(linksOf(d)) {
			r.kept[i] += d.CapacityGbps
		}
	}
	for _, x := range ways {
		r.of[x] = number(x.links())
	}
	return r
}

func linksOf(d *records.Decision) []string {
	var out []string
	for _, leg := range d.Route {
		out = append(out, leg.Link)
	}
	return out
}

func (r *rules) begin() { r.exposed = slices.Clone(r.kept) }

func (r *rules) shares() bool { return r.survive > 0 }

// allows reports whether a way is within the skew of those of a set.
func (r *rules) allows(s span, w *way) bool { return r.skew < 0 || s.with(w).skew() <= r.skew }

func (r *rules) expose(w *way, rate int) {
	for _, i := range r.of[w] {
		r.exposed[i] += rate
	}
}

// lacking returns how much must be added to a set that carries so much for
// enough to be left whatever fails; nothing when zero or less.
func (r *rules) lacking(carried int) int {
	if r.survive == 0 {
		return 0
	}
	worst := 0
	for _, x := range r.exposed {
		worst = max(worst, x)
	}
	return r.survive - (carried - worst)
}

// goesWith reports whether a current decision keeps the rules for sets beside
// those of lower number that stay.
func (p *planner) goesWith(stand []*records.Decision, d *records.Decision) bool {
	r := p.net.rulesOf(p.want, append(stand, d), nil)
	if r.skew >= 0 && r.span.skew() > r.skew {
		return false
	}
	for _, a := range p.want.apart {
		if p.sharedWith(a, linksOf(d)) != "" {
			return false
		}
	}
	return true
}

// spread reports whether decisions outlive failures as the intent asks.
func (p *planner) spread(list []*records.Decision) bool {
	r := p.net.rulesOf(p.want, list, nil)
	r.begin()
	return r.lacking(r.carried) <= 0
}

// exposure names the things that carry most of a set, for a refusal.
func (r *rules) exposure() string {
	worst := 0
	for _, x := range r.exposed {
		worst = max(worst, x)
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(r.things)) {
		if r.exposed[r.things[name]] == worst {
			names = append(names, name)
		}
	}
	return strings.Join(names[:min(len(names), 4)], ", ")
}

// keptApart drops the ways that share something with the light of circuits
// from which this one is to be apart.
func (p *planner) keptApart(all []*way) []*way {
	for _, a := range p.want.apart {
		var left []*way
		for _, w := range all {
			if name := p.sharedWith(a, w.links()); name != "" {
				p.trail.tried(w, "", nil, models.NoDisjointRoute, fmt.Sprintf("%s is shared with circuit %s, which is to be kept apart", name, a.Name))
				continue
			}
			left = append(left, w)
		}
		all = left
	}
	return all
}

// sharedWith names something that links have in common with the light of
// another circuit; empty when there is nothing.
func (p *planner) sharedWith(a Apart, links []string) string {
	level := cmp.Or(a.By, intents.DisjointRisk)
	if p.others == nil {
		p.others = map[Apart]map[string]bool{}
	}
	taken, ok := p.others[a]
	if !ok {
		taken = map[string]bool{}
		prefix := strings.TrimSuffix(records.CircuitOwner(a.UID, 0), "0")
		for owner, held := range p.ledger.owners {
			if strings.HasPrefix(owner, prefix) {
				for _, name := range p.net.things(level, held.Links, p.want.ends) {
					taken[name] = true
				}
			}
		}
		p.others[a] = taken
	}
	for _, name := range p.net.things(level, links, p.want.ends) {
		if taken[name] {
			return name
		}
	}
	return ""
}
