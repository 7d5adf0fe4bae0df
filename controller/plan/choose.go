package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// planner works on one request.
type planner struct {
	net    *Network
	ledger *Ledger
	est    Estimator
	want   *want
	trail  *trail

	found    bool
	ways     []*way
	hopeless map[attemptKey]light // light would not arrive; no use asking again
}

// attemptKey names what feasibility depends on.
type attemptKey struct {
	way  *way
	mode string
	ends [2]string // device, part and bank on both sides
}

// ends is a choice of line ports, with the add/drop ports that they lead to
// (nil where the light does not pass a switch).
type ends struct {
	line [2]*topo.Port
	add  [2]*topo.Port
}

// next decides and reserves one wavelength for a remaining need, or says why
// there is none.
func (p *planner) next(need, wl int) (*records.Decision, *records.Refusal) {
	p.trail.begin()
	if !p.found {
		p.ways, p.found = p.net.ways(p.want, p.trail), true
	}
	if p.want.byHand {
		need = math.MaxInt
	}
	var options []option
	var modes []*catalogue.Mode
	for _, w := range p.ways {
		pairs := p.pairs(w)
		if len(pairs) == 0 {
			p.trail.tried(w, "", nil, models.NoPort, "no spare line port at one of the ends", "")
		}
		for _, e := range pairs {
			o := option{w, e, p.allowed(w, e)}
			if len(o.offers) == 0 {
				p.trail.tried(w, "", nil, models.ModeMismatch, mismatch(p.want, e), "")
				continue
			}
			options = append(options, o)
			for _, of := range o.offers {
				if !slices.ContainsFunc(modes, func(m *catalogue.Mode) bool { return m.Name == of.mode.Name }) {
					modes = append(modes, of.mode)
				}
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
			if d := p.try(o.way, o.ends, o.offers[i], wl); d != nil {
				return d, nil
			}
		}
	}
	return nil, p.regeneration(options, p.trail.refusal())
}

// option is a way with ports at its ends and the modes they have in common.
type option struct {
	way    *way
	ends   ends
	offers []offer
}

// allowed filters the modes that the ends have in common by what the intent
// and the way ask for.
func (p *planner) allowed(w *way, e ends) []offer {
	all := p.net.offers(pair(e.line[0], e.line[1]))
	if len(p.want.modes) == 0 && p.want.hostRate == 0 && w.direct != nil {
		return all
	}
	var out []offer
	for _, o := range all {
		_, mapped := o.host(p.want.hostRate)
		if mapped && (w.direct != nil || o.mode.Roadm) && (len(p.want.modes) == 0 || slices.Contains(p.want.modes, o.mode.Name)) {
			out = append(out, o)
		}
	}
	return out
}

// pairs lists the port choices for a way: the first free port of every kind on
// either side.
func (p *planner) pairs(w *way) []ends {
	if w.direct != nil {
		a, b := w.direct.Enter(), w.direct.Exit()
		if p.free(0, a) && p.free(1, b) {
			return []ends{{line: [2]*topo.Port{a, b}}}
		}
		return nil
	}
	first, last := w.switches()
	legs := w.line.Legs
	var out []ends
	for _, a := range p.firstFree(0, first, legs[0].Enter()) {
		for _, b := range p.firstFree(1, last, legs[len(legs)-1].Exit()) {
			out = append(out, ends{line: [2]*topo.Port{a, b}, add: [2]*topo.Port{a.Link.Far(a), b.Link.Far(b)}})
		}
	}
	return out
}

// firstFree returns the first free port of every group at one end that leads to
// a bank of the switch from which the degree can be reached.
func (p *planner) firstFree(end int, roadm *topo.Device, degree *topo.Port) []*topo.Port {
	var out []*topo.Port
	for _, g := range p.net.sites[p.want.ends[end].site].groups {
		if g.roadm != roadm || !slices.Contains(roadm.Spec.Banks[g.bank].Degrees, degree.Name) {
			continue
		}
		for _, port := range g.ports {
			if p.free(end, port) && p.free(-1, port.Link.Far(port)) {
				out = append(out, port)
				break
			}
		}
	}
	return out
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

// try goes through feasibility and spectrum for one choice of way, ports and
// mode, and reserves what comes out.
func (p *planner) try(w *way, e ends, o offer, wl int) *records.Decision {
	key := attemptKey{w, o.mode.Name, [2]string{kindOf(e, 0), kindOf(e, 1)}}
	if l, ok := p.hopeless[key]; ok {
		p.trail.tried(w, o.mode.Name, l.margin, l.reason, l.message, l.nearest)
		return nil
	}
	m, err := p.width(o.mode)
	if err != nil {
		p.trail.tried(w, o.mode.Name, nil, models.ModeMismatch, err.Error(), "")
		return nil
	}
	lp := p.net.lightPath(w, e)
	slot, light, reason, message := p.place(w, e, o.mode, m, lp)
	if light.reason != "" {
		if light.alone {
			p.hopeless[key] = light
		}
		p.trail.tried(w, o.mode.Name, light.margin, light.reason, light.message, light.nearest)
		return nil
	}
	if reason != "" {
		p.trail.tried(w, o.mode.Name, light.margin, reason, message, "")
		return nil
	}
	d := p.decide(w, e, o, wl, slot, lp, light)
	if _, err := p.ledger.reserve(p.net, d, light.beside.after); err != nil {
		p.trail.tried(w, o.mode.Name, light.margin, models.NoPort, err.Error(), "")
		return nil
	}
	p.trail.tried(w, o.mode.Name, light.margin, models.Planned, "", "")
	return d
}

// otherSlots is how many slots are tried where the light would arrive alone but
// not beside the channels that are there.
const otherSlots = 8

// place finds a slot in which the light arrives and disturbs nobody: the first
// that is free, or one of the next where it is the neighbours that stand
// against it. Without a free slot the light is judged alone, and reason says
// why there is none.
func (p *planner) place(w *way, e ends, mode *catalogue.Mode, m int, lp lightPath) (slot models.Slot, first light, reason models.Reason, message string) {
	var tried []models.Slot
	for range otherSlots {
		var found bool
		slot, reason, message = p.slot(w, e, mode, m, tried)
		if found = reason == ""; !found && len(tried) > 0 {
			return tried[0], first, "", ""
		}
		if !found {
			slot = models.Slot{M: m}
		}
		l := p.feasible(lp, e, mode, slot, found)
		if len(tried) == 0 {
			first = l
			if l.reason != "" && found {
				first.alone = p.feasible(lp, e, mode, slot, false).reason != ""
			}
			first.alone = first.alone || !found
		}
		if l.reason == "" || !found || first.alone || p.want.centre != nil {
			return slot, l, reason, message
		}
		tried = append(tried, slot)
	}
	return tried[0], first, "", ""
}

// kindOf names what an end's feasibility depends on.
func kindOf(e ends, i int) string {
	s := e.line[i].Device.Name + "\x00" + e.line[i].Spec.Pluggable
	if e.add[i] != nil {
		s += "\x00" + e.add[i].Key
	}
	return s
}

// width returns the slot width in 12.5 GHz: the mode's, or the one pinned.
func (p *planner) width(m *catalogue.Mode) (int, error) {
	width := m.SlotWidth
	if w := p.want.width; w != nil {
		if *w < width {
			return 0, fmt.Errorf("slot of %v pinned, mode %s needs %v", *w, m.Name, width)
		}
		width = *w
	}
	return int((width + models.SlotWidthStep - 1) / models.SlotWidthStep), nil
}

// slot finds room on every link of the way, in both directions, and in the
// banks at its ends.
func (p *planner) slot(w *way, e ends, mode *catalogue.Mode, m int, not []models.Slot) (models.Slot, models.Reason, string) {
	var taken spectrum.Set
	join := func(l *topo.Link) {
		taken.Join(&l.Unusable)
		if u := p.ledger.links[l.Name]; u != nil {
			taken.Join(&u.az)
			taken.Join(&u.za)
		}
	}
	for _, leg := range w.legs() {
		join(leg.Link)
	}
	for i, add := range e.add {
		if add == nil {
			continue
		}
		join(e.line[i].Link)
		if u := p.ledger.banks[add.Device.Name+"/"+add.Spec.Bank]; u != nil && !add.Device.Spec.Banks[add.Spec.Bank].Contentionless {
			taken.Join(&u.taken)
		}
	}
	for _, s := range slices.Concat(p.want.shunnedSlots, not) {
		taken.Add(s)
	}
	fit := spectrum.Fit{M: m, Step: spectrum.CentreStep(mode.CentreStep), Tune: mode.Tune}
	if c := p.want.centre; c != nil {
		return pinnedSlot(&taken, fit, *c, w)
	}
	if s, ok := taken.FirstFit(fit); ok {
		return s, "", ""
	}
	need := models.Frequency(2*m) * models.GridStep
	if f := fit.Tune; f != (models.Band{}) {
		beyond := spectrum.Outside(models.Band{Lower: f.Lower - need/2, Upper: f.Upper + need/2})
		taken.Join(&beyond)
	}
	free := models.Frequency(taken.Free()) * models.GridStep
	if free >= need {
		return models.Slot{}, models.SpectrumFragmented, fmt.Sprintf("%v free on %s, but no %v of it in one piece where mode %s can be tuned", free, w.name, need, mode.Name)
	}
	return models.Slot{}, models.NoSpectrum, fmt.Sprintf("%v free on %s, mode %s needs %v", free, w.name, mode.Name, need)
}

func pinnedSlot(taken *spectrum.Set, f spectrum.Fit, centre models.Frequency, w *way) (models.Slot, models.Reason, string) {
	s, err := models.SlotOf(centre, models.Frequency(f.M)*models.SlotWidthStep)
	switch {
	case err != nil:
		return s, models.NoSpectrum, err.Error()
	case s.N%max(f.Step, 1) != 0:
		return s, models.ModeMismatch, fmt.Sprintf("centre %v is not on the mode's raster of %v", centre, models.Frequency(f.Step)*models.GridStep)
	case f.Tune != (models.Band{}) && (centre < f.Tune.Lower || centre > f.Tune.Upper):
		return s, models.ModeMismatch, fmt.Sprintf("centre %v is outside the tuning range %v to %v", centre, f.Tune.Lower, f.Tune.Upper)
	case !spectrum.Covers(s) || taken.Overlaps(s):
		return s, models.NoSpectrum, fmt.Sprintf("slot %v is not free on %s", s, w.name)
	}
	return s, "", ""
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
