package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/models"
)

// option is a way with ports of one kind at each of its ends, and the modes
// that they have in common.
type option struct {
	way    *way
	ends   ends           // the first free ports
	groups [2]*attachment // that they are of; nil where the light passes no switch
	offers []offer
}

// choice is one manner of carrying a wavelength: an option and a mode. A set
// may hold it as often as most says.
type choice struct {
	option
	offer offer
	m     int // slot width in 12.5 GHz
	leg   int // of a protected circuit: which of its two routes
	cost  cost
	uses  [2]int32 // what it takes one of at each end, see resources

	most int // how many of it a set may hold, as far as is known

	found *found // nil until asked
}

// found is what is known of a choice that has been looked at closer, for its
// first ports.
type found struct {
	lp      lightPath
	verdict verdict
	taken   spectrum.Set // where it has no room
}

// resources counts the ports that are left, by kind. A link from line port to
// line port is a kind of its own.
type resources struct {
	index map[any]int32 // of *attachment and *topo.Link
	left  []int
}

// options lists the ways with ports and modes. What has none is noted.
func (p *planner) options(ways []*way) []option {
	var out []option
	for _, w := range ways {
		pairs, slow := p.pairs(w)
		if len(pairs) == 0 && !slow {
			p.trail.tried(w, "", nil, models.NoPort, p.noPort(w))
		}
		for _, o := range pairs {
			if o.offers = p.allowed(w, o.ends); len(o.offers) == 0 {
				p.trail.tried(w, "", nil, models.ModeMismatch, mismatch(p.want, o.ends))
				continue
			}
			out = append(out, o)
		}
	}
	return out
}

// noPort says which port a way lacks.
func (p *planner) noPort(w *way) string {
	for _, port := range joints(w.legs()) {
		if owner, taken := p.ledger.ports[port.Key]; taken {
			return "port " + port.Key + " of the circuit switch carries one wavelength, and " + owner + " has it"
		}
		if !p.free(-1, port) {
			return "port " + port.Key + " of the circuit switch may not be taken"
		}
	}
	if w.direct != nil {
		return p.noneSpare([2][]*topo.Port{{w.direct[0].Enter()}, {w.direct[len(w.direct)-1].Exit()}})
	}
	first, last := w.switches()
	legs := w.line.Legs
	var at [2][]*topo.Port
	for _, g := range p.reaching(0, first, legs[0].Enter()) {
		at[0] = append(at[0], g.ports...)
	}
	for _, g := range p.reaching(1, last, legs[len(legs)-1].Exit()) {
		at[1] = append(at[1], g.ports...)
	}
	return p.noneSpare(at)
}

// noneSpare says at which end no line port is spare, and what each of a few is.
func (p *planner) noneSpare(at [2][]*topo.Port) string {
	const few = 4
	var out []string
	for end, ports := range at {
		var words []string
		spare := false
		for i, port := range ports {
			word := p.occupied(end, port)
			if spare = word == ""; spare {
				break
			}
			if i < few {
				words = append(words, port.Key+" "+word)
			}
		}
		switch {
		case spare:
			continue
		case len(ports) == 0:
			words = []string{"none leads this way"}
		case len(ports) > few:
			words = append(words, fmt.Sprintf("and %d more", len(ports)-few))
		}
		out = append(out, "no spare line port at "+p.want.ends[end].site+": "+strings.Join(words, ", "))
	}
	return strings.Join(out, "; ")
}

// occupied says why a line port cannot be taken; "" when it can.
func (p *planner) occupied(end int, port *topo.Port) string {
	_, taken := p.ledger.ports[port.Key]
	switch {
	case taken:
		return "is taken"
	case !port.Usable():
		return "is " + port.Spec.State
	case p.want.shunnedPorts[port.Key]:
		return "was refused by its device"
	case !p.free(end, port):
		return "is not the one asked for"
	case slices.Contains(p.want.avoid, port.Link.Name):
		return "is behind a link to avoid"
	case port.Link.Far(port).AddDrop() && !p.free(-1, port.Link.Far(port)):
		return "is behind a switch's port that is not spare"
	}
	return ""
}

