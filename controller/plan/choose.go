package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// maxRounds is how many sets are tried before the planner falls back to
// choosing one wavelength after the other.
const maxRounds = 400

// planner works on one request.
type planner struct {
	net       *Network
	ledger    *Ledger
	est       Estimator
	want      *want
	objective Objective // whole
	trail     *trail
	memory    *memory

	keep []*records.Decision // current decisions that stay
	have int                 // what they carry

	others map[Apart]map[string]bool // what the light of other circuits passes
}

// memory keeps answers about a request while it is looked at, also from other
// sides: the ledger is the same every time.
type memory struct {
	ways     map[string]ways
	verdicts map[lightKey]verdict
	alone    map[lightKey]light // whatever the floor
	paths    map[pathKey]lightPath
	picks    int // by all pickers
}

func newMemory() *memory {
	return &memory{ways: map[string]ways{}, verdicts: map[lightKey]verdict{}, alone: map[lightKey]light{}, paths: map[pathKey]lightPath{}}
}

// ends is a choice of line ports, with the add/drop ports that they lead to
// (nil where the light does not pass a switch).
type ends struct {
	line [2]*topo.Port
	add  [2]*topo.Port
}

// fill decides and reserves what a circuit lacks, or says why it cannot. The
// first of the new wavelengths gets number wl.
func (p *planner) fill(wl int) ([]records.Decision, *records.Refusal) {
	r := p.net.rulesOf(p.want, p.keep, nil)
	if r.begin(); p.have >= p.want.capacity && r.lacking(r.carried) <= 0 {
		return nil, nil
	}
	ways := p.ways()
	refused := p.trail.worst
	if !p.want.byHand {
		if set, ok := p.best(ways, wl); ok {
			return set, nil
		}
	}
	p.trail.worst = refused // the rest is said again, in the order of one by one
	return p.oneByOne(ways, wl)
}

// best finds the set of wavelengths that is best by the objective and reserves
// it. The picker proposes sets; each is looked at closer, and what was found out
// (no light, less room than thought, no room together) goes into the next
// proposal.
func (p *planner) best(ways []*way, wl int) ([]records.Decision, bool) {
	var res resources
	k := &picker{objective: p.objective, missing: [2]int{p.want.capacity - p.have}, rules: p.net.rulesOf(p.want, p.keep, ways)}
	k.choices = p.choices(p.options(ways), 0, &res)
	k.left = res.left
	p.askRoomless(k.choices)
	if p.want.most > 0 {
		if k.most = p.want.most - len(p.keep); k.most <= 0 {
			return nil, false
		}
	}
	return p.proposals(k, wl)
}

// proposals asks a picker for sets until one can be reserved.
func (p *planner) proposals(k *picker, wl int) ([]records.Decision, bool) {
	defer func() { p.memory.picks += k.picks }()
	for range maxRounds {
		counts, ok := k.pick()
		if !ok {
			return nil, false
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
			if set, n = p.reserve(list, wl); n == 0 {
				return set, true
			}
		}
		k.forbid(list[:n])
	}
	return nil, false
}

// askRoomless looks closer at the choices that have no room anywhere, so that no
// set with them is proposed.
func (p *planner) askRoomless(choices []*choice) {
	if p.want.centre != nil {
		return
	}
	for _, c := range choices {
		free := p.taken(c.way, c.ends)
		if _, ok := free.FirstFit(c.ends.fitting(c.offer.mode, c.m)); !ok {
			p.ask(c, 1)
		}
	}
}

// askAll looks closer at the choices of a set; false when one of them turns out
// not to be had as often as the set has it.
func (p *planner) askAll(k *picker, counts []int) bool {
	fits := true
	for i, n := range counts {
		if n == 0 {
			continue
		}
		c := k.choices[i]
		upTo := ceilDiv(max(k.missing[c.leg], 1), c.offer.mode.RateGbps)
		if k.rules.shares() {
			upTo = c.most
		}
		p.ask(c, max(upTo, n))
		fits = fits && c.most >= n
	}
	return fits
}