// choices spreads options over their modes, best first.
func (p *planner) choices(options []option, leg int, r *resources) []*choice {
	var out []*choice
	for _, o := range options {
		uses := r.of(p, &o)
		for _, of := range o.offers {
			m, err := p.width(of.mode, o.way, o.ends)
			if err != nil {
				p.trail.tried(o.way, of.mode.Name, nil, models.ModeMismatch, err.Error())
				continue
			}
			c := &choice{option: o, offer: of, m: m, leg: leg, uses: uses, most: min(r.left[uses[0]], r.left[uses[1]])}
			if len(joints(o.way.legs())) > 0 {
				c.most = min(c.most, 1)
			}
			c.cost = p.objective.costOf(o.way, of.mode.RateGbps, m)
			if v := p.refused(c); v != nil {
				p.trail.tried(o.way, of.mode.Name, v.light.margin, v.reason(), v.message())
				continue
			}
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b *choice) int {
		return cmp.Or(a.cost.compare(b.cost), strings.Compare(a.way.name, b.way.name), strings.Compare(a.offer.mode.Name, b.offer.mode.Name))
	})
	return out
}

// of returns what a choice of the option takes one of, and counts what is left
// of it when it is first asked for.
func (r *resources) of(p *planner, o *option) [2]int32 {
	if r.index == nil {
		r.index = map[any]int32{}
	}
	find := func(key any, count func() int) int32 {
		i, ok := r.index[key]
		if !ok {
			i = int32(len(r.left))
			r.index[key] = i
			r.left = append(r.left, count())
		}
		return i
	}
	if chain := o.way.direct; chain != nil {
		one := func() int { return 1 }
		return [2]int32{find(chain[0].Link, one), find(chain[len(chain)-1].Link, one)}
	}
	var uses [2]int32
	for end, g := range o.groups {
		uses[end] = find(g, func() int {
			n := 0
			for _, port := range g.ports {
				if p.free(end, port) && p.free(-1, port.Link.Far(port)) {
					n++
				}
			}
			return n
		})
	}
	return uses
}

// ask finds out whether a choice's light arrives and how often it fits, up to
// some number. It is asked only of choices that are about to be taken, while
// nothing of the request is reserved.
func (p *planner) ask(c *choice, upTo int) {
	if c.found != nil {
		return
	}
	mode := c.offer.mode
	f := &found{lp: p.lightPath(c.way, c.ends)}
	c.found = f
	key := p.lightKey(c.way, c.ends, mode.Name)
	var ok bool
	if f.verdict, ok = p.memory.verdicts[key]; !ok {
		f.verdict = p.place(c.way, c.ends, mode, c.m, f.lp)
		p.memory.verdicts[key] = f.verdict
	}
	if v := &f.verdict; v.reason() != "" {
		p.trail.tried(c.way, mode.Name, v.light.margin, v.reason(), v.message())
		c.most = 0
		return
	}
	f.taken = p.taken(c.way, c.ends)
	room, free := 0, f.taken
	for fit := c.ends.fitting(mode, c.m); room < min(c.most, upTo); room++ {
		s, ok := free.FirstFit(fit)
		if !ok {
			c.most = room
			return
		}
		free.Add(s)
	}
}

// refused returns why a choice is known to be none; nil where it may be one.
func (p *planner) refused(c *choice) *verdict {
	if len(p.memory.verdicts) == 0 {
		return nil
	}
	if v, ok := p.memory.verdicts[p.lightKey(c.way, c.ends, c.offer.mode.Name)]; ok && v.reason() != "" {
		return &v
	}
	return nil
}

// lightKey names what the verdict on light depends on, beside the ledger.
type lightKey struct {
	way   *way
	mode  string
	ends  [2]endKind
	floor float64
}

func (p *planner) lightKey(w *way, e ends, mode string) lightKey {
	return lightKey{w, mode, [2]endKind{kindOf(e, 0), kindOf(e, 1)}, p.want.floor}
}

// endKind is what an end's feasibility depends on; add is nil where the light
// does not pass a switch.
type endKind struct {
	device    *topo.Device
	pluggable string
	add       *topo.Port
}

func kindOf(e ends, i int) endKind {
	return endKind{e.line[i].Device, e.line[i].Spec.Pluggable, e.add[i]}
}

// pairs lists the kinds of ports for a way, with the first free ports of each. slow
// tells that some are too far from where their light is added, which is noted.
func (p *planner) pairs(w *way) (out []option, slow bool) {
	if slices.ContainsFunc(joints(w.legs()), func(port *topo.Port) bool { return !p.free(-1, port) }) {
		return nil, false
	}
	if w.direct != nil {
		a, b := w.direct[0].Enter(), w.direct[len(w.direct)-1].Exit()
		if p.free(0, a) && p.free(1, b) {
			return []option{{way: w, ends: ends{line: [2]*topo.Port{a, b}}}}, false
		}
		return nil, false
	}
	first, last := w.switches()
	legs := w.line.Legs
	for _, a := range p.reaching(0, first, legs[0].Enter()) {
		for _, b := range p.reaching(1, last, legs[len(legs)-1].Exit()) {
			i, j := p.nextFree(0, a, nil), p.nextFree(1, b, nil)
			if i == nil || j == nil {
				continue
			}
			e := patched(i, j)
			if ms, _ := e.attached(); ms > 0 && p.want.latency != nil && w.latencyMs+ms > *p.want.latency {
				slow = true
				p.trail.tried(w, "", nil, models.LatencyTooHigh, fmt.Sprintf("%.3f ms with the fibres to the terminals, at most %g ms asked for", w.latencyMs+ms, *p.want.latency))
				continue
			}
			out = append(out, option{way: w, ends: e, groups: [2]*attachment{a, b}})
		}
	}
	return out, slow
}

// attached is what lies between the terminals and where their light is added: latency
// and length. It is nothing where that is a patch cord.
func (e ends) attached() (ms, km float64) {
	for i, add := range e.add {
		if add != nil {
			ms += e.line[i].Link.LatencyMs
			km += e.line[i].Link.LengthKm
		}
	}
	return ms, km
}

// patched makes ends of two line ports behind wavelength switches.
func patched(a, b *topo.Port) ends {
	return ends{line: [2]*topo.Port{a, b}, add: [2]*topo.Port{a.Link.Far(a), b.Link.Far(b)}}
}

// reaching returns the groups of ports at one end that lead to a bank of the
// switch from which the degree can be reached.
func (p *planner) reaching(end int, roadm *topo.Device, degree *topo.Port) []*attachment {
	var out []*attachment
	for _, g := range p.net.sites[p.want.ends[end].site].groups {
		if g.roadm == roadm && slices.Contains(roadm.Spec.Banks[g.bank].Degrees, degree.Name) {
			out = append(out, g)
		}
	}
	return out
}

// nextFree returns the first free port of a group beside those in but; nil when
// there is none.
func (p *planner) nextFree(end int, g *attachment, but map[string]bool) *topo.Port {
	for _, port := range g.ports {
		if !but[port.Key] && p.free(end, port) && p.free(-1, port.Link.Far(port)) && !slices.Contains(p.want.avoid, port.Link.Name) {
			return port
		}
	}
	return nil
}

// free reports whether a port may be taken. An end of −1 is a switch's port,
// which no intent pins.
func (p *planner) free(end int, port *topo.Port) bool {
	if !port.Usable() || p.want.shunnedPorts[port.Key] {
		return false
	}
	if _, taken := p.ledger.ports[port.Key]; taken {
		return false
	}
	return end < 0 || p.want.ends[end].takes(port.Device.Name, port.Name, port.Spec.Clients)
}