// reserve makes decisions of items, all or none. It returns how many of the
// items cannot be lit together, or 0.
func (p *planner) reserve(list []item, wl int) ([]records.Decision, int) {
	out := make([]records.Decision, 0, len(list))
	for i := range list {
		it := &list[i]
		c := it.choice
		v := p.beside(it, i == 0)
		if v.reason() == "" {
			d := p.decide(c.way, it.ends, c.offer, wl+i, v.slot, it.lp, v.light)
			_, err := p.ledger.reserve(p.net, d, v.light.beside.after)
			if err == nil {
				out = append(out, *d)
				p.trail.tried(c.way, d.Mode, v.light.margin, models.Planned, "")
				continue
			}
			v.none, v.why = models.NoPort, err.Error()
		}
		p.trail.tried(c.way, c.offer.mode.Name, v.light.margin, v.reason(), v.message())
		p.release(out)
		return nil, i + 1
	}
	return out, 0
}

// beside judges an item's light beside those before it in the set, in its slot
// or, where that does not do, in another one.
func (p *planner) beside(it *item, first bool) verdict {
	c := it.choice
	mode := c.offer.mode
	if it.ends == c.ends && (first && it.slot == c.found.verdict.slot || !p.crowded()) {
		v := c.found.verdict
		v.slot = it.slot
		return v
	}
	if taken := p.taken(c.way, it.ends); !taken.Overlaps(it.slot) {
		if l := p.feasible(it.lp, it.ends, mode, it.slot, true); l.reason == "" || !p.crowded() {
			return verdict{slot: it.slot, light: l}
		}
	}
	return p.place(c.way, it.ends, mode, c.m, it.lp)
}

func (p *planner) release(list []records.Decision) {
	for i := range list {
		p.ledger.Release(&list[i])
	}
}

// oneByOne chooses one wavelength after the other, each the best for what is
// still missing. That is how wavelengths written by hand are chosen, and how it
// is found out how far a circuit gets that is refused.
func (p *planner) oneByOne(ways []*way, wl int) ([]records.Decision, *records.Refusal) {
	var out []records.Decision
	r := p.net.rulesOf(p.want, p.keep, ways)
	r.begin()
	have := p.have
	fail := func(refusal *records.Refusal) ([]records.Decision, *records.Refusal) {
		if len(out) > 0 && have < p.want.capacity {
			refusal.Message = fmt.Sprintf("%s of %d Gbit/s in all would fit, then: %s", wavelengths(len(p.keep)+len(out)), have, refusal.Message)
		}
		p.release(out)
		return nil, refusal
	}
	for have < p.want.capacity {
		if p.want.most > 0 && len(p.keep)+len(out) >= p.want.most {
			p.trail.fail(models.ModeMismatch, fmt.Sprintf("at most %s: %d of %d Gbit/s", wavelengths(p.want.most), have, p.want.capacity))
			return fail(p.trail.refusal())
		}
		d, w, refusal := p.next(ways, &r, p.want.capacity-have, wl+len(out), len(out) == 0)
		if refusal != nil {
			return fail(refusal)
		}
		p.trail.begin()
		out = append(out, *d)
		have += d.CapacityGbps
		r.span = r.span.with(w)
		r.expose(w, d.CapacityGbps)
	}
	if r.lacking(have) > 0 {
		p.trail.fail(models.NoDisjointRoute, fmt.Sprintf("no more than %d %% of %d Gbit/s may be lost with any one thing, but no set of wavelengths is spread so far; most is lost with %s",
			p.want.share, p.want.capacity, r.exposure()))
		return fail(p.trail.refusal())
	}
	return out, nil
}

// next decides and reserves one wavelength for a remaining need, or says why
// there is none. With first, nothing is reserved for the request yet.
func (p *planner) next(ways []*way, r *rules, need, wl int, first bool) (*records.Decision, *way, *records.Refusal) {
	if p.want.byHand {
		need = math.MaxInt
	}
	var near []*way
	for _, w := range ways {
		if r.allows(r.span, w) {
			near = append(near, w)
			continue
		}
		p.trail.tried(w, "", nil, models.LatencyTooHigh, fmt.Sprintf("%.3f ms would be more than %g ms apart from the circuit's other wavelengths", w.latencyMs, *p.want.skew))
	}
	options := p.options(near)
	var modes []*catalogue.Mode
	for _, o := range options {
		for _, of := range o.offers {
			if !slices.ContainsFunc(modes, func(m *catalogue.Mode) bool { return m.Name == of.mode.Name }) {
				modes = append(modes, of.mode)
			}
		}
	}
	inOrder(modes, need)
	for _, m := range modes {
		for _, o := range options {
			i := slices.IndexFunc(o.offers, func(of offer) bool { return of.mode.Name == m.Name })
			if i < 0 {
				continue
			}
			if d := p.try(o.way, o.ends, o.offers[i], wl, first); d != nil {
				return d, o.way, nil
			}
		}
	}
	return nil, nil, p.regeneration(options, p.trail.refusal())
}

// allowed filters the modes that the ends have in common by what the intent
// and the way ask for.
func (p *planner) allowed(w *way, e ends) []offer {
	all := p.net.offers(pair(e.line[0], e.line[1]))
	open := !switched(w.legs())
	if len(p.want.modes) == 0 && p.want.hostRate == 0 && open {
		return all
	}
	var out []offer
	for _, o := range all {
		_, mapped := o.host(p.want.hostRate)
		if mapped && (open || o.mode.Roadm) && (len(p.want.modes) == 0 || slices.Contains(p.want.modes, o.mode.Name)) {
			out = append(out, o)
		}
	}
	return out
}

// try goes through feasibility and spectrum for one choice of way, ports and
// mode, and reserves what comes out. With first, what was found out about the
// choice before still holds.
func (p *planner) try(w *way, e ends, o offer, wl int, first bool) *records.Decision {
	mode := o.mode
	m, err := p.width(mode, w, e)
	if err != nil {
		p.trail.tried(w, mode.Name, nil, models.ModeMismatch, err.Error())
		return nil
	}
	key := p.lightKey(w, e, mode.Name)
	if v, ok := p.memory.verdicts[key]; ok && v.reason() != "" && (first || v.light.alone) {
		p.trail.tried(w, mode.Name, v.light.margin, v.reason(), v.message())
		return nil
	}
	lp := p.lightPath(w, e)
	v := p.place(w, e, mode, m, lp)
	if first || v.light.alone && v.light.reason != "" {
		p.memory.verdicts[key] = v
	}
	if v.reason() != "" {
		p.trail.tried(w, mode.Name, v.light.margin, v.reason(), v.message())
		return nil
	}
	d := p.decide(w, e, o, wl, v.slot, lp, v.light)
	if _, err := p.ledger.reserve(p.net, d, v.light.beside.after); err != nil {
		p.trail.tried(w, mode.Name, v.light.margin, models.NoPort, err.Error())
		return nil
	}
	p.trail.tried(w, mode.Name, v.light.margin, models.Planned, "")
	return d
}

func mismatch(w *want, e ends) string {
	msg := fmt.Sprintf("%s (%s) and %s (%s) have no usable mode in common", e.line[0].Key, e.line[0].Spec.Pluggable, e.line[1].Key, e.line[1].Spec.Pluggable)
	if len(w.modes) > 0 {
		msg += fmt.Sprintf(" among %v", w.modes)
	}
	if w.hostRate > 0 {
		msg += fmt.Sprintf(" that carries %d Gbit/s clients", w.hostRate)
	}
	return msg
}

func wavelengths(n int) string {
	if n == 1 {
		return "1 wavelength"
	}
	return fmt.Sprintf("%d wavelengths", n)
}
